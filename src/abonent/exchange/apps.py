from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "abonent.exchange"
    label = "exchange"

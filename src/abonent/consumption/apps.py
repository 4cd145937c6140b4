from django.apps import AppConfig


class ConsumptionConfig(AppConfig):
    name = "abonent.consumption"
    label = "consumption"

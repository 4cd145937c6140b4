from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "abonent.tariffs"
    label = "tariffs"

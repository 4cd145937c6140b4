from django.apps import AppConfig


class ResidentConfig(AppConfig):
    name = "abonent.interfaces.resident"
    label = "resident"

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "abonent.interfaces.api"
    label = "api"

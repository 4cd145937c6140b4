from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "abonent.configuration"
    label = "configuration"

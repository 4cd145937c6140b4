from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "abonent.interfaces.ui"
    label = "ui"

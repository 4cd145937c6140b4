from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "abonent.figures"
    label = "figures"

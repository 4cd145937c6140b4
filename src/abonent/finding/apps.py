from django.apps import AppConfig


class FindingConfig(AppConfig):
    name = "abonent.finding"
    label = "finding"

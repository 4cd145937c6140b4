from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "abonent.metering"
    label = "metering"

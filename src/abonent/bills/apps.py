from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "abonent.bills"
    label = "bills"

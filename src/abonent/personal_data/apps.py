from django.apps import AppConfig


class PersonalDataConfig(AppConfig):
    name = "abonent.personal_data"
    label = "personal_data"

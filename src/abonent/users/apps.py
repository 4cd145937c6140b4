from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "abonent.users"
    label = "users"

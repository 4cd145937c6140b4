from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "abonent.users"
    label = "users"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed

        from abonent.users.sessions import new_key_when_proven_again

        authentication_step_completed.connect(new_key_when_proven_again, dispatch_uid="users.new_key")

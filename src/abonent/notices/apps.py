from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "abonent.notices"
    label = "notices"

    def ready(self) -> None:
        from abonent.notices import operations
        from abonent.users import post

        post.deliver_through(operations.write_letter)

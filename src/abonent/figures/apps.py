from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "abonent.figures"
    label = "figures"

    def ready(self) -> None:
        from abonent.figures import kept
        from abonent.portal import counts

        counts.count_with(kept.WHAT, kept.count, usual=kept.usual)

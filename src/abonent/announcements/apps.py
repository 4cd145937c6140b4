from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "abonent.announcements"
    label = "announcements"

    def ready(self) -> None:
        from abonent.announcements import kept_reach
        from abonent.portal import counts

        counts.count_with(kept_reach.WHAT, kept_reach.count, usual=kept_reach.usual)

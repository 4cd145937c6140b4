from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "abonent.announcements"
    label = "announcements"

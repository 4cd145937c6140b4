"""URLs around reminders: the letter's link, the wish to get letters, the calendar file."""

from django.urls import path

from abonent.interfaces.resident.reading_link.reminders import readings_ics, reminders_page
from abonent.interfaces.resident.reading_link.views import link_page

urlpatterns = [
    path("r/<str:token>/", link_page, name="reading_link"),
    path("a/<str:public_id>/readings.ics", readings_ics, name="readings_ics"),
    path("a/<str:public_id>/readings/reminders/", reminders_page, name="reading_reminders"),
]

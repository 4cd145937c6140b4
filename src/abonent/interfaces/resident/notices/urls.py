"""URLs of the wish about notices."""

from django.urls import path

from abonent.interfaces.resident.notices.views import unsubscribe_page, wish_page

urlpatterns = [
    path("settings/notices/", wish_page, name="notice_wish"),
    path("notices/unsubscribe/<str:token>/", unsubscribe_page, name="notices_unsubscribe"),
]

"""The resident's URLs, a line a screen."""

from django.urls import include, path

urlpatterns = [
    path("", include("abonent.interfaces.resident.entrance.urls")),
    path("", include("abonent.interfaces.resident.person.urls")),
    path("accounts/", include("abonent.interfaces.resident.accounts.urls")),
    path("", include("abonent.interfaces.resident.cabinet_urls")),
]

"""The URL map. tests/test_every_url.py tries each of these by every role, and fails when one is missing there."""

from django.urls import include, path

urlpatterns = [
    path("", include("abonent.interfaces.ui.urls")),
    path("", include("abonent.interfaces.resident.urls")),
    path("office/", include("abonent.interfaces.office.urls")),
    path("demo/", include("abonent.demo.urls")),
]

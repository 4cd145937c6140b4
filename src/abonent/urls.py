"""The URL map. tests/test_every_url.py tries each by every role, and fails when one is missing there."""

from django.urls import include, path

handler400 = "abonent.interfaces.ui.errors.bad_request"
handler403 = "abonent.interfaces.ui.errors.forbidden"
handler404 = "abonent.interfaces.ui.errors.not_found"
handler500 = "abonent.interfaces.ui.errors.server_error"

urlpatterns = [
    path("", include("abonent.interfaces.ui.urls")),
    path("", include("abonent.interfaces.resident.urls")),
    path("office/", include("abonent.interfaces.office.urls")),
    path("api/", include("abonent.interfaces.api.urls")),
    path("demo/", include("abonent.demo.urls")),
]

"""The resident's URLs, a line a screen."""

from django.urls import include, path

urlpatterns = [
    # First, because these are asked for most and each line before them costs a comparison.
    path("", include("abonent.interfaces.resident.cabinet_urls")),
    path("", include("abonent.interfaces.resident.pay.urls")),
    path("", include("abonent.interfaces.resident.requests.urls")),
    path("", include("abonent.interfaces.resident.offline.urls")),
    path("", include("abonent.interfaces.resident.readings.urls")),
    path("", include("abonent.interfaces.resident.entrance.urls")),
    path("", include("abonent.interfaces.resident.person.urls")),
    path("accounts/", include("abonent.interfaces.resident.accounts.urls")),
    path("", include("abonent.interfaces.resident.reading_link.urls")),
    path("", include("abonent.interfaces.resident.notices.urls")),
    path("", include("abonent.interfaces.resident.staff_invitation.urls")),
    path("drafts/", include("abonent.interfaces.resident.drafts.urls")),
]

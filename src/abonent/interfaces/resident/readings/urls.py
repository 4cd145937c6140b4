"""URLs of meters and readings. A submission is named by its number: «0012-3456»."""

from django.urls import path, re_path

from abonent.interfaces.resident.readings.submission import photo_page, submission_page
from abonent.interfaces.resident.readings.views import new_page, readings_page

_SUBMISSION = r"^a/(?P<public_id>[^/]+)/readings/(?P<submission>[0-9]{4,12}-[0-9]{4})/"

urlpatterns = [
    path("a/<str:public_id>/readings/", readings_page, name="readings"),
    path("a/<str:public_id>/readings/new/", new_page, name="readings_new"),
    re_path(_SUBMISSION + "$", submission_page, name="submission"),
    re_path(_SUBMISSION + r"photo/(?P<meter>[0-9]{1,18})/$", photo_page, name="submission_photo"),
]

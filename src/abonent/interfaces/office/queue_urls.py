"""URLs of the office's first page and its queues; a line of urls.py takes them in."""

from django.urls import path

from abonent.interfaces.office.closed_tries import closed_tries_page, codes_page, handled_page
from abonent.interfaces.office.reading_review import decide_page, photo_page, readings_page
from abonent.interfaces.office.today import today_page
from abonent.interfaces.office.unmatched import resolve_unmatched, unmatched_page

queue_urls = [
    path("", today_page, name="office_home"),
    path("readings/", readings_page, name="office_readings"),
    path("readings/decide/", decide_page, name="office_readings_decide"),
    path("readings/<slug:submission>/<int:meter>/photo/", photo_page, name="office_reading_photo"),
    path("unmatched/", unmatched_page, name="office_unmatched"),
    path("unmatched/resolve/", resolve_unmatched, name="office_unmatched_resolve"),
    path("linking/closed/", closed_tries_page, name="office_closed_tries"),
    path("linking/closed/codes/", codes_page, name="office_closed_tries_codes"),
    path("linking/closed/handled/", handled_page, name="office_closed_tries_handled"),
]

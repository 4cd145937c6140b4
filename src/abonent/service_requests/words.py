"""The words for states, events and ratings, for both doors."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES = {
    "received": pgettext_lazy("request", "Received"),
    "in_work": pgettext_lazy("request", "In work"),
    "waiting": pgettext_lazy("request", "Waiting for your answer"),
    "done": pgettext_lazy("request", "Done"),
    "refused": pgettext_lazy("request", "Refused"),
    "cancelled": pgettext_lazy("request", "Cancelled"),
}
EVENTS = {
    "filed": _("The request was filed"),
    "taken": _("Taken into work"),
    "message": _("Message"),
    "note": _("Note for the staff"),
    "asked": _("A question to the customer"),
    "moved": _("Changed"),
    "done": pgettext_lazy("request", "Done"),
    "refused": pgettext_lazy("request", "Refused"),
    "cancelled": _("Cancelled by the customer"),
    "reopened": _("Opened again"),
    "rated": _("Rated"),
}
RATINGS = {
    1: _("Very bad"),
    2: _("Bad"),
    3: _("So-so"),
    4: _("Good"),
    5: _("Very good"),
}

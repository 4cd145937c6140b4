"""The words for states, events and ratings, for both doors."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "received": _("Received"),
    "in_work": _("In work"),
    "waiting": _("Waiting for your answer"),
    "done": _("Done"),
    "refused": _("Refused"),
    "cancelled": _("Cancelled"),
}
EVENTS = {
    "filed": _("The request was filed"),
    "taken": _("Taken into work"),
    "message": _("Message"),
    "note": _("Note for the staff"),
    "asked": _("A question to the customer"),
    "moved": _("Changed"),
    "done": _("Done"),
    "refused": _("Refused"),
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

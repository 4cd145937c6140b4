"""What kinds, audiences and states of announcements are called."""

from django.utils.translation import gettext_lazy as _

KINDS = {"notice": _("Notice"), "outage": _("Outage")}
AUDIENCES = {
    "house": _("One house"),
    "street": _("One street"),
    "service": _("Customers of a service"),
    "organisation": _("Customers of an organisation"),
    "all": _("Everybody"),
}
STATES = {
    "draft": (_("draft"), "neutral"),
    "scheduled": (_("scheduled"), "info"),
    "sending": (_("going out"), "info"),
    "sent": (_("sent"), "success"),
    "cancelled": (_("called back"), "warning"),
}

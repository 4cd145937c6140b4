"""What this room itself knows of a person, and how it forgets."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.base.facts import Facts, told
from abonent.personal_data.models import Deletion, Export

TOLD: Mapping[str, str] = {
    "personal_data.Export.user": "exports",
    "personal_data.Deletion.user": "deletions",
}
LEFT_OUT: Mapping[str, str | Promise] = {
    "personal_data.Export.asked_by": "work of the staff, told by the trail",
    "personal_data.Deletion.asked_by": "work of the staff, told by the trail",
}
WORDS: Mapping[str, str | Promise] = {
    "exports": _("Files with your data"),
    "deletions": _("Wishes to be deleted"),
    "asked_at": _("Asked"),
    "made_at": _("Made"),
    "language": _("Language"),
    "due_at": _("To be deleted on"),
    "cancelled_at": _("Taken back"),
    "done_at": _("Done"),
}


def facts_about(user_id: int) -> Facts:
    """Files that were asked for, and wishes to be deleted; two queries."""
    asked = Deletion.objects.filter(user_id=user_id).order_by("asked_at")
    return {
        "exports": told(
            Export.objects.filter(user_id=user_id).order_by("asked_at"),
            {"asked_at": "asked_at", "made_at": "made_at", "language": "language"},
        ),
        "deletions": told(
            asked,
            {
                "asked_at": "asked_at",
                "due_at": "due_at",
                "cancelled_at": "cancelled_at",
                "done_at": "done_at",
            },
        ),
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Files made for the person go; the wish itself stays without what staff wrote about it: it names nobody.
    In the caller's transaction, safe to repeat."""
    Deletion.objects.filter(user_id=user_id).exclude(reason="").update(reason="")
    return {"exports": Export.objects.filter(user_id=user_id).delete()[0]}

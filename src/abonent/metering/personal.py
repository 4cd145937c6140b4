"""What this room knows of a person, and how it forgets: called by personal_data alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.base.facts import Facts, Row, grouped, plain, told
from abonent.base.numbering import number_of
from abonent.metering.models import KeptForm, Photo, ReadingLink, ReminderWish, Submission, SubmittedReading

TOLD: Mapping[str, str] = {
    "metering.Submission.user": "submissions",
    "metering.KeptForm.user": "kept_forms",
    "metering.ReminderWish.user": "reminders",
    "metering.ReadingLink.user": "reading_links",
}
LEFT_OUT: Mapping[str, str | Promise] = {
    "metering.SubmittedReading.reviewed_by": "work of the staff, told by the trail",
}
WORDS: Mapping[str, str | Promise] = {
    "submissions": _("Readings submitted"),
    "kept_forms": _("Readings kept until the window opens"),
    "reminders": _("Reminders wished for"),
    "reading_links": _("Links of reminders"),
    "account": _("Account"),
    "number": _("Number"),
    "submitted_at": _("Submitted"),
    "way": _("Way"),
    "way=cabinet": _("in the cabinet"),
    "way=link": _("by a letter's link"),
    "way=offline": _("typed without network"),
    "readings": _("Readings"),
    "photos": _("Photos"),
    "meter": _("Meter"),
    "scale": _("Scale"),
    "scale=total": _("total scale"),
    "scale=day": _("day scale"),
    "scale=night": _("night scale"),
    "scale=peak": _("peak scale"),
    "scale=half_peak": _("half-peak scale"),
    "period": _("Month"),
    "taken_on": _("Taken on"),
    "value": _("Reading"),
    "state": _("State"),
    "state=received": _("received"),
    "state=sent": _("sent to billing"),
    "state=accepted": _("accepted"),
    "state=rejected": _("rejected"),
    "state=used": _("used in the bill"),
    "state=corrected": _("corrected"),
    "reason": _("Reason"),
    "width": _("Width, pixels"),
    "height": _("Height, pixels"),
    "values": _("Values"),
    "saved_at": _("Saved"),
    "wished_at": _("Wished"),
    "created_at": _("Written"),
    "expires_at": _("Good until"),
    "used_at": _("Used on"),
}
_READING = {
    "submission": "submission_id",
    "meter": "meter__serial",
    "scale": "scale",
    "period": "period",
    "taken_on": "taken_on",
    "value": "value",
    "state": "state",
    "reason": "reason",
}
_PHOTO = {"submission": "submission_id", "meter": "meter__serial", "width": "width", "height": "height"}
_LINK = {
    "account": "account__number",
    "period": "period",
    "created_at": "created_at",
    "expires_at": "expires_at",
    "used_at": "used_at",
}


def facts_about(user_id: int) -> Facts:
    """Submissions with their readings, photos by their measures (never the pictures), and wishes. Six
    queries."""
    return {
        "submissions": _submissions(user_id),
        "kept_forms": told(
            KeptForm.objects.filter(user_id=user_id).order_by("saved_at"),
            {
                "account": "account__number",
                "values": "values",
                "taken_on": "taken_on",
                "saved_at": "saved_at",
            },
        ),
        "reminders": told(
            ReminderWish.objects.filter(user_id=user_id).order_by("wished_at"),
            {"account": "account__number", "wished_at": "wished_at"},
        ),
        "reading_links": told(ReadingLink.objects.filter(user_id=user_id).order_by("created_at"), _LINK),
    }


def _submissions(user_id: int) -> list[Row]:
    sent = Submission.objects.filter(user_id=user_id).order_by("submitted_at", "pk")
    own: dict[str, Any] = {"submission__user_id": user_id}
    readings = grouped(told(SubmittedReading.objects.filter(**own).order_by("pk"), _READING), "submission")
    photos = grouped(told(Photo.objects.filter(**own).order_by("pk"), _PHOTO), "submission")
    return [
        {
            "number": number_of(pk),
            "account": account,
            "submitted_at": plain(at),
            "way": way,
            "readings": readings.get(pk, []),
            "photos": photos.get(pk, []),
        }
        for pk, account, at, way in sent.values_list("pk", "account__number", "submitted_at", "way")
    ]


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """What was typed and not sent, wishes and links go; readings sent stay with their account, the person
    unnamed. In the caller's transaction, safe to repeat."""
    return {
        "kept_forms": KeptForm.objects.filter(user_id=user_id).delete()[0],
        "reminders": ReminderWish.objects.filter(user_id=user_id).delete()[0],
        "reading_links": ReadingLink.objects.filter(user_id=user_id).delete()[0],
    }


def forget_photos(*, before: datetime, limit: int) -> int:
    """Delete the oldest photos, at most `limit`: they are numbered as they were sent. The readings stay."""
    rows = Photo.objects.order_by("pk").values_list("pk", "submission__submitted_at")[:limit]
    return Photo.objects.filter(pk__in=[pk for pk, at in rows if at < before]).delete()[0]


def forget_kept_forms(*, before: datetime, limit: int) -> int:
    """Delete forms that were kept for a window nobody came back for, at most `limit`."""
    old = KeptForm.objects.filter(saved_at__lt=before).order_by("saved_at").values_list("pk", flat=True)
    return KeptForm.objects.filter(pk__in=list(old[:limit])).delete()[0]


def forget_reading_links(*, before: datetime, limit: int) -> int:
    """Delete the oldest links of reminders that are over, at most `limit`."""
    rows = ReadingLink.objects.order_by("pk").values_list("pk", "expires_at")[:limit]
    return ReadingLink.objects.filter(pk__in=[pk for pk, at in rows if at < before]).delete()[0]

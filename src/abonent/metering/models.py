"""Meters; their readings as billing tells them, and as customers submit them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from abonent.accounts.models import Account
from abonent.base import numbering
from abonent.base.models import MonthField
from abonent.portal.models import Organisation, Service


class Meter(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="meters")
    service = models.ForeignKey(Service, on_delete=models.PROTECT)
    serial = models.CharField(max_length=40)
    scales = models.PositiveSmallIntegerField(default=1)  # 1..3
    digits = models.PositiveSmallIntegerField(default=5)  # before the decimal point
    ratio = models.DecimalField(max_digits=10, decimal_places=3, default=1)  # transformation
    installed_on = models.DateField(null=True)
    verified_on = models.DateField(null=True)
    next_verification_on = models.DateField(null=True)
    planned_replacement_on = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    tariff = models.CharField(max_length=60, blank=True, db_default="")
    """Code of the tariff it is charged by; empty: its service's own (docs/domain/tariffs.md)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "serial"], name="metering_meter_serial"),
            models.CheckConstraint(condition=models.Q(scales__gte=1, scales__lte=3), name="metering_scales"),
        ]


class Reading(models.Model):
    """A value on one scale on a day from one source; a reading of another source stands beside it."""

    class Scale(models.TextChoices):
        TOTAL = "total"
        DAY = "day"
        NIGHT = "night"
        PEAK = "peak"
        HALF_PEAK = "half_peak"

    class Source(models.TextChoices):
        CUSTOMER = "customer"
        INSPECTOR = "inspector"
        AUTOMATIC = "automatic"
        ESTIMATE = "estimate"

    # No index of its own, here and below, where a unique key begins with it.
    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, related_name="readings", db_index=False)
    scale = models.CharField(max_length=10, choices=Scale.choices)
    taken_on = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices)
    value = models.DecimalField(max_digits=15, decimal_places=3)  # in the service's unit

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "scale", "taken_on", "source"], name="metering_reading_once"
            )
        ]


class Submission(models.Model):
    """What a customer sent at once: readings of some of an account's meters. Never changed, never deleted;
    a correction is a submission of its own (docs/domain/readings.md)."""

    class Way(models.TextChoices):
        CABINET = "cabinet"
        LINK = "link"  # the signed link of a reminder, without signing in
        OFFLINE = "offline"  # typed without network, sent when it was back

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="submissions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    key = models.CharField(max_length=64)
    """Made by the form: a request that comes again, with the same key, is the same submission."""
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="metering_submission_once")]

    @property
    def number(self) -> str:
        """What people are told: «0012-3456»."""
        return numbering.number_of(self.pk)


class SubmittedReading(models.Model):
    """A value that a customer submitted for one scale, and what became of it.

    It stands beside what billing tells (`Reading`) and is never overwritten by it. Of a meter, scale and
    period one row is live; corrected and rejected ones stay as history. A meter's scales share their state.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        SENT = "sent"  # to billing: from now on only billing's answer changes it
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        USED = "used"  # in the bill of `used_in`
        CORRECTED = "corrected"  # by a later submission of the customer

    LIVE = (State.RECEIVED, State.SENT, State.ACCEPTED, State.USED)

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, related_name="submitted")
    scale = models.CharField(max_length=10, choices=Reading.Scale.choices)
    period = MonthField()
    """The month in which the window opened."""
    taken_on = models.DateField()
    value = models.DecimalField(max_digits=15, decimal_places=3)  # in the service's unit
    previous = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    """The reading before it, as the customer saw it; None for a meter's first."""
    rolled_over = models.BooleanField(default=False)
    """The customer confirmed that the meter passed its capacity and began again from nothing."""
    unusual = models.BooleanField(default=False)
    """Much above the usual, and confirmed."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(max_length=300, blank=True)
    """Why billing rejected it, in billing's words."""
    used_in = MonthField(null=True)
    batch = models.BigIntegerField(null=True)
    """Number of the file that took it to billing (exchange)."""
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the customer was written to about a rejection."""
    risk = models.PositiveSmallIntegerField(null=True)
    """Points of `review` when it was submitted: of the meter's riskiest scale. None: not counted yet."""
    risk_signs = models.JSONField(null=True)
    """What they are for, on this scale (`review.kept`)."""
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    """Who of the staff accepted or rejected it before it went to billing."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "scale", "period"],
                condition=Q(state__in=["received", "sent", "accepted", "used"]),
                name="metering_submitted_live_once",
            ),
            models.UniqueConstraint(fields=["submission", "meter", "scale"], name="metering_submitted_scale"),
            models.CheckConstraint(condition=Q(value__gte=0), name="metering_submitted_not_negative"),
            models.CheckConstraint(
                condition=Q(state="used", used_in__isnull=False) | (~Q(state="used") & Q(used_in=None)),
                name="metering_submitted_used_in",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="received"), name="metering_submitted_waiting"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="metering_submitted_batch"),
            models.Index(
                fields=["id"], condition=Q(state="rejected", told_at=None), name="metering_submitted_untold"
            ),
            # A month's figures read the index alone (figures.readings).
            models.Index(
                fields=["period", "submission"], include=["state"], name="metering_submitted_period"
            ),
            # The queue of readings that need eyes, in its order (operations.review, office_queries).
            models.Index(
                fields=["-risk", "submission", "meter"],
                condition=Q(state="received", reviewed_at=None, risk__gte=10),
                name="metering_submitted_eyes",
            ),
            models.Index(
                fields=["id"], condition=Q(state="received", risk=None), name="metering_submitted_unscored"
            ),
            models.Index(
                fields=["reviewed_by"],
                condition=Q(reviewed_by__isnull=False),
                name="metering_submitted_reviewer",
            ),
        ]


class Photo(models.Model):
    """A picture of a meter, sent along: a JPEG of ours, resized, without what the camera wrote into it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="photos")
    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, related_name="+")
    jpeg = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "meter"], name="metering_photo_once")]


class KeptForm(models.Model):
    """What a person typed while the window was closed: shown again when it opens."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField()
    """{"<meter id>-<scale>": "12345"}"""
    taken_on = models.DateField(null=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="metering_kept_form_once")]
        indexes = [models.Index(fields=["saved_at"], name="metering_kept_form_age")]


class ReminderWish(models.Model):
    """A person wants letters about an account's window: when it opens, and the day before it closes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    """The account's, kept beside it: whose window is not due is not looked at (operations.reminders)."""
    wished_at = models.DateTimeField()
    opening_told_for = MonthField()
    closing_told_for = MonthField()
    """The last periods that are done with: each letter goes once, and none about what was open already."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="metering_wish_once")]
        indexes = [
            models.Index(fields=["organisation", "opening_told_for"], name="metering_wish_opening"),
            models.Index(fields=["organisation", "closing_told_for"], name="metering_wish_closing"),
        ]


class ReadingLink(models.Model):
    """The way of a reminder's link to the account's meters without signing in: for one submission."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    period = MonthField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user", "period"], name="metering_link_once")
        ]

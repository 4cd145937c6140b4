"""Requests, what happened to each, and the files that came along.

The database holds the rules: states follow each other, events and files are append-only (migrations 0002 and
0003); only what names a person may be blanked, and only by forgetting (base/forgetting.py).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from abonent.accounts.models import Account
from abonent.base.identifiers import new_public_id
from abonent.base.models import MonthField
from abonent.base.numbering import number_of
from abonent.portal.models import Organisation, Service


class ServiceRequest(models.Model):
    """What a customer asks of the utility about one account."""

    class State(models.TextChoices):
        RECEIVED = "received"
        IN_WORK = "in_work"
        """Somebody of the staff has taken it."""
        WAITING = "waiting"
        """For the customer's answer; the deadline stands still."""
        DONE = "done"
        REFUSED = "refused"
        CANCELLED = "cancelled"
        """By the customer."""

    OPEN = (State.RECEIVED, State.IN_WORK, State.WAITING)
    CLOSED = (State.DONE, State.REFUSED, State.CANCELLED)

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    """Its name in URLs; people are told `number`."""
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="requests", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    """The account's, kept beside it: queues are an organisation's."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    form_key = models.CharField(max_length=64, unique=True)
    """Of the form that asked: sent twice, it is one request."""
    kind = models.CharField(max_length=20)
    """`requests.kinds[].code` of the profile."""
    kind_label = models.JSONField()
    """What the kind was called when it was filed, by language: a profile changes."""
    team = models.CharField(max_length=20, blank=True)
    answers = models.JSONField(default=list)
    """[{"code", "type", "label": {language: text}, "value", "shown": {language: text}}], as given."""
    text = models.TextField(blank=True)
    """What the customer wrote beside the answers."""
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=2)
    bill_month = MonthField(null=True)
    bill_service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    bill_line = models.JSONField(null=True)
    """The line as the customer saw it: {"name": {language: text}, "accrued", "corrections", "to_pay", …}."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    created_at = models.DateTimeField()
    due_on = models.DateField()
    """The last day on which it is in time (working days of the kind)."""
    waiting_since = models.DateField(null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    """How many times."""
    rating = models.PositiveSmallIntegerField(null=True)
    """1 to 5, once closed."""
    rating_text = models.CharField(max_length=1000, blank=True)
    seen_by_customer_at = models.DateTimeField(null=True)
    """Events after this are new to the customer."""
    last_customer_event_at = models.DateTimeField()
    """A customer's message that nobody answered is what a queue shows first."""
    answered_at = models.DateTimeField(null=True)
    """When the staff last wrote or decided something."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["done", "refused", "cancelled"], closed_at__isnull=False)
                | (Q(state__in=["received", "in_work", "waiting"]) & Q(closed_at=None)),
                name="requests_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", waiting_since__isnull=False)
                | (~Q(state="waiting") & Q(waiting_since=None)),
                name="requests_waiting_since",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5)), name="requests_rating"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="requests_of_account"),
            models.Index(
                fields=["organisation", "due_on", "id"],
                condition=Q(state__in=["received", "in_work", "waiting"]),
                name="requests_open_of_org",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=["received", "in_work", "waiting"]),
                name="requests_open",
            ),
            models.Index(fields=["organisation", "-closed_at"], name="requests_closed_of_org"),
            models.Index(fields=["-closed_at"], condition=Q(closed_at__isnull=False), name="requests_closed"),
            models.Index(fields=["-created_at"], name="requests_latest"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def number(self) -> str:
        """What people are told: «0012-3456»."""
        return number_of(self.pk)


class RequestEvent(models.Model):
    """Something that happened to a request. Never changed, never deleted."""

    class Kind(models.TextChoices):
        FILED = "filed"
        TAKEN = "taken"
        """By `by`; or given to `by` when `details` says who did it."""
        MESSAGE = "message"
        NOTE = "note"
        """Of the staff, for the staff."""
        ASKED = "asked"
        """The staff asks the customer: it waits."""
        MOVED = "moved"
        """Another deadline, team or kind: `details`."""
        DONE = "done"
        REFUSED = "refused"
        CANCELLED = "cancelled"
        REOPENED = "reopened"
        RATED = "rated"

    request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=ServiceRequest.State.choices)
    """After it."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False
    )
    by_staff = models.BooleanField()
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    form_key = models.CharField(max_length=64, null=True)
    """Of the form that sent it: sent twice, it is one message."""

    class Meta:
        indexes = [models.Index(fields=["request", "id"], name="requests_events")]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "form_key"],
                condition=Q(form_key__isnull=False),
                name="requests_event_once",
            )
        ]


class RequestFile(models.Model):
    """A file of an event: its type is what its content says, a picture is drawn anew."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    event = models.ForeignKey(RequestEvent, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    """SHA-256 of what is kept."""
    content = models.BinaryField()
    forgotten_at = models.DateTimeField(null=True)
    """Since then the content is empty: retention, or the person was forgotten."""


class RequestDraftFile(models.Model):
    """A file of a form that is not sent yet: kept a day, so that looking once more loses nothing."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    form_key = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "form_key"], name="requests_draft_of_form"),
            models.Index(fields=["created_at"], name="requests_draft_age"),
        ]

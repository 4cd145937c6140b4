"""What the utility tells many at once, whom it concerns, and which letters came of it.

The database holds the rules: states go forward only, and what was published does not change (migration 0002).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from abonent.accounts.models import Account
from abonent.notices.models import Letter
from abonent.portal.models import Organisation, Service


class Announcement(models.Model):
    """A text in the portal's languages to an audience; an outage also stands on the pages of its accounts."""

    class Kind(models.TextChoices):
        NOTICE = "notice"
        OUTAGE = "outage"
        """Stands on the pages of the accounts concerned from `starts_at` until `ends_at`."""

    class Audience(models.TextChoices):
        ALL = "all"
        """Every account of the portal."""
        ORGANISATION = "organisation"
        SERVICE = "service"
        """Accounts that have a meter of the service or were charged for it (docs/domain/announcements.md)."""
        STREET = "street"
        HOUSE = "house"

    class State(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        SENDING = "sending"
        SENT = "sent"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, db_index=False)
    """Whose accounts alone; null: all the portal's. Its staff see and send it."""
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=300, blank=True)
    """A house: `Account.address`; a street: what its addresses begin with."""
    texts = models.JSONField(default=dict)
    """{"ru": {"title": …, "text": …}, …}: every language of the portal before it goes out."""
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """An outage that was over before its time."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    scheduled_at = models.DateTimeField(null=True)
    """When it goes out."""
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    """When a batch last came to its end: one that nobody touches was left by somebody who was killed."""
    reached = models.BigIntegerField(default=0)
    """The last account that was looked at: they are taken in the order of their ids."""
    gathered = models.BooleanField(default=False)
    """Every account concerned was looked at; the letters follow."""
    clearing = models.BooleanField(default=False)
    """An outage that ended early: its accounts' `announced_until` is being counted anew."""
    accounts = models.PositiveIntegerField(default=0)
    """Concerned when it went out."""
    figures = models.JSONField(null=True)
    """What became of the letters, once the letters themselves are forgotten."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="notice", starts_at=None, ends_at=None, ended_at=None)
                | Q(kind="outage", starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="announcements_hours",
            ),
            models.CheckConstraint(
                condition=Q(audience="all", organisation=None, service=None, place="")
                | Q(audience="organisation", organisation__isnull=False, service=None, place="")
                | Q(audience="service", service__isnull=False, place="")
                | (Q(audience__in=["street", "house"], service=None) & ~Q(place="")),
                name="announcements_audience",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(scheduled_at__isnull=False),
                name="announcements_scheduled_at",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(kind="outage"), name="announcements_outages"),
            models.Index(fields=["organisation", "-id"], name="announcements_of_org"),
            models.Index(
                fields=["scheduled_at"],
                condition=Q(state__in=["scheduled", "sending"]) | Q(clearing=True),
                name="announcements_waiting",
            ),
        ]


class AnnouncedAccount(models.Model):
    """An account that an outage concerned when it went out: new residents see it, newcomers do not."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="announced", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "account"], name="announcements_account_once")
        ]
        indexes = [models.Index(fields=["account"], name="announcements_of_account")]


class AnnouncementLetter(models.Model):
    """A person who is to be written to: once, and one letter goes to a mailbox."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="letters", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mailbox = models.EmailField()
    """In capitals, as it was when it went out: whoever has another one since is not written to."""
    written_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="+")
    """Null once written: the person did not want it any more, or the letter is forgotten."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "user"], name="announcements_person_once"),
            models.UniqueConstraint(fields=["announcement", "mailbox"], name="announcements_mailbox_once"),
        ]
        indexes = [
            models.Index(
                fields=["announcement", "id"], condition=Q(written_at=None), name="announcements_to_write"
            )
        ]


class NoNotices(models.Model):
    """A person who wants no notices by mail. Outages are told all the same."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField()

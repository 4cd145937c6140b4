"""What was asked about a person's data, and how far the forgetting of old data is."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from abonent.base.identifiers import new_public_id


class Export(models.Model):
    """All that the portal holds about a person, as it was when it was made; kept for a week, then deleted."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The member of the staff who asked at the person's wish; None: the person."""
    reason = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    facts = models.BinaryField(default=b"")
    """JSON in UTF-8."""
    paper = models.BinaryField(default=b"")
    """PDF."""

    class Meta:
        indexes = [
            models.Index(fields=["user", "-asked_at"], name="personal_export_of_person"),
            models.Index(fields=["asked_at"], name="personal_export_age"),
            models.Index(
                fields=["asked_at"], name="personal_export_waiting", condition=Q(made_at__isnull=True)
            ),
        ]


class Deletion(models.Model):
    """The wish to be forgotten: thirty days to think, then it is done. The row stays: it names nobody."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The member of the staff who asked at the person's wish; None: the person."""
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    """When the letter three days before was written."""
    cancelled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    """What went, by room: {"notices": {"letters": 12}, …}."""
    hindrance = models.CharField(max_length=100, blank=True)
    """Why it could not be done when it was due: the name of the error."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(cancelled_at__isnull=True, done_at__isnull=True),
                name="personal_deletion_once",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(done_at__isnull=True),
                name="personal_deletion_one_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="personal_deletion_due",
                condition=Q(cancelled_at__isnull=True, done_at__isnull=True),
            )
        ]


class RetentionRun(models.Model):
    """How the forgetting of one kind of old data went last (retention.RULES)."""

    rule = models.CharField(max_length=30, primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    """None: under way, or broken off: the next run goes on."""
    rows = models.BigIntegerField(default=0)
    """Of this run."""
    rows_ever = models.BigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

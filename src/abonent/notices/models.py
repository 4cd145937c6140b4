"""The outbox: a letter is a row of the same transaction as its cause, and is sent afterwards."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper


class Letter(models.Model):
    """One letter to one mailbox. Sent at least once, normally exactly once; kept as settings say."""

    kind = models.CharField(max_length=40)
    to = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    attachment = models.JSONField(null=True)
    """`{"maker": …, "arguments": …}` (attachments.py): drawn when it is delivered."""
    headers = models.JSONField(null=True)
    """Headers of its own, by name (operations.HEADERS)."""
    subscribed = models.BooleanField(default=False, db_default=False)
    """One of many that go out at once (subscribed.py): it is not counted among the ten a day."""
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField(null=True)
    """When we heard that it was refused for good: at its delivery, or by a report that came back."""
    refusal = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["subscribed", "next_attempt_at"],
                name="notices_letter_waits",
                condition=models.Q(sent_at__isnull=True),
            ),
            models.Index(Upper("to"), "created_at", name="notices_letter_of_mailbox"),
        ]

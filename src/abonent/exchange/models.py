"""The journal of what came in."""

from django.db import models


class Run(models.Model):
    """One import of a bundle, or one undo: when, what, and how it ended."""

    class State(models.TextChoices):
        STARTED = "started"
        APPLIED = "applied"
        REFUSED = "refused"
        BROKEN_OFF = "broken_off"
        """Killed or failed: nothing of it was taken."""

    bundle = models.CharField(max_length=300)
    checksum = models.CharField(max_length=64, blank=True)
    """Of the files' contents and the options; known once all was read."""
    size = models.BigIntegerField(default=0)
    """Bytes of its files, unpacked."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    counts = models.JSONField(default=dict)
    """Rows new, changed and unchanged, by file; months by the way they came; warnings and bad rows."""

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="exchange_run_latest")]

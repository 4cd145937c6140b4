"""The journal of what came in."""

from django.db import models


class Run(models.Model):
    """One import of a bundle: who, when, what, and how it ended."""

    class State(models.TextChoices):
        STARTED = "started"
        APPLIED = "applied"
        REFUSED = "refused"

    bundle = models.CharField(max_length=300)
    checksum = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    counts = models.JSONField(default=dict)

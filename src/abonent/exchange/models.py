"""The journals of what came in and of what went out."""

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


class ReadingBatch(models.Model):
    """One file of readings for billing (`outgoing.readings`): its rows are those of its number in
    metering.SubmittedReading. Prepared, then written; a run that was killed between is finished by the
    next."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        """Its readings are taken; the file may be there, whole, or not."""
        WRITTEN = "written"

    number = models.BigIntegerField(primary_key=True)
    """1, 2, 3 … without gaps: who misses a file sees it."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREPARED)
    directory = models.CharField(max_length=1000)
    formats = models.CharField(max_length=20)
    """`csv`, `jsonl` or both, parted by a space."""
    rows = models.IntegerField()
    prepared_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["number"], condition=models.Q(state="prepared"), name="exchange_batch_prepared"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(rows__gt=0), name="exchange_batch_has_rows"),
            models.CheckConstraint(
                condition=models.Q(state="prepared", written_at=None)
                | models.Q(state="written", written_at__isnull=False),
                name="exchange_batch_written_at",
            ),
        ]

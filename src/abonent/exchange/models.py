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


class Batch(models.Model):
    """One file for billing (`outgoing.batches`). Prepared, then written; a run that was killed between is
    finished by the next."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        """Its rows are taken; the file may be there, whole, or not."""
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
        abstract = True


def _prepared(name: str) -> list[models.Index]:
    return [models.Index(fields=["number"], condition=models.Q(state="prepared"), name=f"{name}_prepared")]


def _whole(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=models.Q(rows__gt=0), name=f"{name}_has_rows"),
        models.CheckConstraint(
            condition=models.Q(state="prepared", written_at=None)
            | models.Q(state="written", written_at__isnull=False),
            name=f"{name}_written_at",
        ),
    ]


class ReadingBatch(Batch):
    """A file of readings: its rows are those of its number in metering.SubmittedReading."""

    class Meta:
        indexes = _prepared("exchange_batch")
        constraints = _whole("exchange_batch")


class PaymentBatch(Batch):
    """A file of payments booked here: its rows are those of its number in ledger.ToldPayment."""

    class Meta:
        indexes = _prepared("exchange_paybatch")
        constraints = _whole("exchange_paybatch")

"""The journals of what came in and of what went out."""

from django.conf import settings
from django.db import models

from abonent.users.models import User


def _person() -> "models.ForeignKey[User | None, User | None]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class Upload(models.Model):
    """A bundle that came through the browser. `whole` only once its last part is written; others are
    forgotten."""

    name = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField()
    whole = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["begun_at"], name="exchange_upload_begun")]


class UploadPart(models.Model):
    """A megabyte of it, so that nobody holds it whole: the worker may be another machine."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="exchange_part_once")]


class Run(models.Model):
    """One import of a bundle, or one undo of a month: who, when, what, and how it ended.

    By command it is started and ends. In the office it is uploaded, planned, approved, then started too; the
    last one applied may be undone."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        """Waits to be planned."""
        PLANNING = "planning"
        PLANNED = "planned"
        """Waits for somebody to look at it."""
        APPROVED = "approved"
        """Waits to be taken."""
        STARTED = "started"
        APPLIED = "applied"
        REFUSED = "refused"
        BROKEN_OFF = "broken_off"
        """Killed or failed: nothing of it was taken."""
        DISCARDED = "discarded"
        """Somebody looked, and did not want it."""
        UNDO_ASKED = "undo_asked"
        UNDOING = "undoing"
        UNDONE = "undone"

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
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="runs")
    whole_months = models.BooleanField(default=False)
    uploaded_by = _person()
    uploaded_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    alarms = models.JSONField(default=list)
    """What the plan warns of and somebody must have seen: `alarms.Alarm` each."""
    data_version = models.BigIntegerField(null=True)
    """Of the portal's data when it was planned: what moves it makes the plan stale."""
    approved_by = _person()
    approved_at = models.DateTimeField(null=True)
    undone_by = _person()
    undone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was refused whole, broken off, planned again, or not undone."""
    undoable = models.BooleanField(default=False)
    """What it changed is kept: true of the last one applied at most."""

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="exchange_run_latest")]


class RunReport(models.Model):
    """The problems of a run: some to show, all to download. It holds what the bundle said of people, and is
    forgotten with the upload."""

    run = models.OneToOneField(Run, primary_key=True, on_delete=models.CASCADE, related_name="report")
    listed = models.JSONField(default=list)
    whole = models.BinaryField()
    """CSV (`problems.report`)."""


class RunProgress(models.Model):
    """How far a run is, written on a connection of its own while the run's transaction is open; so it refers
    to nothing."""

    run_id = models.BigIntegerField(primary_key=True)
    doing = models.CharField(max_length=60)
    rows = models.BigIntegerField()
    share = models.FloatField()
    begun_at = models.DateTimeField()
    told_at = models.DateTimeField()
    """By the database's clock, every second: a run that no longer tells is dead."""


class BeforeImage(models.Model):
    """A row that the last run changed, its columns that were overwritten (`base.staging.Before`)."""

    pk = models.CompositePrimaryKey("target", "row_id")
    run_id = models.BigIntegerField()
    target = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    was = models.JSONField()


class FreshRows(models.Model):
    """Rows that the last run brought, by the range of their ids."""

    pk = models.CompositePrimaryKey("target", "first_id")
    run_id = models.BigIntegerField()
    target = models.CharField(max_length=63)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()


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


class TaskFailure(models.Model):
    """Why a job of the worker failed last: the kind of error and its place in the code, no words of it:
    these may hold what it was about. Goes with its job."""

    job_id = models.BigIntegerField(primary_key=True)
    error = models.CharField(max_length=200)
    at = models.DateTimeField()

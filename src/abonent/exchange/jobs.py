"""Background work of the exchange; run by `abonent worker`."""

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from abonent.exchange import runs, uploads
from abonent.exchange.errors import ImportRunningError
from abonent.exchange.failed_tasks import forget_failures
from abonent.exchange.outgoing.payments import export_payments
from abonent.exchange.outgoing.readings import export_readings


@app.periodic(cron="1 * * * *")
@app.task(name="exchange.export_readings", queueing_lock="exchange.export_readings")
def export_due_readings(timestamp: int) -> None:
    """Every hour, a minute past it: readings whose cut-off has passed go into ABONENT_EXPORT, so those of an
    organisation at its `readings.sent_at_hour`. Without that folder nothing happens (`abonent check` says
    so)."""
    if settings.EXPORT_FOLDER:
        export_readings(directory=settings.EXPORT_FOLDER, now=timezone.now())


@app.periodic(cron="3 * * * *")
@app.task(name="exchange.export_payments", queueing_lock="exchange.export_payments")
def export_booked_payments(timestamp: int) -> None:
    """Every hour, three minutes past it: what was booked here since goes into ABONENT_EXPORT. Without that
    folder nothing happens (`abonent check` says so)."""
    if settings.EXPORT_FOLDER:
        export_payments(directory=settings.EXPORT_FOLDER, now=timezone.now())


#: Another import is at work: this one waits for it.
_PATIENT = RetryStrategy(max_attempts=60, wait=30, retry_exceptions={ImportRunningError})


@app.task(name=runs.PLAN, queue=runs.QUEUE, retry=_PATIENT)
def plan_run(run_id: int) -> None:
    """Plan a bundle that was uploaded."""
    runs.plan(run_id=run_id, now=timezone.now())


@app.task(name=runs.APPLY, queue=runs.QUEUE, retry=_PATIENT)
def apply_run(run_id: int) -> None:
    """Take a bundle whose plan was approved."""
    runs.apply(run_id=run_id, now=timezone.now())


@app.task(name=runs.UNDO, queue=runs.QUEUE, retry=_PATIENT)
def undo_run(run_id: int) -> None:
    """Undo the last run."""
    runs.undo(run_id=run_id, now=timezone.now())


@app.periodic(cron="23 3 * * *")
@app.task(name="exchange.forget_old_uploads", queueing_lock="exchange.forget_old_uploads")
def forget_old_uploads(timestamp: int) -> None:
    """Every night: uploads that broke off, and what was uploaded long ago."""
    uploads.forget_old(now=timezone.now())
    forget_failures()

"""Background work of metering; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.metering.operations import rejections, reminders, review


@app.periodic(cron="7,22,37,52 * * * *")
@app.task(name="metering.send_due_reminders", queueing_lock="metering.send_due_reminders")
def send_due_reminders(timestamp: int) -> None:
    """Four times an hour: letters about windows that opened or close tomorrow; mostly there are none."""
    reminders.send_due_reminders(now=timezone.now())


@app.periodic(cron="29 3 * * *")
@app.task(name="metering.forget_old_links", queueing_lock="metering.forget_old_links")
def forget_old_links(timestamp: int) -> None:
    reminders.forget_old_links(now=timezone.now())


@app.periodic(cron="12,27,42,57 * * * *")
@app.task(name="metering.tell_rejected", queueing_lock="metering.tell_rejected")
def tell_rejected(timestamp: int) -> None:
    """Right after an import that rejects readings, and four times an hour for those whose task was lost."""
    rejections.tell_rejected(now=timezone.now())


@app.periodic(cron="4,19,34,49 * * * *")
@app.task(name="metering.score_waiting", queueing_lock="metering.score_waiting")
def score_waiting(timestamp: int) -> None:
    """Four times an hour: points for readings that came without; mostly there are none."""
    review.score_waiting()

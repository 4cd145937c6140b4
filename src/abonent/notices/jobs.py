"""Background work of the outbox; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.notices import operations


@app.task(name="notices.deliver_letter")
def deliver_letter(letter_id: int) -> None:
    """Send one letter. A failure waits in the outbox for `queue_waiting_letters`: the task is done."""
    operations.deliver(letter_id=letter_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="notices.queue_waiting_letters", queueing_lock="notices.queue_waiting_letters")
def queue_waiting_letters(timestamp: int) -> None:
    """Every minute: retries whose time has come, and letters whose task was lost."""
    operations.queue_waiting(now=timezone.now())

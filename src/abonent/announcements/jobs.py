"""Background work of announcements; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.announcements import forgetting, sending

#: Of one run, a few seconds: letters of other rooms are not kept waiting by a whole town's.
_BATCHES = 10


@app.task(name="announcements.send")
def send(number: int) -> None:
    """Go on with an announcement for a while, then queue what is left of it."""
    if not sending.send(number, clock=timezone.now, batches=_BATCHES):
        sending.queue(number)


@app.periodic(cron="* * * * *")
@app.task(name="announcements.go_on", queueing_lock="announcements.go_on")
def go_on(timestamp: int) -> None:
    """Every minute: announcements whose time has come, and those whose worker was killed."""
    for number in sending.waiting(now=timezone.now()):
        sending.queue(number)


@app.periodic(cron="41 3 * * *")
@app.task(name="announcements.forget", queueing_lock="announcements.forget")
def forget(timestamp: int) -> None:
    """Every night: who was told what two months ago; the figures stay."""
    forgetting.forget(now=timezone.now())

"""Background work of bills; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.bills import publishing
from abonent.bills.operations import tidy
from abonent.portal.counts import QUEUE

#: Of one run, a few seconds: letters of other rooms are not kept waiting by a whole month's.
_BATCHES = 10


@app.task(name="bills.publish")
def publish(publication_id: int) -> None:
    """Go on with a publication for a while, then queue what is left of it."""
    done = publishing.publish(publication_id, clock=timezone.now, batches=_BATCHES)
    if done.finished_at is None:
        publishing.queue(publication_id)


@app.periodic(cron="* * * * *")
@app.task(name="bills.go_on_publishing", queueing_lock="bills.go_on_publishing")
def go_on_publishing(timestamp: int) -> None:
    """Every minute: publications whose command or worker was killed."""
    for publication_id in publishing.left_alone(now=timezone.now()):
        publishing.queue(publication_id)


@app.periodic(cron="11 * * * *")
@app.task(
    name="bills.tidy_subscriptions",
    queue=QUEUE,  # of the worker that sends no letters: seconds in a large town
    queueing_lock="bills.tidy_subscriptions",
)
def tidy_subscriptions(timestamp: int) -> None:
    """Every hour: what ended elsewhere, addresses that changed, wishes that nobody confirmed."""
    tidy(now=timezone.now())

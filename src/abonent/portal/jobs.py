"""Background work of the portal's own tables; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.portal import counts


@app.task(name="portal.count_again", queue=counts.QUEUE)
def count_again(what: str, name: str) -> None:
    """Count one thing anew that pages show as it was."""
    counts.count_again(what, name, now=timezone.now())


@app.task(name="portal.renew_counts")
def renew_counts(usual: bool) -> None:
    """After an import: everything that is shown, and what is asked for every day."""
    counts.renew(usual=usual, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="portal.renew_old_counts", queueing_lock="portal.renew_old_counts")
def renew_old_counts(timestamp: int) -> None:
    """Every ten minutes: what somebody looks at these days."""
    counts.renew(usual=False, now=timezone.now())


@app.periodic(cron="7 0,19 * * *")
@app.task(name="portal.renew_usual_counts", queueing_lock="portal.renew_usual_counts")
def renew_usual_counts(timestamp: int) -> None:
    """After midnight in Astana and in UTC: the new month's figures before anybody asks."""
    counts.renew(usual=True, now=timezone.now())

"""Background work of requests; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.service_requests import operations


@app.periodic(cron="19 * * * *")
@app.task(name="service_requests.forget_old_drafts", queueing_lock="service_requests.forget_old_drafts")
def forget_old_drafts(timestamp: int) -> None:
    """Every hour: files of forms that were not sent within a day."""
    operations.forget_old_drafts(now=timezone.now())

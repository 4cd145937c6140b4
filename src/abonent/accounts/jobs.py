"""Background work of accounts; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.accounts import strength


@app.periodic(cron="23 4 * * *")
@app.task(name="accounts.measure_strength", queueing_lock="accounts.measure_strength")
def measure_strength(timestamp: int) -> None:
    """Nightly, besides after each import: payments grow old, and owners change."""
    strength.measure_strength(now=timezone.now())

"""Background work on personal data; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.personal_data import operations
from abonent.personal_data.operations.retention import forget_old


@app.task(name="personal_data.make_export")
def make_export(export_id: int) -> None:
    """All data of a person, where it was too much to wait for; a letter says that it is ready."""
    operations.make_export(export_id=export_id, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="personal_data.go_on_with_exports", queueing_lock="personal_data.go_on_with_exports")
def go_on_with_exports(timestamp: int) -> None:
    """Exports whose task was lost with a worker."""
    operations.go_on_with_exports(now=timezone.now())


@app.periodic(cron="29 * * * *")
@app.task(name="personal_data.forget_people", queueing_lock="personal_data.forget_people")
def forget_people(timestamp: int) -> None:
    """Every hour: the letters three days before, and whoever's thirty days are over."""
    now = timezone.now()
    operations.warn_of_due(now=now)
    operations.forget_due(now=now)


@app.periodic(cron="53 2 * * *")
@app.task(name="personal_data.forget_old", queueing_lock="personal_data.forget_old")
def forget_old_data(timestamp: int) -> None:
    """Nightly: what the table of retention.py says is over."""
    forget_old(now=timezone.now(), clock=timezone.now)

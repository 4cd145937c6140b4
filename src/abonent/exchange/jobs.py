"""Background work of the exchange; run by `abonent worker`."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

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

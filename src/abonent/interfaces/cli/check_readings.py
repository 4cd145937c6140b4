"""Do readings and payments find their way to billing? A part of `abonent check`."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from abonent.exchange.outgoing.payments import unwritten_payment_batches
from abonent.exchange.outgoing.readings import unwritten_batches
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.ledger import telling
from abonent.metering.sent_readings import waiting_for_billing

LATE_AFTER = timedelta(hours=2)


def export_finding(*, now: datetime) -> Finding:
    """Whether there is a folder for them, and whether it takes them."""
    folder: Path | None = settings.EXPORT_FOLDER
    waiting = waiting_for_billing()
    if folder is None:
        return _nowhere(waiting)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        remedy = "make it for the worker's user, or correct ABONENT_EXPORT"
        return Finding(FAIL, "export", f"{folder} is no folder that can be written to", remedy)
    if late := unwritten_batches(older_than=now - LATE_AFTER):
        remedy = "`abonent export readings` says why"
        return Finding(WARN, "export", f"{late} files of readings could not be written for two hours", remedy)
    return Finding(OK, "export", f"into {folder}; {waiting} readings wait for their time")


def _nowhere(waiting: int) -> Finding:
    if waiting:
        remedy = "name a folder in ABONENT_EXPORT, or run `abonent export readings --to DIRECTORY` yourself"
        return Finding(WARN, "export", f"{waiting} readings wait for billing, and no folder is named", remedy)
    return Finding(OK, "export", "no folder is named, and no readings wait")


def payments_finding(*, now: datetime) -> Finding:
    """Whether billing gets to know what was booked here; that it can be written is asked of readings."""
    waiting, oldest = telling.waiting_for_billing()
    if late := unwritten_payment_batches(older_than=now - LATE_AFTER):
        remedy = "`abonent export payments` says why"
        return Finding(
            WARN, "payment files", f"{late} files of payments could not be written for two hours", remedy
        )
    if oldest and oldest < now - LATE_AFTER:
        remedy = "name a folder in ABONENT_EXPORT and run the worker, or run `abonent export payments`"
        return Finding(
            WARN,
            "payment files",
            f"{waiting} payments wait for billing, the first since {oldest:%Y-%m-%d %H:%M}",
            remedy,
        )
    return Finding(OK, "payment files", f"{waiting} booked here wait for the next file for billing")

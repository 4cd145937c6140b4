"""Files that somebody of the office wants now, not at the next hour: the worker writes them."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.base.errors import DomainError
from abonent.users import audit
from abonent.users.models import User

_TASKS = ("exchange.export_readings", "exchange.export_payments")


class ExportsOff(DomainError):  # noqa: N818 - a state, not a failure
    """No folder is named (ABONENT_EXPORT)."""


@transaction.atomic
def export_soon(*, by: User, address: str | None, now: datetime) -> None:
    """Have what is due written. Safe to repeat: what waits already is not queued twice. Raises ExportsOff."""
    if settings.EXPORT_FOLDER is None:
        raise ExportsOff("no folder")
    for task in _TASKS:
        try:
            with transaction.atomic():
                app.configure_task(task, queueing_lock=task).defer(timestamp=int(now.timestamp()))
        except AlreadyEnqueued:
            continue
    audit.record(action="export_asked", actor=by, address=address, now=now)

"""All that the page of figures shows. `organisation_id`: whose accounts the reader serves; None: all."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from abonent.base.months import Month
from abonent.figures.customers import Customers, customers
from abonent.figures.open_accounts import open_accounts
from abonent.figures.payments import Payments, payments
from abonent.figures.reading_sql import room_to_count
from abonent.figures.readings import Readings, readings
from abonent.figures.requests import Requests, requests

MONTHS = 12
"""How far back what is shown by month goes, the month asked for included."""


@dataclass(frozen=True, slots=True)
class Figures:
    customers: Customers
    readings: Readings
    payments: Payments
    requests: Requests


@transaction.atomic
def figures(*, organisation_id: int | None, month: Month, today: date, now: datetime) -> Figures:
    """All of it, counted now; kept.py has what pages show. Thirteen queries at most, whatever there is to
    count; eleven but for the first of each version of billing's data."""
    room_to_count()
    first, open_now = month - (MONTHS - 1), open_accounts(organisation_id, now=now)
    return Figures(
        customers(organisation_id=organisation_id, accounts=open_now.all, first=first, last=month),
        readings(organisation_id=organisation_id, metered=open_now.metered, month=month),
        payments(organisation_id=organisation_id, month=month),
        requests(organisation_id=organisation_id, first=first, last=month, today=today),
    )

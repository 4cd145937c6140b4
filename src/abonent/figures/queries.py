"""All that the page of figures shows. `organisation_id`: whose accounts the reader serves; None: all."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from abonent.base.months import Month
from abonent.figures.customers import Customers, customers
from abonent.figures.payments import Payments, payments
from abonent.figures.reading_sql import room_to_count
from abonent.figures.readings import Readings, readings
from abonent.figures.requests import Requests, requests
from abonent.portal.queries import data_version

MONTHS = 12
"""How far back what is shown by month goes, the month asked for included."""


@dataclass(frozen=True, slots=True)
class Figures:
    customers: Customers
    readings: Readings
    payments: Payments
    requests: Requests


@transaction.atomic
def figures(*, organisation_id: int | None, month: Month, today: date) -> Figures:
    """Twelve queries at most, whatever there is to count."""
    room_to_count()
    first, version = month - (MONTHS - 1), data_version()
    return Figures(
        customers(organisation_id=organisation_id, version=version, first=first, last=month),
        readings(organisation_id=organisation_id, version=version, month=month),
        payments(organisation_id=organisation_id, month=month),
        requests(organisation_id=organisation_id, first=first, last=month, today=today),
    )

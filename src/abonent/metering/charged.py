"""Reads of what meters are charged by, for many accounts at once."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from abonent.base.prepared import prepared_cursor


class ChargedMeter(NamedTuple):
    account_id: int
    meter_id: int
    service_id: int
    serial: str
    scales: int
    tariff: str
    """Code of the tariff that billing named; empty: its service's own."""


_CHARGED = """
SELECT account_id, id, service_id, serial, scales, tariff
  FROM metering_meter
 WHERE account_id = ANY(%s) AND (installed_on IS NULL OR installed_on <= %s)
   AND (removed_on IS NULL OR removed_on >= %s)
 ORDER BY account_id, service_id, serial
"""


def charged_meters(account_ids: Collection[int], *, first: date, last: date) -> list[ChargedMeter]:
    """The meters in use on some of these days, both included. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_CHARGED, [list(account_ids), last, first])
        return [ChargedMeter._make(row) for row in cursor.fetchall()]


def named_tariffs() -> set[str]:
    """The codes of the tariffs that meters name. One query."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT DISTINCT tariff FROM metering_meter WHERE tariff <> ''")
        return {code for (code,) in cursor.fetchall()}


def is_charged_by(tariff: str) -> bool:
    """Whether any meter names this tariff. One query."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM metering_meter WHERE tariff = %s)", [tariff])
        return bool(cursor.fetchone()[0])

"""Counts of bank calls by the hour: whoever tries account numbers through a bank, or its secret, is stopped.

Each count is one statement that commits by itself. A call that says an account was paid is never stopped: the
money is taken already (docs/domain/paying.md, "Banks that call").
"""

import ipaddress
from datetime import datetime

from django.db import connection

from abonent.payments.models import BankCallCount

CHECKS_AN_HOUR = 60_000
"""Of a bank: a portal of a million accounts on the day of its bills stays far below."""
UNKNOWN_AN_HOUR = 1_000
"""Accounts that do not exist, once they are also half of what is asked: nobody mistypes every other one."""
REFUSED_AN_HOUR = 100
"""Calls from an address that are not the bank's: after these the right secret opens nothing either."""

_COUNT = """
INSERT INTO payments_bankcallcount AS c (bank, network, hour, checks, unknown, refused)
VALUES (%(bank)s, %(network)s, %(hour)s, %(checks)s, %(unknown)s, %(refused)s)
ON CONFLICT (bank, network, hour) DO UPDATE
   SET checks = c.checks + excluded.checks, unknown = c.unknown + excluded.unknown,
       refused = c.refused + excluded.refused
RETURNING checks, unknown, refused
"""


def count_check(*, bank: str, now: datetime) -> bool:
    """Count one question about an account; False when there were too many."""
    checks, unknown, _ = _count(bank, "", now, checks=1)
    return checks <= CHECKS_AN_HOUR and not is_trying(checks, unknown)


def is_trying(checks: int, unknown: int) -> bool:
    """Whether an hour's questions are somebody's who tries numbers."""
    return unknown >= UNKNOWN_AN_HOUR and 2 * unknown >= checks


def count_unknown(*, bank: str, now: datetime) -> None:
    """The question just counted was about an account that does not exist."""
    _count(bank, "", now, unknown=1)


def count_refused(*, bank: str, address: str | None, now: datetime) -> int:
    """Count one call that was not the bank's; returns how many came from there within the hour."""
    return _count(bank, network_of(address), now, refused=1)[2]


def may_try(*, bank: str, address: str | None, now: datetime) -> bool:
    """Whether a call from `address` is looked at at all. One that is this machine's own, or none, may be
    everybody's (a proxy that is not told of, a socket): then nobody shuts the bank out."""
    if address is None or ipaddress.ip_address(address).is_loopback:
        return True
    found = BankCallCount.objects.filter(bank=bank, network=network_of(address), hour=_hour(now))
    return (found.values_list("refused", flat=True).first() or 0) < REFUSED_AN_HOUR


def hours_of_trying(*, since: datetime) -> list[str]:
    """`kaspi 2026-11-20 09:00Z (1200 of 1300 checks unknown)`: hours in which somebody was stopped."""
    rows = BankCallCount.objects.filter(hour__gte=since).order_by("hour", "bank", "network")
    return [f"{row.bank} {row.hour:%Y-%m-%d %H:%M}Z ({said})" for row in rows if (said := _said(row))]


def _said(row: BankCallCount) -> str:
    if row.refused >= REFUSED_AN_HOUR:
        return f"{row.refused} calls from {row.network} were not the bank's"
    if row.checks > CHECKS_AN_HOUR or is_trying(row.checks, row.unknown):
        return f"{row.unknown} of {row.checks} checks unknown"
    return ""


def network_of(address: str | None) -> str:
    """The address, or the /64 that one machine may have all of; `?` where there is none."""
    if address is None:
        return "?"
    found = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _count(
    bank: str, network: str, now: datetime, *, checks: int = 0, unknown: int = 0, refused: int = 0
) -> tuple[int, int, int]:
    values = {"checks": checks, "unknown": unknown, "refused": refused}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"bank": bank, "network": network, "hour": _hour(now), **values})
        found: tuple[int, int, int] = cursor.fetchone()
    return found

"""Money on its way as pages name it: when it set out, how much, and where to see what has become of it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse

from abonent.ledger.received import OnItsWay

#: The ledger's source of what is paid here; the name of such an entry is `<payment>-<part>`.
_PAID_HERE = "online"


class Coming(NamedTuple):
    since: datetime
    amount: Decimal
    href: str | None


def coming(expected: Iterable[OnItsWay]) -> list[Coming]:
    """A row a payment, the earliest first; a payment of several parts for this account is one."""
    rows: dict[tuple[str, str], Coming] = {}
    for one in expected:
        name = one.external_id.rpartition("-")[0] if one.source == _PAID_HERE else one.external_id
        before = rows.get((one.source, name))
        amount = one.amount + (before.amount if before else 0)
        href = _page(name) if one.source == _PAID_HERE else None
        rows[one.source, name] = Coming(one.since, amount, href)
    return [*rows.values()]


def _page(public_id: str) -> str | None:
    try:
        return reverse("payment", args=[public_id])
    except NoReverseMatch:
        return None

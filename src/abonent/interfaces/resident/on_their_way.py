"""Money on its way as pages name it: when it set out, and how much.

No address of the payment itself: pages are kept for all who hold the account, and a payment is its payer's.
«Платежи» leads to it whoever may see it.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from abonent.ledger.received import OnItsWay

#: The ledger's source of what is paid here; the name of such an entry is `<payment>-<part>`.
_PAID_HERE = "online"


class Coming(NamedTuple):
    since: datetime
    amount: Decimal


def coming(expected: Iterable[OnItsWay]) -> list[Coming]:
    """A row a payment, the earliest first; a payment of several parts for this account is one."""
    rows: dict[tuple[str, str], Coming] = {}
    for one in expected:
        name = one.external_id.rpartition("-")[0] if one.source == _PAID_HERE else one.external_id
        before = rows.get((one.source, name))
        rows[one.source, name] = Coming(one.since, one.amount + (before.amount if before else 0))
    return [*rows.values()]

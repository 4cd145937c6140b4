"""The tariff of a service statement: the line's own, or those of its parts."""

from datetime import date
from decimal import Decimal

import pytest

from abonent.base.money import ZERO
from abonent.bills.statements import _tariff
from abonent.ledger.balances import period_totals
from abonent.ledger.queries import Charged, Line, ServiceMonths
from abonent.portal.queries import ServiceFacts

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)


def _charged(service_id: int, month: date, tariff: str | None) -> Charged:
    price = None if tariff is None else Decimal(tariff)
    line = Line(month, service_id, ZERO, ZERO, ZERO, ZERO, ZERO, price)
    parent = 1 if service_id > 1 else None
    service = ServiceFacts(service_id, str(service_id), parent, "", "", "", service_id, 0, 1)
    return Charged(line, service)


@pytest.mark.parametrize(
    ("own", "parts", "shown"),
    [
        ("8.65", ["4.97"], Decimal("8.65")),
        (None, ["8.65", "4.97"], (Decimal("8.65"), Decimal("4.97"))),
        (None, ["8.65", None], (Decimal("8.65"),)),
        (None, [], None),
    ],
)
def test_a_line_without_a_price_shows_those_of_its_parts(
    own: str | None, parts: list[str | None], shown: object
) -> None:
    line = _charged(1, OCTOBER, own)
    others = [_charged(number, OCTOBER, part) for number, part in enumerate(parts, 2)]
    before = _charged(2, SEPTEMBER, "1.00")
    group = ServiceMonths(line.service, (line, *others, before), period_totals([line.line]), None, None)
    assert _tariff(line.line, group) == shown

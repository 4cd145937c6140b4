"""Gateways' own lists of a day, asked for and kept as registries."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from abonent.base.errors import DomainError
from abonent.payments import connections
from abonent.payments.gateway import StatementLine
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.current import portal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Statements:
    """Which methods' statements are here, and why others' are not."""

    taken: tuple[str, ...]
    unavailable: dict[str, str]


def take_statements(*, day: date, now: datetime) -> Statements:
    """Ask every gateway for its list of a day that is over; each list is one transaction of its own. Safe to
    repeat: the same list is taken once, and of a longer one only what is new counts."""
    taken, unavailable = [], {}
    if day >= now.astimezone(ZoneInfo(portal().time_zone)).date():
        return Statements((), {})
    for method in portal().paying.methods:
        try:
            lines = connections.gateway(method.code).statement(day)
            if lines is not None:
                _take(method.code, day, lines, now)
                taken.append(method.code)
        except DomainError as error:  # no answer, wrong keys, a list that cannot be read: the others go on
            log.warning("method %s: no statement of %s: %s", method.code, day, error)
            unavailable[method.code] = str(error) or type(error).__name__
    return Statements(tuple(taken), unavailable)


def _take(method: str, day: date, lines: list[StatementLine], now: datetime) -> None:
    source = f"statement:{method}"
    take_registry(
        source=source,
        format="statement",
        name=f"{method} {day}",
        checksum=_checksum(source, day, lines),
        day=day,
        rows=_rows(lines, day),
        loaded_by="",
        now=now,
    )


def _rows(lines: list[StatementLine], day: date) -> Iterator[RowGiven]:
    for number, line in enumerate(lines, start=1):
        refund = line.kind == "refund"
        yield RowGiven(
            line=number,
            operation=line.gateway_id,
            paid_on=day,
            amount=-line.amount if refund else line.amount,
            reference="" if refund else line.key,
            parent=line.parent,
            commission=line.commission,
        )


def _checksum(source: str, day: date, lines: list[StatementLine]) -> str:
    """Of what is said, in an order of its own: a gateway may list its day in another one tomorrow."""
    facts: list[Any] = sorted(
        [one.gateway_id, one.key, one.kind, str(one.amount), one.parent, str(one.commission)] for one in lines
    )
    return hashlib.sha256(json.dumps([source, str(day), facts]).encode()).hexdigest()

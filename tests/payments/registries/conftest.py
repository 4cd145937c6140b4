"""Registries made for one test."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from abonent.payments.invariants_of_registries import REGISTRIES
from abonent.payments.models import RegistryRow
from abonent.payments.operations.registries import RegistryReport, take_registry
from abonent.payments.registry_file import RowGiven
from tests.payments.conftest import NOW

DAY = date(2026, 11, 20)


def row(operation: str, amount: str = "100.00", account: str = "", **others: Any) -> RowGiven:
    """A row for a line of its own: `take` numbers them."""
    facts = {"line": 0, "operation": operation, "paid_on": DAY, "amount": Decimal(amount), "account": account}
    return RowGiven(**(facts | others))


def numbered(*rows: RowGiven) -> list[RowGiven]:
    return [replace(one, line=at) for at, one in enumerate(rows, 1)]


@pytest.fixture
def take() -> Callable[..., RegistryReport]:
    """take(row, …, bank="sberbank"): a registry of these rows; each call is another file."""
    count = iter(range(10**6))

    def run(*rows: RowGiven, bank: str = "sberbank", **others: Any) -> RegistryReport:
        facts: dict[str, Any] = {
            "source": f"registry:{bank}",
            "format": "sberbank",
            "name": "registry.txt",
            "checksum": f"checksum-{next(count)}",
            "rows": numbered(*rows),
            "loaded_by": "clerk",
            "now": NOW,
        }
        return take_registry(**(facts | others))

    return run


def states() -> dict[str, str]:
    """What became of each operation's last row."""
    return dict(RegistryRow.objects.order_by("pk").values_list("operation", "state"))


@pytest.fixture
def registries_hold(invariants_hold: None) -> Iterator[None]:
    """After the test nothing breaks what always holds of registries."""
    yield
    for name, query in REGISTRIES.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            assert cursor.fetchall() == [], name

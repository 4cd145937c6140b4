"""Lists of the office: what they read does not grow with what has been settled long ago."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.base.money import ZERO
from abonent.payments.models import Registry, RegistryRow
from abonent.payments.office_queries import payment_lines, registry_lines
from tests.payments.conftest import NOW, Till

pytestmark = pytest.mark.django_db


def registry(number: int, *states: str) -> Registry:
    """A registry with a row of 10.00 in each state."""
    made = Registry.objects.create(
        source="registry:sber",
        format="sberbank",
        name=f"{number}.txt",
        checksum=str(number),
        rows=len(states),
        total=10 * len(states),
        loaded_at=NOW + timedelta(minutes=number),
    )
    rows = [
        RegistryRow(
            registry=made, line=line, operation=f"{number}-{line}", paid_on=NOW.date(), amount=10, state=state
        )
        for line, state in enumerate(states)
    ]
    RegistryRow.objects.bulk_create(rows)
    return made


def plans(queries: Any) -> str:
    """How the database would answer each, if its tables were too large to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        told = []
        for one in queries:
            cursor.execute(f"EXPLAIN {one['sql']}")
            told += [row[0] for row in cursor.fetchall()]
    return "\n".join(told)


def test_registries_with_what_waits_of_them_in_two_queries() -> None:
    registry(1, "unmatched", "matched", "unmatched")
    registry(2, "set_aside")
    with CaptureQueriesContext(connection) as asked:
        found = registry_lines(limit=10)
    assert [(one.registry.name, one.unmatched, one.unmatched_sum) for one in found] == [
        ("2.txt", 0, ZERO),
        ("1.txt", 2, Decimal("20.00")),
    ]
    assert len(asked) == 2
    assert "payments_row_unmatched" in plans(asked.captured_queries[1:])
    assert [one.registry.name for one in registry_lines(limit=1, offset=1)] == ["1.txt"]


@pytest.mark.parametrize("kind", ["review", "waiting"])
def test_what_waits_is_found_by_its_own_index(till: Till, kind: str) -> None:
    till.paid()
    till.pay()
    with CaptureQueriesContext(connection) as asked:
        payment_lines(organisation_id=None, kind=kind, limit=51)
    assert "payments_unsettled" in plans(asked.captured_queries[:1])

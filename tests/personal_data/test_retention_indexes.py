"""Retention at a million accounts: no rule reads a whole table to find what is over, and none waits long.

With sequential scans and sorting switched off PostgreSQL takes to them only where no index would do.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.personal_data.operations.retention import FORGETTERS
from tests.users.cast import NOW

pytestmark = pytest.mark.django_db
BEFORE = NOW - timedelta(days=4000)
#: Statements inside the owner's functions, which EXPLAIN does not look into.
MIGRATIONS = Path(settings.PACKAGE_DIR) / "personal_data" / "migrations"
INSIDE = re.findall(
    r"(SELECT id FROM public\.\w+\s+WHERE .+?) LIMIT",
    "".join(path.read_text("utf-8") for path in sorted(MIGRATIONS.glob("0*.py"))),
    re.DOTALL,
)


@pytest.fixture
def explained() -> Callable[[str], str]:
    def plan(statement: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            return "\n".join(row[0] for row in cursor.fetchall())

    with connection.cursor() as cursor:
        for switch in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            cursor.execute(f"SET LOCAL {switch} = off")
    return plan


def read_wholly(plan: str) -> list[str]:
    return re.findall(r"Seq Scan on (\w+)", plan)


def sorted_wholly(plan: str) -> list[str]:
    """An incremental sort puts only what is of the same moment in order."""
    return re.findall(r"(?<!Incremental )Sort  \(.*", plan)


@pytest.mark.parametrize("code", list(FORGETTERS))
def test_each_rule_finds_the_oldest_by_an_index(explained: Any, code: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        FORGETTERS[code](BEFORE, 10, NOW)
    statements = [one["sql"] for one in asked if re.match(r"\s*(SELECT|DELETE|UPDATE|WITH)\b", one["sql"])]
    assert statements
    for statement in statements:
        plan = explained(statement)
        assert read_wholly(plan) == [], statement
        assert sorted_wholly(plan) == [], f"not in the order of an index: {statement}"


@pytest.mark.parametrize("statement", INSIDE)
def test_the_owners_functions_too(explained: Any, statement: str) -> None:
    plan = explained(statement.replace("before", "now()") + " LIMIT 10")
    assert read_wholly(plan) == []
    assert sorted_wholly(plan) == [], "in the order of the index: the oldest without reading all that are old"


def test_they_are_all_here() -> None:
    assert len(INSIDE) == 3

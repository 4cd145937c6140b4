"""docs/domain/paying.md, «Faults»: the faults, the places and the tests that there are."""

import re
from importlib import import_module
from pathlib import Path

from tests.payments.faults.faults import FAULTS
from tests.payments.faults.plants import PLANTS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "domain" / "paying.md"
SECTION = DOCUMENT.read_text("utf-8").partition("\n## Faults\n")[2].partition("\n## ")[0]


def rows(head: str) -> list[list[str]]:
    """Of the table whose first line begins with this."""
    table = SECTION.partition(f"| {head}")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_fault_stands_there_with_its_places() -> None:
    told = {name: (first, last) for name, first, last, _ in rows("fault | first before")}
    assert told == {name: (fault.first, fault.last) for name, fault in FAULTS.items()}
    assert all(does for *_, does in rows("fault | first before"))


def test_the_tests_that_are_named_are_there() -> None:
    named = rows("fault | test |")
    assert len(named) > 5
    for _, test in named:
        found = re.fullmatch(r"`(\w+)\.py::(\w+)`", test)
        assert found, test
        assert hasattr(import_module(f"tests.payments.faults.{found[1]}"), found[2]), test


def test_every_planted_mistake_stands_there_with_who_reports_it() -> None:
    told = {name: tuple(who.split(", ")) for name, who in rows("mistake | who reports it")}
    assert told == {name: plant.found for name, plant in PLANTS.items()}

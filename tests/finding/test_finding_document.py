"""docs/domain/finding.md says what the program does."""

from pathlib import Path

import pytest

from abonent.accounts.operations.looks import LASTS, LEAST_REASON
from abonent.finding.hits import MOST
from abonent.finding.trail import MOST_DOWNLOADED
from abonent.finding.typed import FLOOR, read

TEXT = (Path(__file__).parents[2] / "docs" / "domain" / "finding.md").read_text("utf-8")
ROWS = [
    (cells[1].strip().strip("`"), tuple(one.strip() for one in cells[2].split(",")))
    for line in TEXT.splitlines()
    if line.startswith("| `") and len(cells := line.split("|")) == 4
]


@pytest.mark.parametrize(("typed", "kinds"), ROWS, ids=[typed for typed, _ in ROWS])
def test_what_is_typed_is_looked_for_as_the_table_says(typed: str, kinds: tuple[str, ...]) -> None:
    assert read(typed).kinds == kinds


def test_the_numbers_are_the_programs() -> None:
    assert len(ROWS) >= 7
    assert (FLOOR, MOST, LEAST_REASON, LASTS.total_seconds()) == (3, 20, 10, 30 * 60)
    for words in (
        "three letters or\ndigits",
        "twenty accounts",
        "thirty minutes",
        "ten letters",
        str(MOST_DOWNLOADED),
    ):
        assert words in TEXT

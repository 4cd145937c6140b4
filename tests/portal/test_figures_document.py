"""The table of docs/domain/figures.md, row by row."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from abonent.portal import counts
from abonent.portal.models import KeptCount
from abonent.portal.operations import bump_data_version
from tests.portal.test_counts import Town, ask, queued, town

__all__ = ["town"]
pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parents[2] / "docs/domain/figures.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.read_text("utf-8").splitlines()
    if line.startswith("|")
][2:]


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-21T{text}+00:00")


def test_the_table_is_there() -> None:
    assert len(ROWS) == 7


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:3]))
def test_what_is_shown_and_who_counts_again(town: Town, row: Any) -> None:
    counted, asked, news, shown, again = row
    if counted != "never":
        ask(clock(counted))
    if news == "yes":
        bump_data_version(now=clock(asked))
    found = ask(clock(asked))
    assert found.counted_at == clock(shown)
    assert (found.again, len(queued())) == ((True, 1) if again == "yes" else (False, 0))
    assert KeptCount.objects.get().counted_at == clock(shown)
    assert counts.FRESH < counts.RENEWED < counts.TRUSTED

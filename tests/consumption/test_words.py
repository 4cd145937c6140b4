"""Rules said to people: days as 01.10.2026, numbers with a comma."""

import pytest
from django.utils import translation

from abonent.consumption import words
from abonent.tariffs.calculator import Note


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"date": "2026-10-01"}, "01.10.2026"),
        ({"date": "2025-07-01, 2026-10-01"}, "01.07.2025, 01.10.2026"),
    ],
)
def test_a_day_keeps_its_points(params: dict[str, str], said: str) -> None:
    with translation.override("ru"):
        assert said in words.note(Note("made_up", params))


def test_a_number_has_a_comma() -> None:
    assert words._local({"limit": "452.459", "on": "2026-10-01"}) == {"limit": "452,459", "on": "01.10.2026"}

"""The points of docs/domain/reading_review.md, row by row."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.metering import review
from abonent.metering.review import Facts, Sign

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "reading_review.md"


def table(heading: str) -> list[list[str]]:
    for found in re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), re.M):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found.splitlines()]
        if rows[0][0] == heading:
            return rows[2:]
    raise LookupError(heading)


def facts(row: list[str]) -> Facts:
    use, usual, unit, rolled, photo, corrections, overdue = row
    return Facts(
        use=Decimal(use) if use else None,
        days=30,
        usual_per_day=Decimal(usual) if usual else None,
        unit=unit,
        rolled_over=bool(rolled),
        photo=bool(photo),
        corrections=int(corrections),
        overdue=bool(overdue),
    )


@pytest.mark.parametrize("row", table("use"))
def test_the_worked_rows(row: list[str]) -> None:
    *given, expected, points = row
    found = review.signs(facts(given))
    said = " · ".join(f"{sign.code} {sign.number}".strip() for sign in found)
    assert (said, str(review.risk(found))) == (expected, points)


def test_the_table_of_signs_is_what_counts() -> None:
    said = {(code, int(points)) for code, points, _ in table("sign")}
    counted = set(review._POINTS.items())
    counted |= {("many_times", points) for _, points in review._MANY}
    counted |= {("corrections", points) for _, points in review._CORRECTIONS}
    assert said == counted


AMOUNTS = st.decimals(0, 10**9, places=3)


@given(
    st.builds(
        Facts,
        use=st.none() | AMOUNTS,
        days=st.integers(1, 4000),
        usual_per_day=st.none() | AMOUNTS,
        unit=st.sampled_from(["кВт·ч", "м³", "Гкал", "шт"]),
        rolled_over=st.booleans(),
        photo=st.booleans(),
        corrections=st.integers(0, 30),
        overdue=st.booleans(),
    )
)
def test_whatever_is_submitted_has_points_from_nought_to_a_hundred_and_keeps_its_signs(some: Facts) -> None:
    found = review.signs(some)
    assert 0 <= review.risk(found) <= 100
    assert review.read(review.kept(found)) == found
    assert len({sign.code for sign in found}) == len(found)


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_who_uses_more_is_no_less_risky_once_it_is_above_the_usual(
    use: Decimal, more: Decimal, photo: bool
) -> None:
    def at(amount: Decimal) -> int:
        return review.risk(review.signs(Facts(amount, 30, Decimal(5), "кВт·ч", photo=photo)))

    assert at(150 + use) <= at(150 + use + more)


def test_a_photo_never_adds_to_the_risk() -> None:
    jump = Facts(Decimal(9000), 30, Decimal(5), "кВт·ч")
    with_photo = Facts(Decimal(9000), 30, Decimal(5), "кВт·ч", photo=True)
    assert Sign("no_photo", 10) in review.signs(jump)
    assert review.risk(review.signs(with_photo)) < review.risk(review.signs(jump))

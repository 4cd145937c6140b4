"""docs/domain/bill_changes.md, row by row; and whatever two bills hold, the parts add up exactly."""

import re
from collections.abc import Hashable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import round_half_up
from abonent.bills.changes import Days, Parts, Piece, Reason, Side, added, rounded_to, service_change

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "bill_changes.md"


def tables() -> list[list[list[str]]]:
    found = re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), re.M)
    return [
        [[cell.strip() for cell in line.strip("|\n").split("|")] for line in one.splitlines()[2:]]
        for one in found
    ]


def number(cell: str) -> Decimal | None:
    return None if cell == "-" else Decimal(cell)


def side(cells: list[str]) -> Side | None:
    volume, tariff, *amounts = map(number, cells)
    known = [one for one in amounts if one is not None]
    if not known:
        return None
    opening, accrued, corrections, paid, closes = known
    return Side(opening, accrued, corrections, paid, closes, volume, tariff)


def cases() -> Iterator[tuple[str, Side | None, Side | None, Days | None, list[str]]]:
    bills, expected = tables()[:2]
    for index, (name, *parts) in enumerate(expected):
        before, now = bills[2 * index : 2 * index + 2]
        assert before[0] == now[0] == name
        days = Days(int(before[1]), int(now[1])) if now[2] == "yes" else None
        yield name, side(before[3:]), side(now[3:]), days, parts


def closing(one: Side | None) -> Decimal:
    return one.closing if one else Decimal(0)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case[0])
def test_the_worked_bills(case: tuple[str, Side | None, Side | None, Days | None, list[str]]) -> None:
    _, before, now, days, cells = case
    *told, difference = map(Decimal, cells)
    parts = service_change(before, now, days=days)
    assert [parts.get(reason, Decimal(0)) for reason in Reason] == told
    assert sum(parts.values()) == difference == closing(now) - closing(before)


def test_the_worked_steps_of_a_tariff() -> None:
    before: dict[Hashable, Piece] = {}
    now: dict[Hashable, Piece] = {}
    for name, *cells in tables()[2]:
        old, new = [*map(number, cells[:3])], [*map(number, cells[3:])]
        for pieces, (volume, tariff, accrued) in ((before, old), (now, new)):
            if accrued is not None:
                pieces[name] = Piece(accrued, volume, tariff)
    sides = [_whole(pieces) for pieces in (before, now)]
    assert service_change(*sides) == {Reason.VOLUME: Decimal("1313.42")}


def _whole(pieces: dict[Hashable, Piece]) -> Side:
    accrued = sum((one.accrued for one in pieces.values()), Decimal(0))
    return Side(accrued=accrued, closing=accrued, nested=pieces)


def test_parts_that_do_not_make_the_service_leave_it_to_its_own_volume() -> None:
    nested: dict[Hashable, Piece] = {"cold": Piece(Decimal("60.00"), Decimal(6), Decimal(10))}
    before = Side(
        accrued=Decimal("100.00"), closing=Decimal("100.00"), volume=Decimal(10), tariff=Decimal(10)
    )
    now = Side(Decimal(0), Decimal("120.00"), closing=Decimal("120.00"), volume=Decimal(10),
               tariff=Decimal(12), nested=nested)  # fmt: skip
    assert service_change(before, now) == {Reason.TARIFF: Decimal("20.00")}


def test_two_bills_that_agree_have_no_parts() -> None:
    one = Side(accrued=Decimal("10.00"), closing=Decimal("10.00"), volume=Decimal(1), tariff=Decimal(10))
    assert service_change(one, one, days=Days(28, 31)) == {}
    assert service_change(None, None) == {}


def test_what_a_bill_of_whole_tenge_rounds_goes_to_the_largest() -> None:
    parts = {Reason.TARIFF: Decimal("12.30"), Reason.DEBT: Decimal("-100.45")}
    assert rounded_to(parts, Decimal("-88.00")) == {
        Reason.TARIFF: Decimal("12.30"),
        Reason.DEBT: Decimal("-100.30"),
    }
    assert rounded_to({}, Decimal("1.00")) == {Reason.OTHER: Decimal("1.00")}
    assert rounded_to(parts, Decimal("-88.15")) == parts


MONEY = st.decimals(min_value=-(10**7), max_value=10**7, places=2, allow_nan=False)
VOLUMES = st.none() | st.decimals(min_value=0, max_value=10**5, places=5, allow_nan=False)
TARIFFS = st.none() | st.decimals(min_value=0, max_value=10**4, places=5, allow_nan=False)


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """Mostly volume x tariff, rounded; sometimes whatever billing liked."""
    volume, tariff = draw(VOLUMES), draw(TARIFFS)
    if volume is not None and tariff is not None and draw(st.integers(0, 3)):
        return Piece(round_half_up(volume * tariff), volume, tariff)
    return Piece(draw(MONEY), volume, tariff)


@st.composite
def sides(draw: st.DrawFn) -> Side:
    opening, corrections, paid = draw(MONEY), draw(MONEY), draw(MONEY)
    nested = draw(st.dictionaries(st.sampled_from("abc"), pieces(), max_size=3))
    own = draw(pieces())
    accrued = sum((one.accrued for one in nested.values()), Decimal(0)) if nested else own.accrued
    closing = opening + accrued + corrections - paid + draw(st.just(Decimal(0)) | MONEY)
    return Side(opening, accrued, corrections, paid, closing, own.volume, own.tariff, nested)


DAYS = st.none() | st.builds(Days, st.integers(28, 31), st.integers(28, 31))


@given(st.none() | sides(), st.none() | sides(), DAYS)
def test_the_parts_add_up_to_the_difference_exactly(
    before: Side | None, now: Side | None, days: Days | None
) -> None:
    parts = service_change(before, now, days=days)
    assert sum(parts.values()) == closing(now) - closing(before)
    assert all(amount and amount == round_half_up(amount) for amount in parts.values())
    assert days or Reason.DAYS not in parts


@given(st.lists(st.tuples(sides(), sides()), max_size=4), MONEY)
def test_sums_of_services_add_up_too(bills: list[tuple[Side, Side]], rest: Decimal) -> None:
    changes: list[Parts] = [service_change(*pair) for pair in bills]
    difference = sum((now.closing - before.closing for before, now in bills), Decimal(0))
    assert sum(added(changes).values()) == difference
    assert sum(rounded_to(added(changes), difference + rest).values()) == difference + rest


@given(pieces(), pieces(), DAYS)
def test_what_volume_and_tariff_explain_is_never_called_other(
    before: Piece, now: Piece, days: Days | None
) -> None:
    explained = [
        one.volume is not None
        and one.tariff is not None
        and one.accrued == round_half_up(one.volume * one.tariff)
        for one in (before, now)
    ]
    old, new = (_whole({"a": one}) for one in (before, now))
    parts = service_change(old, new, days=days)
    if (
        all(explained)
        and (before.volume, before.tariff) != (now.volume, now.tariff)
        and Reason.OTHER in parts
    ):
        assert not any(_moved(before, now)), parts


def _moved(before: Piece, now: Piece) -> tuple[bool, bool]:
    """Did volume x tariff change at all? 0 x 5 and 0 x 7 are the same nothing."""
    assert before.volume is not None
    assert before.tariff is not None
    assert now.volume is not None
    assert now.tariff is not None
    return (now.volume - before.volume) * before.tariff != 0, now.volume * (now.tariff - before.tariff) != 0

"""docs/domain/paying.md, «Reconciliation», row by row, and what holds for every day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.payments.reconciliation import (
    OWNERS,
    Booked,
    DayFacts,
    Found,
    Line,
    Paid,
    differences,
    totals,
)
from tests.payments.test_presets import table

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ROWS = table("Reconciliation")
KINDS = {row[5] for row in ROWS} - {""}


def after(text: str) -> datetime:
    number, _, unit = text.partition(" ")
    return AT + timedelta(**{unit.rstrip("s") + "s": int(number)})


def facts(through: str, their_list: str, here: str, billing: str) -> DayFacts:
    source = {"online": "online:card", "bank": "bank:kaspi"}[through]
    amounts = [] if their_list in ("no list", "empty") else [Decimal(one) for one in their_list.split()]
    named = "p" if here != "nothing" else ""
    lines = [
        Line(source, str(n), DAY, amount, payment=named, waiting_since=None if named else AT)
        for n, amount in enumerate(amounts)
    ]
    return DayFacts(
        day=DAY,
        lines=lines,
        listed=frozenset() if their_list == "no list" else frozenset({source}),
        paid=[paid(source, here, amounts)] if named else [],
        booked=[booked(source, billing)] if here.startswith("booked") else [],
    )


def paid(source: str, here: str, there: list[Decimal]) -> Paid:
    words = here.split()
    back = -Decimal(words[1]) if len(words) > 1 and words[1] != "twice" else Decimal("0.00")
    state = {"sent": "open", "declined": "failed"}.get(words[0], words[0])
    return Paid(
        source=source,
        reference="p",
        state=state,  # type: ignore[arg-type]
        amount=Decimal("1000.00"),
        commission=Decimal("10.00") if source == "online:card" else Decimal(0),
        since=AT,
        taken=there[0] if state == "review" else None,
        refunded=back,
        refunded_there=-sum((one for one in there if one < 0), Decimal("0.00")),
        refunded_on_the_day=back > 0,
        booked_by_registry_too="twice" in words,
    )


def booked(source: str, billing: str) -> Booked:
    told = AT if billing in ("told", "confirmed") else None
    return Booked(source, "p-0", Decimal("1000.00"), AT, told, AT if billing == "confirmed" else None)


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_worked_rows(row: list[str]) -> None:
    through, their_list, here, billing, moment, kind, owner, ours, theirs = row
    found = differences(facts(through, their_list, here, billing), now=after(moment))
    said = [
        (one.kind, one.owner, "" if one.ours is None else f"{one.ours:.2f}", _shown(one.theirs))
        for one in found
    ]
    assert said == ([(kind, owner, ours, theirs)] if kind else [])


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


def test_every_kind_of_difference_is_in_the_table() -> None:
    assert set(OWNERS) == KINDS


def test_a_payment_that_is_in_the_list_and_hangs_is_two_differences() -> None:
    found = differences(facts("online", "1010.00", "sent", ""), now=AT + timedelta(hours=25))
    assert [one.kind for one in found] == ["missing_here", "hanging"]


def test_a_line_that_a_person_resolved_is_none() -> None:
    line = Line("online:card", "1", DAY, Decimal(5), resolved=True)
    assert differences(DayFacts(DAY, [line], frozenset({"online:card"})), now=AT) == []


def test_a_line_of_the_day_before_keeps_a_payment_from_being_missed_and_is_no_difference_today() -> None:
    eve = DAY - timedelta(days=1)
    known = paid("online:card", "booked", [])
    lines = [
        Line("online:card", "1", eve, Decimal("1010.00"), payment="p"),
        Line("online:card", "2", eve, Decimal(7)),
    ]
    assert differences(DayFacts(DAY, lines, frozenset({"online:card"}), [known]), now=AT) == []


def test_two_sources_may_use_one_name() -> None:
    """A transaction of one bank is not another's."""
    calls = [Paid(f"bank:{bank}", "1", "booked", Decimal(10)) for bank in ("kaspi", "halyk")]
    lines = [Line("bank:kaspi", "1", DAY, Decimal(10), payment="1")]
    listed = frozenset({"bank:kaspi", "bank:halyk"})
    found = differences(DayFacts(DAY, lines, listed, calls), now=AT)
    assert found == [Found("missing_there", "bank:halyk", "1", Decimal(10))]


AMOUNTS = st.decimals(min_value="0.01", max_value=100_000, places=2)
PAYMENTS = st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(0, 3)), max_size=8)


@given(PAYMENTS)
def test_a_day_whose_lists_agree_has_equal_columns_and_no_difference(
    given_payments: list[tuple[Decimal, Decimal, int]],
) -> None:
    """Whatever is paid and given back, in whole or in thirds."""
    known, lines, entries = [], [], []
    for number, (amount, commission, thirds) in enumerate(given_payments):
        charged, name = amount + commission, f"p{number}"
        back = charged if thirds == 3 else (charged * thirds / 3).quantize(Decimal("0.01"))
        lines.append(Line("online:card", name, DAY, charged, payment=name))
        entries.append(Booked("online:card", f"{name}-0", amount, AT, AT, AT))
        if back:
            lines.append(Line("online:card", f"r{number}", DAY, -back, payment=name))
            entries.append(Booked("online:card", f"r{number}-0", -min(amount, back), AT, AT, AT))
        known.append(
            Paid("online:card", name, "booked", amount, commission, refunded=back, refunded_there=back)
        )
    day = DayFacts(DAY, lines, frozenset({"online:card"}), known, entries)
    assert differences(day, now=AT + timedelta(days=99)) == []
    [columns] = totals(day)
    assert columns.gateway == columns.portal == columns.told == columns.confirmed


@given(PAYMENTS.filter(bool), st.data())
def test_one_kopeck_is_always_found(
    given_payments: list[tuple[Decimal, Decimal, int]], data: st.DataObject
) -> None:
    spoilt = data.draw(st.integers(0, len(given_payments) - 1))
    known, lines = [], []
    for number, (amount, _, _) in enumerate(given_payments):
        off = Decimal("0.01") if number == spoilt else Decimal(0)
        lines.append(Line("bank:kaspi", f"{number}", DAY, amount + off, payment=f"{number}"))
        known.append(Paid("bank:kaspi", f"{number}", "booked", amount))
    [found] = differences(DayFacts(DAY, lines, frozenset({"bank:kaspi"}), known), now=AT)
    assert (found.kind, found.reference) == ("amount", f"{spoilt}")

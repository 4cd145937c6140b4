"""Opening and closing fingerprints agree when every balance was carried over, and only then."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from abonent.exchange.charges import _sums
from abonent.ledger.totals import MonthTotals, ServiceTotals

Balances = dict[tuple[int, int], int]
balances = st.dictionaries(
    st.tuples(st.integers(1, 2**40), st.integers(1, 50)), st.integers(-(10**14) + 1, 10**14 - 1), min_size=1
)


def totals(opening: Balances, closing: Balances) -> MonthTotals:
    rows = [
        (account, service, opening.get((account, service), 0), closing.get((account, service), 0))
        for account, service in {*opening, *closing}
    ]
    names = ["account_id", "service_id", "opening_cents", "closing_cents"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(accrued_cents=pl.lit(0, pl.Int64))
    return MonthTotals({row[0]: ServiceTotals(*row[1:]) for row in _sums(frame).iter_rows()})


@given(balances)
def test_balances_carried_over_follow(closing: Balances) -> None:
    assert totals(closing, {}).follows(totals({}, closing))


@given(balances, st.data())
def test_a_single_other_balance_does_not(closing: Balances, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(closing)))
    other = data.draw(st.integers(-(10**14) + 1, 10**14 - 1).filter(lambda cents: cents != closing[key]))
    assert not totals(closing | {key: other}, {}).follows(totals({}, closing))


@given(balances, st.data())
def test_two_balances_exchanged_do_not(closing: Balances, data: st.DataObject) -> None:
    one, other = data.draw(st.sampled_from(sorted(closing))), data.draw(st.sampled_from(sorted(closing)))
    swapped = closing | {one: closing[other], other: closing[one]}
    assert totals(swapped, {}).follows(totals({}, closing)) == (swapped == closing)


@given(balances)
def test_totals_survive_the_database(closing: Balances) -> None:
    known = totals(closing, closing)
    assert MonthTotals.from_json(known.as_json()) == known
    assert known.rows == len(closing)
    unknown = MonthTotals({service: ServiceTotals(1, 2, 3, 4) for service in known.services})
    assert not unknown.follows(known)

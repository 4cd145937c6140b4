"""How a refund is shared among parts: exact, never more than a part got, whatever the amounts."""

from decimal import Decimal
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from abonent.payments.giving_back import given_back, shares

amounts = st.integers(1, 10**9).map(lambda kopecks: Decimal(kopecks) / 100)
parts = st.lists(amounts, min_size=1, max_size=12)


@given(parts=parts, where=st.floats(0, 1))
def test_shares_add_up_and_none_is_more_than_its_part(parts: list[Decimal], where: float) -> None:
    amount = Decimal(int(sum(parts) * 100 * Decimal(where))) / 100
    found = shares(parts, amount)
    assert sum(found) == amount
    assert all(0 <= share <= part for share, part in zip(found, parts, strict=True))


@given(parts=parts, cuts=st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_refund_by_refund_until_nothing_is_left(parts: list[Decimal], cuts: list[int]) -> None:
    whole = sum(parts, Decimal(0))
    refunds = [Decimal(cut) / 100 for cut in cuts] + [whole]
    found = given_back(parts, refunds)
    for refund, before, share in zip(refunds, accumulate([Decimal(0), *refunds]), found, strict=False):
        assert sum(share) == max(Decimal(0), min(refund, whole - before))
    assert [sum(column) for column in zip(*found, strict=True)] == parts


def test_an_earlier_refund_is_shared_the_same_however_many_follow() -> None:
    parts = [Decimal("700.00"), Decimal("300.00"), Decimal("0.01")]
    refunds = [Decimal("0.01"), Decimal("33.33"), Decimal("500.00")]
    assert given_back(parts, refunds)[:2] == given_back(parts, refunds[:2])

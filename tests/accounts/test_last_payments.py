"""What the ledger tells of payments becomes the last payment of an account."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abonent.accounts.models import Account, LastPayment
from abonent.accounts.operations import remember_last_payments

pytestmark = pytest.mark.django_db

Told = tuple[int, date, str]


def tell(rows: Sequence[Told]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS told")
        cursor.execute("CREATE TEMPORARY TABLE told (account_id bigint, paid_on date, amount numeric(14, 2))")
        cursor.executemany("INSERT INTO told VALUES (%s, %s, %s)", rows)
    return remember_last_payments(payments="told")


def known(account: Account) -> tuple[date, list[str]] | None:
    row = LastPayment.objects.filter(account=account).first()
    return (row.paid_on, sorted(str(amount) for amount in row.amounts)) if row else None


OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 2)


def test_the_latest_day_wins_and_the_payments_of_that_day_stand_side_by_side(
    new_account: Callable[..., Account],
) -> None:
    one, other = new_account("1"), new_account("2")
    learned = tell(
        [
            (one.pk, OCTOBER, "10"),
            (one.pk, NOVEMBER, "20"),
            (one.pk, NOVEMBER, "30.50"),
            (other.pk, OCTOBER, "7"),
        ]
    )
    assert learned == 2
    assert known(one) == (NOVEMBER, ["20.00", "30.50"])
    assert known(other) == (OCTOBER, ["7.00"])


def test_corrections_and_zeroes_prove_nothing(new_account: Callable[..., Account]) -> None:
    one, other = new_account("1"), new_account("2")
    tell(
        [
            (one.pk, OCTOBER, "10"),
            (one.pk, NOVEMBER, "-10"),
            (one.pk, NOVEMBER, "0"),
            (other.pk, OCTOBER, "-1"),
        ]
    )
    assert known(one) == (OCTOBER, ["10.00"])
    assert known(other) is None


def test_told_again_or_late_nothing_changes(new_account: Callable[..., Account]) -> None:
    one = new_account("1")
    rows = [(one.pk, NOVEMBER, "20")]
    assert [tell(rows), tell(rows), tell([(one.pk, OCTOBER, "10")])] == [1, 0, 0]
    assert known(one) == (NOVEMBER, ["20.00"])
    assert tell([(one.pk, NOVEMBER, "21")]) == 1
    assert known(one) == (NOVEMBER, ["20.00", "21.00"])


@given(
    loads=st.lists(
        st.lists(
            st.tuples(st.dates(date(2026, 1, 1), date(2026, 1, 4)), st.decimals("-3", "3", places=1)),
            max_size=6,
        ),
        max_size=4,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_payments_told_in_any_order_and_parts_give_the_same(
    new_account: Callable[..., Account], loads: list[list[tuple[date, Decimal]]]
) -> None:
    account = Account.objects.filter(number="1").first() or new_account("1")
    LastPayment.objects.all().delete()
    for load in loads:
        tell([(account.pk, paid_on, str(amount)) for paid_on, amount in load])
    positive = [(paid_on, amount) for load in loads for paid_on, amount in load if amount > 0]
    if not positive:
        assert known(account) is None
        return
    latest = max(paid_on for paid_on, _ in positive)
    assert known(account) == (
        latest,
        sorted({f"{amount:.2f}" for paid_on, amount in positive if paid_on == latest}),
    )

"""Use by month from the tables; the arithmetic itself: test_readings_document."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account
from abonent.base.months import Month
from abonent.metering.models import Meter, Reading, SubmittedReading
from abonent.metering.month_readings import readings_of_month
from abonent.metering.usage import expected_estimates, usage_by_month
from abonent.users.models import User
from tests.metering.conftest import Desk, key, told

pytestmark = pytest.mark.django_db


def used(account: Account, first: str, last: str) -> list[str]:
    """`2026-09 A 150 estimated`."""
    found = usage_by_month([account.pk], first=Month.parse(first), last=Month.parse(last))
    return [
        " ".join(
            [
                str(use.month),
                use.serial,
                "?" if use.volume is None else f"{use.volume.normalize():f}",
                *["estimated"] * use.estimated,
                *["spread"] * use.spread,
                *["rolled"] * use.rolled_over,
            ]
        )
        for use in found
    ]


def test_months_begin_with_the_last_reading_before_them(
    account: Account, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    for on, value in (("2026-06-20", 700), ("2026-07-20", 800), ("2026-08-05", 820), ("2026-08-20", 900)):
        told(meter, on, value)
    assert used(account, "2026-08", "2026-09") == ["2026-08 A 100"]
    assert used(account, "2026-07", "2026-08") == ["2026-07 A 100", "2026-08 A 100"]
    assert used(account, "2026-01", "2026-05") == []


def test_a_month_without_a_reading_has_its_share_of_the_next_one(
    account: Account, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    told(meter, "2026-08-20", 1000)
    told(meter, "2026-10-21", 1305)
    assert used(account, "2026-09", "2026-09") == ["2026-09 A 150 spread"]
    assert used(account, "2026-10", "2026-12") == ["2026-10 A 155 spread"]


def test_an_estimate_before_the_first_month_that_was_too_high_is_left_out(
    account: Account, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    told(meter, "2026-08-20", 1000)
    told(meter, "2026-09-30", 1400, source="estimate")
    told(meter, "2026-10-21", 1305)
    assert used(account, "2026-10", "2026-10") == ["2026-10 A 155 spread"]
    assert used(account, "2026-09", "2026-10") == ["2026-09 A 150 spread", "2026-10 A 155 spread"]


def test_a_replaced_meter_and_the_new_one_both_count_in_their_month(
    account: Account, new_meter: Callable[..., Meter]
) -> None:
    old = new_meter("OLD", removed_on=date(2026, 9, 12))
    new = new_meter("NEW", installed_on=date(2026, 9, 12))
    told(old, "2026-08-20", 5000)
    told(old, "2026-09-12", 5080, source="inspector")
    told(new, "2026-09-12", 3, source="inspector")
    told(new, "2026-09-25", 45)
    assert used(account, "2026-09", "2026-09") == ["2026-09 OLD 80", "2026-09 NEW 42"]


def test_the_customers_word_about_a_rollover_outlives_the_way_through_billing(
    desk: Desk, alice: User, account: Account, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A", digits=4, ratio=Decimal(2))
    told(meter, "2026-10-21", 9990)
    desk.send(alice, {key(meter): "15"}, confirmed=[f"{key(meter)}:rollover"])
    assert used(account, "2026-11", "2026-11") == ["2026-11 A 50 rolled"]
    SubmittedReading.objects.update(state="accepted")
    told(meter, "2026-11-21", 15)
    assert used(account, "2026-11", "2026-11") == ["2026-11 A 50 rolled"]


def test_what_was_submitted_counts_until_it_is_rejected(
    desk: Desk, alice: User, account: Account, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    assert used(account, "2026-11", "2026-11") == ["2026-11 A-1 150"]
    SubmittedReading.objects.update(state="rejected")
    assert used(account, "2026-11", "2026-11") == []


def test_the_bill_shows_what_billing_told_and_agrees_with_the_use(
    desk: Desk, alice: User, account: Account, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    assert readings_of_month(account.pk, Month(2026, 11))[0].current is None
    told(meter, "2026-11-21", 1150)
    told(meter, "2026-11-21", 1150, source="automatic")
    (printed,) = readings_of_month(account.pk, Month(2026, 11))
    (use,) = usage_by_month([account.pk], first=Month(2026, 11), last=Month(2026, 11))
    assert printed.consumption == use.volume == Decimal(150)


def test_the_expected_estimate_is_the_mean_of_the_last_three_real_months(
    account: Account, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    new_meter("NEW")
    for on, value in (("2026-05-20", 0), ("2026-06-20", 900), ("2026-07-20", 1000), ("2026-08-20", 1110)):
        told(meter, on, value)
    told(meter, "2026-09-20", 1200)
    told(meter, "2026-10-31", 1300, source="estimate")
    assert expected_estimates(account.pk, month=Month(2026, 11)) == {(meter.pk, "total"): Decimal("100.000")}


def test_one_query_for_many_accounts_meters_and_years(
    account: Account, new_account: Callable[..., Account], new_meter: Callable[..., Meter]
) -> None:
    accounts = [account, new_account("000800")]
    for place, one in enumerate(accounts):
        for index in range(3):
            meter = new_meter(f"M{index}", 2, account=one)
            Reading.objects.bulk_create(
                Reading(
                    meter=meter,
                    scale=scale,
                    taken_on=date(year, month, 20),
                    source="customer",
                    value=(year - 2016) * 1200 + month * (100 + place),
                )
                for scale in ("day", "night")
                for year in range(2017, 2027)
                for month in range(1, 11)
            )
    with CaptureQueriesContext(connection) as caught:
        found = usage_by_month([one.pk for one in accounts], first=Month(2017, 1), last=Month(2026, 12))
    assert len(caught) == 1
    assert len({(use.account_id, use.meter_id, use.scale) for use in found}) == 12
    by_key = {(use.account_id, use.serial, use.scale, use.month): use.volume for use in found}
    assert by_key[account.pk, "M0", "day", Month(2020, 5)] == 100
    assert by_key[accounts[1].pk, "M2", "night", Month(2020, 5)] == 101

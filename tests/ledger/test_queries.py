"""What the ledger tells of an account: balance, months, payments; never more queries for more of it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from abonent.accounts.models import Account
from abonent.base.kept import forget_everything
from abonent.base.months import Month
from abonent.ledger import queries
from abonent.ledger.booking import Entry, book, expect, expect_no_more
from abonent.ledger.models import LoadedMonth, Payment, ToldPayment
from abonent.ledger.standings import standings
from abonent.portal.models import DataVersion, Service
from tests import billed
from tests.billed import NOW
from tests.ledger.test_balances import tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path) -> None:
    billed.load(tmp_path, billed.files(months=3))


def account(key: str) -> dict[str, Any]:
    """The arguments of a read about the account."""
    return {"account_id": Account.objects.get(key=key).pk, "language": "ru", "version": version()}


def version() -> int:
    return DataVersion.objects.get().version


def amounts(totals: Any) -> list[str]:
    return [str(one) for one in totals]


def test_the_balance_is_the_last_months_and_counts_no_nested_line(world: None) -> None:
    found = queries.balance(**account("100"))
    assert found
    assert found.month == date(2026, 10, 1)
    assert amounts(found.totals) == ["100.00", "1300.00", "-20.50", "1300.00", "79.57"]
    assert [(one.service.code, one.service.level) for one in found.charged] == [
        ("power", 0),
        ("hot", 0),
        ("hot-cold", 1),
        ("hot-heat", 1),
    ]
    assert found.suppliers == ("ТОО «Свет»", "АО «Тепло»")


def test_payments_after_the_month_are_told_and_not_subtracted(world: None) -> None:
    found = queries.balance(**account("100"))
    assert found
    assert [(one.paid_on, one.amount) for one in found.later] == [(date(2026, 11, 3), Decimal("700.00"))]
    assert found.last_payment == found.later[0]
    assert found.totals.closing == Decimal("79.57")


def entry(key: str, name: str, amount: str, paid_on: date) -> Entry:
    about = Account.objects.get(key=key)
    return Entry("online", name, about.pk, Decimal(amount), paid_on, "Сайт")


def test_what_is_on_its_way_is_told_apart_and_is_no_debt(world: None) -> None:
    coming = [entry("300", "PAY-1", "4.00", date(2026, 11, 21)), entry("300", "PAY-2", "1.50", NOW.date())]
    expect(coming[:1], now=NOW)
    expect(coming[1:], now=NOW - timedelta(minutes=5))
    found = queries.balance(**account("300"))
    assert found
    assert [(str(one.amount), one.source, one.external_id) for one in found.expected] == [
        ("1.50", "online", "PAY-2"),
        ("4.00", "online", "PAY-1"),
    ]
    assert found.expected[1].since == NOW
    assert (found.last_payment, found.later) == (None, ())
    assert (found.on_its_way, found.due, found.totals.closing) == (
        Decimal("5.50"),
        Decimal("4.50"),
        Decimal("10.00"),
    )
    expect_no_more(coming)
    book(coming, now=NOW)
    after = queries.balance(**account("300"))
    assert after
    assert (after.expected, after.due) == ((), Decimal("4.50"))


def test_what_is_voluntary_is_no_debt_and_neither_is_it_what_pays_it(tmp_path: Path) -> None:
    billed.load(tmp_path, billed.files(payments="source,id,account,paid_on,amount,bank\n"))
    hot = Service.objects.get(code="hot")
    Service.objects.filter(pk=hot.pk).update(obligation="voluntary")
    forget_everything()
    found = queries.balance(**account("100"))
    assert found
    assert (found.voluntary, found.due) == (Decimal("0.07"), Decimal("79.50"))
    about = Account.objects.get(key="100").pk
    book([Entry("online", "A-1", about, Decimal("5.00"), date(2026, 11, 20), "", hot.pk)], now=NOW)
    expect([Entry("online", "B-1", about, Decimal("6.00"), NOW.date(), "", hot.pk)], now=NOW)
    expect([Entry("online", "B-2", about, Decimal("9.50"), NOW.date())], now=NOW)
    after = queries.balance(**account("100"))
    assert after
    assert [str(one.amount) for one in after.later] == ["5.00"]
    assert (after.on_its_way, after.due) == (Decimal("15.50"), Decimal("70.00"))


TOLD = {"not yet": None, "after the charges came": 1, "before the charges came": -1}


@pytest.mark.parametrize(("told", "said_back", "came_since"), tables()[3])
def test_what_billing_cannot_have_counted_is_no_debt_whatever_its_day(
    world: None, told: str, said_back: str, came_since: str
) -> None:
    book([entry("300", "PAY-1", "4.00", date(2026, 10, 30))], now=NOW)
    if hours := TOLD[told]:
        at = LoadedMonth.objects.get(month=date(2026, 10, 1)).loaded_at + timedelta(hours=hours)
        confirmed = at if said_back == "yes" else None
        entry_booked = Payment.objects.get(external_id="PAY-1")
        ToldPayment.objects.create(payment=entry_booked, batch=1, told_at=at, confirmed_at=confirmed)
    found = queries.balance(**account("300"))
    assert found
    assert [str(one.amount) for one in found.later] == (["4.00"] if came_since == "yes" else [])
    assert found.due == (Decimal("6.00") if came_since == "yes" else Decimal("10.00"))
    assert found.last_payment
    assert found.last_payment.paid_on == date(2026, 10, 30)
    [both] = standings([account("300")["account_id"]], version=version()).values()
    assert [str(one.amount) for one in both.since] == [str(one.amount) for one in found.later]


def test_who_has_paid_a_bill_in_whole_tenge_owes_nothing(world: None, settings: Any) -> None:
    whole = settings.PORTAL.bill.model_copy(update={"round_to_whole": True})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": whole})
    one = queries.balance(**account("300"))
    assert one
    assert one.due == Decimal("10.00")
    book([entry("300", "PAY-1", "9.60", date(2026, 11, 2))], now=NOW)
    after = queries.balance(**account("300"))
    assert after
    assert after.due == Decimal("0.00")


def test_an_account_that_never_paid_and_one_that_was_never_charged(world: None) -> None:
    never_paid = queries.balance(**account("300"))
    assert never_paid
    assert (never_paid.last_payment, never_paid.later) == (None, ())
    assert queries.balance(**account("500")) is None
    shown = queries.turnovers(**account("500"), months=12)
    assert shown
    assert (shown.groups, shown.months, amounts(shown.totals)) == ((), (), ["0.00"] * 5)


def test_a_closed_account_shows_its_own_last_months(world: None) -> None:
    found = queries.balance(**account("400"))
    assert found
    assert found.month == date(2024, 9, 1)
    shown = queries.turnovers(**account("400"), months=12)
    assert shown
    assert shown.period.last == Month(2024, 9)
    assert [one.month for one in shown.months] == [date(2024, 9, 1), date(2024, 8, 1)]
    asked = queries.turnovers(**account("400"), months=12, first=Month(2026, 9), last=Month(2026, 10))
    assert asked
    assert (asked.groups, asked.period.first) == ((), Month(2026, 9))


def test_services_through_a_period(world: None) -> None:
    shown = queries.turnovers(**account("100"), months=12)
    assert shown
    assert (str(shown.period.first), str(shown.period.last)) == ("2025-11", "2026-10")
    power, hot = shown.groups
    assert amounts(power.totals) == ["100.00", "3000.00", "-20.50", "3000.00", "79.50"]
    assert (power.opening, power.closing) == (Decimal("100.00"), Decimal("79.50"))
    assert amounts(hot.totals) == ["0.00", "900.00", "0.00", "900.00", "0.07"]
    assert [one.service.code for one in hot.charged[:4]] == ["hot", "hot-cold", "hot-heat", "hot"]
    assert amounts(shown.totals) == ["100.00", "3900.00", "-20.50", "3900.00", "79.57"]
    assert [(str(one.month), str(one.totals.closing)) for one in shown.months] == [
        ("2026-10-01", "79.57"),
        ("2026-09-01", "100.00"),
        ("2026-08-01", "100.00"),
    ]
    assert [one.code for one in shown.offered] == ["power", "hot"]


def test_a_service_that_ended_is_not_in_the_last_balance(tmp_path: Path) -> None:
    lines = "000200,2026-09,power,0.00,10.00,0.00,0.00,10.00,\n000200,2026-09,hot,0.00,7.00,0.00,0.00,7.00,\n"
    lines += "000200,2026-10,power,17.00,10.00,0.00,0.00,27.00,\n"
    billed.load(tmp_path, billed.files(charges=billed.HEAD + lines))
    shown = queries.turnovers(**account("200"), months=12)
    assert shown
    assert [(one.opening, one.closing) for one in shown.groups] == [
        (Decimal("0.00"), Decimal("27.00")),
        (Decimal("0.00"), None),
    ]
    found = queries.balance(**account("200"))
    assert found
    assert shown.totals.closing == found.totals.closing == Decimal("27.00")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, ("2026-09", "2026-10")),
        (Month(2026, 8), None, ("2026-08", "2026-10")),
        (None, Month(2026, 9), ("2026-08", "2026-09")),
        (Month(1990, 1), Month(2099, 1), ("2024-08", "2026-10")),
        (Month(2099, 1), Month(2099, 2), ("2026-10", "2026-10")),
        (Month(1990, 1), Month(1990, 2), ("2024-08", "2024-08")),
    ],
)
def test_a_period_is_brought_within_the_months_there_are(
    world: None, first: Month | None, last: Month | None, expected: tuple[str, str]
) -> None:
    shown = queries.turnovers(**account("100"), months=2, first=first, last=last)
    assert shown
    assert (str(shown.period.first), str(shown.period.last)) == expected


def test_one_service_and_an_unknown_one(world: None) -> None:
    one = queries.turnovers(**account("100"), months=12, service="hot")
    assert one
    assert [group.service.code for group in one.groups] == ["hot"]
    assert amounts(one.totals) == ["0.00", "900.00", "0.00", "900.00", "0.07"]
    assert [each.code for each in one.offered] == ["power", "hot"]
    other = queries.turnovers(**account("100"), months=12, service="hot-cold")
    assert other
    assert len(other.groups) == 2


def test_payments_of_some_days_with_both_ends(world: None) -> None:
    found = queries.payments_between(**account("100"), first=date(2026, 9, 12), last=date(2026, 10, 13))
    assert [str(one.amount) for one in found.payments] == ["-500.00", "1500.00", "1500.00"]
    assert found.total == Decimal("2500.00")
    none = queries.payments_between(**account("100"), first=date(2026, 9, 13), last=date(2026, 10, 11))
    assert (none.payments, none.total) == ((), Decimal("0.00"))


def test_meters_in_use_with_their_plans(world: None) -> None:
    (meter,) = queries.overview(**account("100")).meters
    assert (meter.serial, meter.planned_replacement_on) == ("A-1", date(2027, 5, 12))
    assert meter.service.name == "Электроэнергия"


def test_names_in_the_readers_language(world: None) -> None:
    in_kazakh = queries.balance(**(account("100") | {"language": "kk"}))
    assert in_kazakh
    assert [one.service.name for one in in_kazakh.charged][:3] == [
        "Электр энергиясы",
        "Ыстық су",
        "в т.ч. холодная вода",
    ]
    assert in_kazakh.suppliers == ("«Жарық» ЖШС", "АО «Тепло»")


def test_a_new_import_is_seen_at_once(world: None, tmp_path: Path) -> None:
    before = queries.balance(**account("200"))
    lines = billed.HEAD + "000200,2026-11,power,-50.00,150.00,0.00,0.00,100.00,25.00\n"
    billed.load(tmp_path, billed.files(charges=lines))
    after = queries.balance(**account("200"))
    assert before
    assert after
    assert (before.totals.closing, after.totals.closing) == (Decimal("-50.00"), Decimal("100.00"))
    shown = queries.turnovers(**account("200"), months=12)
    assert shown
    assert shown.period.latest == Month(2026, 11)


@pytest.mark.parametrize("months", [1, 12, 60])
def test_the_number_of_queries_does_not_grow(
    tmp_path: Path, django_assert_num_queries: Any, months: int
) -> None:
    billed.load(tmp_path, billed.files(months=months))
    about = account("100")
    queries.overview(**about)
    with django_assert_num_queries(3):
        queries.overview(**about)
    with django_assert_num_queries(1):
        shown = queries.turnovers(**about, months=60)
    assert shown
    assert len(shown.months) == months
    with django_assert_num_queries(1):
        queries.payments_between(**about, first=date(2000, 1, 1), last=date(2099, 1, 1))
    forget_everything()
    with django_assert_num_queries(3):  # the months, the services, the lines
        queries.turnovers(**about, months=60)


def test_before_the_first_import_there_is_nothing(django_assert_num_queries: Any) -> None:
    assert queries.months_loaded(version=version()) is None
    assert queries.turnovers(1, months=12, language="ru", version=version()) is None
    assert queries.balance(1, language="ru", version=version()) is None


@pytest.mark.parametrize(("behind", "queries_sent"), [(0, 2), (1, 3), (3, 3), (4, 5)])
def test_a_supplier_may_be_behind(
    tmp_path: Path, django_assert_num_queries: Any, behind: int, queries_sent: int
) -> None:
    month = billed.LATEST - behind
    lines = f"000200,{month},power,0.00,10.00,0.00,0.00,10.00,\n"
    others = f"000300,{billed.LATEST},power,0.00,1.00,0.00,0.00,1.00,\n"
    billed.load(tmp_path, billed.files(charges=billed.HEAD + lines + others))
    about = account("200")
    queries.balance(**account("300"))
    with django_assert_num_queries(queries_sent):
        found = queries.balance(**about)
    assert found
    assert found.month == month.first_day

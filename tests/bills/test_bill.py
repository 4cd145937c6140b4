"""The bill of a month as a whole: what is due now, what came since, what changed, the order of its QR."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.base.months import Month
from abonent.bills.bill import Bill, Standing, asked, bill
from abonent.bills.changes import Reason
from abonent.bills.paper.payment_qr import parse, payload
from abonent.exchange.operations import import_bundle
from abonent.ledger.booking import Entry, book, expect
from abonent.portal.models import DataVersion, Service
from abonent.users.models import User

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
OCTOBER = Month(2026, 10)

pytestmark = pytest.mark.django_db

BUNDLE = {
    "organisations": "code,name_ru,tax_number,tax_reason_code,bank_account,bank_name,bank_code,"
    "correspondent_account\n"
    'uk,ООО «Дом»,1655000001,165501001,40702810138250123017,ПАО "БАНК",044525225,30101810400000000225\n',
    "services": "code,organisation,parent,position,name_ru,unit_ru\n"
    "power,uk,,1,Электроэнергия,кВт·ч\nheat,uk,,2,Отопление,м²\nhot,uk,,3,Горячая вода,м³\n"
    "hot-cold,uk,hot,1,в т.ч. вода,м³\nhot-warm,uk,hot,2,в т.ч. подогрев,м³\n"
    "video,uk,,4,Видеонаблюдение,\naerial,uk,,5,Антенна,\n",
    "accounts": "number,organisation,payer,address\n"
    '0017,uk,Ким Алиса,"г. Зеленодольск, ул. Спортивная, 1"\n0018,uk,Ли Боб,Абая 2\n',
    "meters": "account,service,serial,installed_on\n0017,power,555,2020-01-01\n",
    "charges": "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff\n"
    "0017,2025-10,power,0.00,3000.00,0.00,3000.00,0.00,150,20\n"
    "0017,2026-09,power,0.00,3000.00,0.00,0.00,3000.00,150,20\n"
    "0017,2026-09,heat,0.00,1322.21,0.00,0.00,1322.21,54.3,24.35\n"
    "0017,2026-09,hot,0.00,300.00,0.00,0.00,300.00,,\n"
    "0017,2026-09,hot-cold,0.00,100.00,0.00,0.00,100.00,10,10\n"
    "0017,2026-09,hot-warm,0.00,200.00,0.00,0.00,200.00,10,20\n"
    "0017,2026-09,aerial,0.00,80.00,0.00,0.00,80.00,1,80\n"
    "0017,2026-10,power,3000.00,3410.00,-10.00,3000.00,3400.00,155,22\n"
    "0017,2026-10,heat,1322.21,1419.40,0.00,1322.21,1419.40,54.3,26.14\n"
    "0017,2026-10,hot,300.00,450.00,0.00,380.00,370.00,,\n"
    "0017,2026-10,hot-cold,0.00,150.00,0.00,0.00,150.00,15,10\n"
    "0017,2026-10,hot-warm,0.00,300.00,0.00,0.00,300.00,15,20\n"
    "0017,2026-10,video,0.00,55.50,0.00,0.00,55.50,1,55.50\n",
}


@pytest.fixture
def held(tmp_path: Path, settings: Any) -> Callable[..., HeldAccount]:
    on = settings.PORTAL.bill.model_copy(update={"payment_qr": True, "due_day": 15})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": on})
    for name, text in BUNDLE.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    import_bundle(path=tmp_path, dry_run=False, now=NOW)
    alice = User.objects.create(login="alice", email="alice@example.kz")

    def link(key: str = "17", **facts: Any) -> HeldAccount:
        account = Account.objects.get(key=key)
        AccountLink.objects.create(user=alice, account=account, method="payment", created_at=NOW, **facts)
        return held_accounts(alice.pk, now=NOW)[-1]

    return link


def seen(account: HeldAccount, month: Month | None = None, today: date = TODAY) -> Bill:
    found = bill(account, month, language="ru", today=today)
    assert found
    return found


def standing(account: HeldAccount, today: date = TODAY) -> Standing:
    found = seen(account, today=today).standing
    assert found
    return found


def test_the_newest_bill_stands_as_of_today(held: Any) -> None:
    found = seen(held())
    assert (found.month, found.to_pay, found.due_on) == (OCTOBER, Decimal("5244.90"), date(2026, 11, 15))
    assert found.counted_until == date(2026, 10, 31)
    assert found.standing
    assert (found.standing.due, found.standing.days_overdue) == (Decimal("5244.90"), 6)
    assert [row.service.code for row in found.rows][:4] == ["power", "heat", "hot", "hot-cold"]
    assert (found.earlier, found.later) == (Month(2026, 9), None)
    assert [str(Month.of(one.month)) for one in found.months] == ["2026-10", "2026-09", "2025-10"]


def test_what_came_and_what_is_on_its_way_is_not_due(held: Any) -> None:
    account = held()
    book([Entry("online", "A-1", account.id, Decimal("1000.00"), date(2026, 11, 20))], now=NOW)
    expect([Entry("online", "B-1", account.id, Decimal("4000.00"), TODAY)], now=NOW)
    found = standing(account)
    assert (found.due, found.came.on_its_way) == (Decimal("244.90"), Decimal("4000.00"))
    assert found.order
    assert parse(payload(found.order))["sum"] == "24490"
    expect([Entry("online", "B-2", account.id, Decimal("1000.00"), TODAY)], now=NOW)
    paid = standing(account)
    assert (paid.due, paid.days_overdue, paid.order) == (Decimal(0), 0, None)


def test_a_bill_is_overdue_the_day_after_its_last(held: Any) -> None:
    account = held()
    assert standing(account, date(2026, 11, 15)).days_overdue == 0
    assert standing(account, date(2026, 11, 16)).days_overdue == 1


def test_what_is_voluntary_is_not_due(held: Any) -> None:
    account = held()
    Service.objects.filter(code="video").update(obligation="voluntary")
    DataVersion.objects.update(version=F("version") + 1)
    found = standing(held_accounts(User.objects.get().pk, now=NOW)[0])
    assert (found.due, found.voluntary) == (Decimal("5189.40"), Decimal("55.50"))
    assert found.order
    assert found.order.amount == Decimal("5189.40")
    assert account.id


def test_an_older_bill_is_only_what_it_was(held: Any) -> None:
    found = seen(held(), Month(2026, 9))
    assert found.standing is None
    assert found.to_pay == Decimal("4702.21")
    assert (found.earlier, found.later) == (Month(2025, 10), OCTOBER)
    assert found.against == ()


def test_what_changed_by_service_and_in_all(held: Any) -> None:
    last, year = seen(held()).against
    assert (last.month, last.before, last.now) == (Month(2026, 9), Decimal("4702.21"), Decimal("5244.90"))
    assert sum(last.parts.values()) == last.difference == Decimal("542.69")
    by_code = {one.service.code: one.parts for one in last.services}
    assert by_code["power"] == {
        Reason.TARIFF: Decimal("310.00"),
        Reason.DAYS: Decimal("100.00"),
        Reason.RECALCULATION: Decimal("-10.00"),
    }
    assert by_code["heat"] == {Reason.TARIFF: Decimal("97.19")}, "no days where no meter counts"
    assert by_code["hot"] == {Reason.VOLUME: Decimal("150.00"), Reason.DEBT: Decimal("-80.00")}
    assert by_code["video"] == {Reason.APPEARED: Decimal("55.50")}
    assert by_code["aerial"] == {Reason.VANISHED: Decimal("-80.00")}
    assert [one.service.code for one in last.appeared] == ["video"]
    assert [one.service.code for one in last.vanished] == ["aerial"]
    assert year.month == Month(2025, 10)
    assert sum(year.parts.values()) == year.difference == Decimal("5244.90")


@pytest.mark.parametrize(
    ("closing", "whole", "exact"), [("100.49", "100.00", "100.49"), ("100.50", "101.00", "100.50")]
)
def test_a_portal_of_whole_tenge_asks_for_them(settings: Any, closing: str, whole: str, exact: str) -> None:
    assert asked(Decimal(closing)) == Decimal(exact)
    on = settings.PORTAL.bill.model_copy(update={"round_to_whole": True})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": on})
    assert asked(Decimal(closing)) == Decimal(whole)
    assert asked(-Decimal(closing)) == -Decimal(whole)


def test_whole_tenge_leave_nothing_over(held: Any, settings: Any) -> None:
    on = settings.PORTAL.bill.model_copy(update={"round_to_whole": True})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": on})
    last = seen(held()).against[0]
    assert (last.before, last.now) == (Decimal("4702.00"), Decimal("5245.00"))
    assert sum(last.parts.values()) == Decimal("543.00")


def test_a_limited_link_and_a_portal_without_a_code_get_none(held: Any, settings: Any) -> None:
    limited = held(limited_until=datetime(2027, 1, 1, tzinfo=UTC))
    assert standing(limited).order is None
    off = settings.PORTAL.bill.model_copy(update={"payment_qr": False})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": off})
    AccountLink.objects.update(limited_until=None)
    assert standing(held_accounts(User.objects.get().pk, now=NOW)[0]).order is None


@pytest.mark.parametrize("month", [Month(1, 1), Month(2026, 8), Month(9999, 12)])
def test_a_month_that_was_not_billed_has_no_bill(held: Any, month: Month) -> None:
    assert bill(held(), month, language="ru", today=TODAY) is None


def test_an_account_never_charged_has_no_bill(held: Any) -> None:
    assert bill(held("18"), language="ru", today=TODAY) is None


def test_the_queries_are_four_and_three(held: Any, django_assert_num_queries: Any) -> None:
    account = held()
    seen(account)
    with django_assert_num_queries(4):
        seen(account)
    with django_assert_num_queries(3):
        seen(account, Month(2026, 9))

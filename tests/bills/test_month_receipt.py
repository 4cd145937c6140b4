"""The receipt of a month is what billing sent: assembled from accounts, ledger and meters, and printed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from abonent.accounts.codes import bill_code, shown
from abonent.accounts.models import Account, AccountLink, UsedCode
from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.base.months import Month
from abonent.bills.receipts import back_pdf, receipt, receipt_pdf
from abonent.exchange.operations import import_bundle
from abonent.ledger.bill_lines import billed_months
from abonent.users.models import User

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
OCTOBER = Month(2026, 10)
BUNDLE = {
    "organisations": "code,name_ru,name_kk,bank_account,bank_name,bank_code\n"
    "keeper,ТОО «Сбыт»,«Сбыт» ЖШС,KZ489261802102350000,АО «Банк»,KZKOKZKX\n",
    "services": "code,organisation,parent,position,name_ru,name_kk,unit_ru,unit_kk\n"
    "power,keeper,,1,Электроэнергия,Электр энергиясы,кВт·ч,кВт·сағ\n"
    "water,keeper,,2,Горячая вода,Ыстық су,м³,м³\n"
    "heating,keeper,water,3,подогрев,қыздыру,м³,м³\n",
    "accounts": "number,organisation,payer,address,flat,residents\n"
    "0017,keeper,Әбдіғаппарұлы Нұрлан,Абая 10,5,3\n0018,keeper,Ким Вера,Абая 10,6,1\n",
    "meters": "account,service,serial,scales,verified_on\n0017,power,555,1,2020-01-02\n",
    "readings": "account,serial,scale,taken_on,source,value\n0017,555,total,2026-09-24,customer,100\n"
    "0017,555,total,2026-10-24,estimate,340\n0017,555,total,2026-10-24,customer,346\n",
    "charges": "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff\n"
    "0017,2026-09,power,0.00,10.00,0.00,0.00,10.00,1,10\n"
    "0017,2026-10,power,10.00,4794.22,-20.00,10.00,4774.22,246,19.49\n"
    "0018,2026-10,power,-50.00,10.00,0.00,0.00,-40.00,1,10\n"
    "0018,2026-10,water,0.00,30.00,0.00,0.00,30.00,2,15\n"
    "0018,2026-10,heating,0.00,20.00,0.00,0.00,20.00,2,10\n",
}


@pytest.fixture
def held(transactional_db: None, tmp_path: Path) -> Callable[[str], HeldAccount]:
    for name, text in BUNDLE.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    import_bundle(path=tmp_path, dry_run=False, now=NOW)
    alice = User.objects.create(login="alice", email="alice@example.kz")

    def link(key: str) -> HeldAccount:
        account = Account.objects.get(key=key)
        AccountLink.objects.create(user=alice, account=account, method="payment", created_at=NOW)
        return held_accounts(alice.pk, now=NOW)[-1]

    return link


def _text(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\u00a0", " ")


def test_a_single_service_shows_its_readings_and_the_balances_above(held: Any) -> None:
    found = receipt(held("17"), OCTOBER, language="kk", today=TODAY)
    assert found is not None
    (line,) = found.lines
    assert (line.previous_reading, line.reading, line.opening) == (Decimal(100), Decimal(346), None)
    assert (line.quantity, line.price, line.accrued) == (Decimal(246), Decimal("19.49"), Decimal("4794.22"))
    assert (found.totals.opening, found.totals.corrections) == (Decimal("10.00"), Decimal("-20.00"))
    assert found.to_pay == Decimal("4774.22")
    assert found.languages == ("kk", "ru")
    assert [(one.serial, one.consumption) for one in found.meters] == [("555", Decimal(246))]


def test_several_services_show_balances_and_nested_lines_count_once(held: Any) -> None:
    found = receipt(held("18"), OCTOBER, language="ru", today=TODAY)
    assert found is not None
    assert [(one.level, one.closing) for one in found.lines] == [
        (0, Decimal("-40.00")),
        (0, Decimal("30.00")),
        (1, Decimal("20.00")),
    ]
    assert found.totals.closing == Decimal("-10.00")
    assert found.to_pay == 0


def test_the_pdf_says_it_in_kazakh_and_russian(held: Any) -> None:
    account = held("17")
    pdf = receipt_pdf(account, OCTOBER, language="kk", today=TODAY)
    assert pdf is not None
    text = _text(pdf)
    for said in (
        "Шот-түбіртек",
        "Әбдіғаппарұлы Нұрлан",
        "Электр энергиясы",
        "4 774,22",
        "KZ489261802102350000",
    ):
        assert said in text
    assert "25.11.2026" in text
    assert pdf == receipt_pdf(account, OCTOBER, language="kk", today=TODAY)


def test_a_month_without_charges_has_no_receipt(held: Any) -> None:
    assert receipt_pdf(held("18"), Month(2026, 9), language="ru", today=TODAY) is None


def test_the_months_billed_are_listed_newest_first(held: Any) -> None:
    rows = billed_months(held("17").id)
    assert [(str(Month.of(row.month)), row.accrued, row.closing) for row in rows] == [
        ("2026-10", Decimal("4794.22"), Decimal("4774.22")),
        ("2026-09", Decimal("10.00"), Decimal("10.00")),
    ]
    assert [row.accrued for row in billed_months(held("18").id)] == [Decimal("40.00")]


def test_the_bill_carries_the_code_that_links_while_it_is_good(held: Any) -> None:
    account = held("17")
    code = bill_code(account_id=account.id, owner_version=1, month=OCTOBER)
    found = receipt(account, OCTOBER, language="ru", today=TODAY)
    assert found is not None
    assert found.link_code is not None
    assert (found.link_code.shown, found.link_code.valid_until) == (shown(code), date(2026, 12, 31))
    late = receipt(account, OCTOBER, language="ru", today=date(2026, 12, 31))
    assert late is not None
    assert late.link_code is None
    UsedCode.objects.create(account_id=account.id, series=str(OCTOBER), used_at=NOW)
    used = receipt(account, OCTOBER, language="ru", today=TODAY)
    assert used is not None
    assert used.link_code is None


def test_an_english_reader_gets_english_paper(held: Any) -> None:
    pdf = receipt_pdf(held("17"), OCTOBER, language="en", today=TODAY)
    assert pdf is not None
    assert "October 2026" in _text(pdf)


def test_the_back_tells_how_to_pay_and_where_to_ask(settings: Any) -> None:
    text = _text(back_pdf(OCTOBER, language="ru"))
    assert settings.PORTAL.contact_centre.phones[0] in text
    assert "Шоттың сыртқы жағы" in text
    assert settings.PORTAL.offices[0].name["ru"] in text


@pytest.mark.parametrize(("day", "due", "until"), [(10, 10, 10), (30, 28, 30), (31, 28, 31)])
def test_a_day_that_the_month_lacks_is_its_last(settings: Any, day: int, due: int, until: int) -> None:
    bill = settings.PORTAL.bill.model_copy(update={"due_day": day, "counted_until_day": day})
    assert bill.due_on(Month(2026, 1)) == date(2026, 2, due)
    assert bill.counted_until(Month(2026, 1)) == date(2026, 1, until)


def test_the_paper_says_until_when_payments_are_counted(held: Any, settings: Any) -> None:
    bill = settings.PORTAL.bill.model_copy(update={"counted_until_day": 25})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": bill})
    pdf = receipt_pdf(held("17"), OCTOBER, language="ru", today=TODAY)
    assert pdf
    assert "25.10.2026" in _text(pdf)

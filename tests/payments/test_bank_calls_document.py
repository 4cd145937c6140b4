"""docs/domain/paying.md, «Banks that call», row by row, with both protocols."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection

from abonent.accounts.models import Account
from abonent.payments.models import BankPayment
from abonent.payments.operations.bank_calls import answer_call
from abonent.portal.models import Organisation
from tests.payments.bank_calls import bank, let_call
from tests.payments.test_presets import table

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAID = datetime(2026, 11, 20, 12, 0)
KASPI, OSMP = bank(), bank("sber", "osmp")
ROWS = table("Banks that call")
#: What a row changes: of the account's number, the sum, the moment, the id, the command; closed on.
CASES: dict[str, dict[str, Any]] = {
    "an account": {},
    "an account with dashes and zeros": {"account": "000-7-00"},
    "no such account": {"account": "900"},
    "an account closed that day": {"closed_on": date(2026, 11, 20), "checked": PAID},
    "an account closed the day after": {"closed_on": date(2026, 11, 21), "checked": PAID},
    "sum 0.00": {"sum": "0.00"},
    "sum -1.00": {"sum": "-1.00"},
    "sum 1.001": {"sum": "1.001"},
    "sum 10000000.01": {"sum": "10000000.01"},
    "paid 367 days ago": {"at": PAID - timedelta(days=366)},
    "paid in two days": {"at": PAID + timedelta(days=3)},
    "no transaction id": {"id": ""},
    "another word than these two": {"word": "refund"},
    "the database is away": {"away": True},
}


@pytest.fixture
def account(db: None, settings: Any) -> Account:
    let_call(settings, KASPI, OSMP)
    organisation = Organisation.objects.create(code="ours", name_ru="Наш")
    return Account.objects.create(
        number="000700", key="700", organisation=organisation, payer="Ким Алиса", address="Абая 1"
    )


def kaspi(word: str, case: dict[str, Any]) -> dict[str, str]:
    return {
        "command": case.get("word", word),
        "txn_id": case.get("id", "17"),
        "txn_date": f"{case.get('at', PAID):%Y%m%d%H%M%S}",
        "account": case.get("account", "700"),
        "sum": case.get("sum", "100.00"),
    }


def osmp(word: str, case: dict[str, Any]) -> dict[str, str]:
    return {
        "action": case.get("word", word),
        "pay_id": case.get("id", "17"),
        "pay_date": f"{case.get('at', PAID):%d.%m.%Y_%H:%M:%S}",
        "account": case.get("account", "700"),
        "amount": case.get("sum", "100.00"),
    }


def answered(by: Any, query: dict[str, str], case: dict[str, Any], *, now: datetime) -> str:
    asked = {name: [value] for name, value in query.items()}
    if case.get("away"):

        def away(*_: Any) -> Any:
            raise OperationalError("away")

        with connection.execute_wrapper(away):
            body = answer_call(bank=by, query=asked, now=now).body
    else:
        body = answer_call(bank=by, query=asked, now=now).body
    if by is KASPI:
        return str(json.loads(body)["result"])
    return ElementTree.fromstring(body).findtext("CODE") or ""


def test_every_row_is_tried() -> None:
    assert [row[0] for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_worked_rows(account: Account, row: list[str]) -> None:
    case = CASES[row[0]]
    Account.objects.filter(pk=account.pk).update(closed_on=case.get("closed_on"))
    looked = NOW - timedelta(days=1) if "checked" in case else NOW  # a check is of the day it is asked
    found = [
        answered(KASPI, kaspi("check", case), case, now=looked),
        answered(KASPI, kaspi("pay", case), case, now=NOW),
        answered(OSMP, osmp("check", case), case, now=looked),
        answered(OSMP, osmp("payment", case), case, now=NOW),
    ]
    assert found == row[1:5]
    assert BankPayment.objects.count() == (2 if row[5] == "yes" else 0)

"""A bill of two years, in a portal that prints payment codes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.base.months import Month
from tests import billed
from tests.interfaces.resident.test_cabinet_pages import words
from tests.plugins.browser import browser

__all__ = ["browser"]

ORGANISATIONS = (
    "code,name_ru,name_kk,tax_number,tax_reason_code,bank_account,bank_name,bank_code,correspondent_account\n"
    "ours,ООО «Дом»,,1655000001,165501001,40702810138250123017,"
    '"ПАО ""БАНК""",044525225,30101810400000000225\n'
    "heat,АО «Тепло»,,,,,,,\n"
)
HEAD = "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff\n"
CHARGES = (
    HEAD + "000100,2025-10,power,0.00,3000.00,0.00,0.00,3000.00,150,20\n"
    "000100,2026-09,power,0.00,3000.00,0.00,0.00,3000.00,150,20\n"
    "000100,2026-09,hot,0.00,300.00,0.00,0.00,300.00,,\n"
    "000100,2026-09,hot-cold,0.00,100.00,0.00,0.00,100.00,10,10\n"
    "000100,2026-09,hot-heat,0.00,200.00,0.00,0.00,200.00,10,20\n"
    "000100,2026-10,power,3000.00,3410.00,-10.00,2000.00,4400.00,155,22\n"
    "000200,2026-10,power,-50.00,99.99,0.00,99.99,-50.00,,24.35\n"
)
PAYMENTS = "source,id,account,paid_on,amount,bank\nbank,2,000100,2026-10-12,2000.00,Kaspi Bank\n"

See = Callable[..., str]


@pytest.fixture
def cast(tmp_path: Path, settings: Any) -> dict[str, Any]:
    """The bill is due on the 15th of November, and today is past it (the tests' clock is the machine's)."""
    bill = settings.PORTAL.bill.model_copy(update={"payment_qr": True, "due_day": 15})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": bill, "currency": "RUB"})
    given = {"organisations": ORGANISATIONS, "charges": CHARGES, "payments": PAYMENTS}
    billed.load(tmp_path, billed.files(**given))
    return billed.people(linked={"alice": ["100"], "bob": ["100"], "charlie": ["200", "500"]})


def address(name: str, key: str, **more: str) -> str:
    return reverse(name, kwargs={"public_id": Account.objects.get(key=key).public_id, **more})


@pytest.fixture
def see(cast: dict[str, Any]) -> See:
    """`see("alice", "bill", "100", month="2026-10")`: the words of a page."""

    def one(who: str, name: str, key: str, language: str = "ru", **more: str) -> str:
        person = cast[who]
        type(person).objects.filter(pk=person.pk).update(language=language)
        client = Client()
        client.force_login(person)
        answer = client.get(address(name, key, **more))
        assert answer.status_code == 200
        return words(answer.content)

    return one


OCTOBER = str(Month(2026, 10))

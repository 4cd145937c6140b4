"""People who pay. alice and bob live at 000100 (a debt of earlier months, a voluntary insurance); alice holds
000200 too (one service, nothing owed before); charlie holds 000300, which was closed, and 000500, which was
never charged.

The portal pays by `card` (the customer bears 1 %, at least 10) and `free` (up to 5 000), at a fake bank.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.payments import connections
from abonent.payments.models import Payment
from abonent.portal.profile import Commission, Method, Paying, Text
from tests import billed
from tests.payments.fake_gateway import FakeGateway
from tests.plugins.browser import browser

__all__ = ["browser"]

SERVICES = """code,organisation,parent,position,obligation,name_ru,name_kk
power,ours,,1,due,Электроэнергия,Электр энергиясы
hot,heat,,2,due,Горячая вода,Ыстық су
hot-heat,heat,hot,1,due,в т.ч. подогрев,
insurance,ours,,3,voluntary,Страхование,Сақтандыру
"""
ACCOUNTS = """number,organisation,payer,address,flat,residents,closed_on
000100,ours,Ахметова Айгүл Ерланқызы,"г. Алматы, ул. Абая, 1",12,3,
000200,ours,Ахметова Айгүл Ерланқызы,"г. Алматы, ул. Абая, 2",,1,
000300,ours,Пак Юрий,"г. Алматы, ул. Абая, 4",,2,2024-10-15
000500,ours,Цой Анна,"г. Алматы, ул. Абая, 5",,2,
"""
CHARGES = """account,month,service,opening,accrued,corrections,paid,closing
000100,2026-10,power,1200.00,4000.00,0.00,500.00,4700.00
000100,2026-10,hot,0.00,300.50,0.00,0.00,300.50
000100,2026-10,hot-heat,0.00,200.00,0.00,0.00,200.00
000100,2026-10,insurance,0.00,150.00,0.00,0.00,150.00
000200,2026-10,power,0.00,999.99,0.00,0.00,999.99
000300,2024-09,power,0.00,50.00,0.00,0.00,50.00
"""


def method(code: str, ru: str, **others: Any) -> Method:
    return Method(code=code, provider="sandbox", label=Text({"ru": ru, "kk": ru, "en": ru}), **others)


@pytest.fixture
def paying(settings: Any) -> Paying:
    customers = Commission(percent=Decimal(1), minimum=Decimal(10), paid_by="customer")
    found = Paying(
        methods=[
            method("card", "Банковская карта", commission=customers),
            method("free", "Система быстрых платежей", most=Decimal(5000)),
        ]
    )
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": found})
    return found


@pytest.fixture
def bank(paying: Paying) -> Iterator[FakeGateway]:
    gateway = FakeGateway()
    with connections.use("card", gateway), connections.use("free", gateway):
        yield gateway


@pytest.fixture
def cast(db: None, tmp_path: Path) -> dict[str, Any]:
    given = {"services": SERVICES, "accounts": ACCOUNTS, "charges": CHARGES}
    billed.load(tmp_path, {"organisations": billed.ORGANISATIONS} | given)
    return billed.people(linked={"alice": ["100", "200"], "bob": ["100"], "charlie": ["300", "500"]})


def account(key: str) -> Account:
    return Account.objects.get(key=key)


@dataclass
class Payer:
    """A person with a browser: fills in the form, checks it, pays."""

    person: Any
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.person)

    def get(self, address: str) -> HttpResponse:
        return self.client.get(address)

    def choices(self, *whats: str, **others: str) -> dict[str, str]:
        """`choices("100 bill", "200 other 50")`: the form with these choices; others are left alone."""
        values = {"key": "key-1", "method": "card", "email": "alice@example.kz", **others}
        for text in whats:
            key, what, *typed = text.split(maxsplit=2)
            public_id = account(key).public_id
            values[f"what-{public_id}"] = what
            if typed:
                values[f"other-{public_id}"] = typed[0]
        return values

    def check(self, values: dict[str, str]) -> HttpResponse:
        """«Продолжить»: the form with what is wrong in it, or the check at its own address."""
        return self.client.post(reverse("pay_check"), values, follow=True)

    def confirm(self, checked: HttpResponse, **others: str) -> HttpResponse:
        """Press «Оплатить» on the check page: its own hidden fields, and nothing else."""
        return self.client.post(reverse("pay_check"), hidden(checked) | others)

    def pay(self, *whats: str, **others: str) -> Payment:
        """The whole way up to the bank's door."""
        answer = self.confirm(self.check(self.choices(*whats, **others)))
        assert answer.status_code == 302, answer.content.decode()
        return Payment.objects.latest("pk")


def hidden(answer: HttpResponse) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    import re
    from html import unescape

    form = answer.content.decode().split('id="page-form"')[1].split("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def alice(cast: dict[str, Any], bank: FakeGateway) -> Payer:
    return Payer(cast["alice"])


@pytest.fixture
def bob(cast: dict[str, Any], bank: FakeGateway) -> Payer:
    return Payer(cast["bob"])


@pytest.fixture
def charlie(cast: dict[str, Any], bank: FakeGateway) -> Payer:
    return Payer(cast["charlie"])

"""A small world that pays: alice holds 000700 and 000701, bob holds 000700 with her, charlie holds 000900.

The portal has three ways of paying, all at one fake bank: `card` (the customer bears 1 %), `free` (no
commission), `fiscal` (with data of fiscal receipts). It is the 21st of November 2026, 14:00 in Almaty.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from abonent.accounts.models import Account, AccountLink
from abonent.base.identifiers import account_key
from abonent.notices.models import Letter
from abonent.payments import connections
from abonent.payments.invariants import broken
from abonent.payments.models import Payment, Refund
from abonent.payments.operations import refunds, settling
from abonent.payments.operations.paying import PartAsked, pay
from abonent.portal.models import Organisation, Service
from abonent.portal.profile import Commission, FiscalReceipts, Method, Paying
from abonent.users.models import User
from tests.payments.fake_gateway import FakeGateway

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return NOW


def method(code: str, **others: Any) -> Method:
    words = {"ru": f"Банк {code}", "kk": f"{code} банкі", "en": f"Bank {code}"}
    return Method.model_validate({"code": code, "provider": "sandbox", "label": words, **others})


@pytest.fixture
def paying(settings: Any) -> Paying:
    customers = Commission(percent=Decimal(1), paid_by="customer")
    found = Paying(
        methods=[
            method("card", commission=customers),
            method("free", least=Decimal(10), most=Decimal(100000)),
            method("fiscal", commission=customers, fiscal=FiscalReceipts(vat=1)),
        ]
    )
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": found})
    return found


@pytest.fixture
def supplier(db: None) -> Organisation:
    return Organisation.objects.create(code="ours", name_ru="Горэлектро", name_kk="Горэлектро")


@pytest.fixture
def power(supplier: Organisation) -> Service:
    return Service.objects.create(
        code="power", organisation=supplier, name_ru="Электроэнергия", name_kk="Электр энергиясы"
    )


@pytest.fixture
def new_account(supplier: Organisation) -> Callable[..., Account]:
    def create(number: str, *holders: User, **facts: Any) -> Account:
        usual = {"payer": "Ким Алиса", "address": "Алматы, Абая, 1", "organisation": supplier}
        made = Account.objects.create(number=number, key=account_key(number), **{**usual, **facts})
        for holder in holders:
            AccountLink.objects.create(user=holder, account=made, method="payment", created_at=NOW)
        return made

    return create


def person(login: str) -> User:
    return User.objects.create(login=login, email=f"{login}@example.kz", email_confirmed=True, language="ru")


@pytest.fixture
def alice(db: None) -> User:
    return person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    return person("charlie")


@pytest.fixture
def clerk(db: None) -> User:
    """Of the staff."""
    return person("clerk")


@pytest.fixture
def home(new_account: Callable[..., Account], alice: User, bob: User) -> Account:
    return new_account("000700", alice, bob)


@pytest.fixture
def dacha(new_account: Callable[..., Account], alice: User) -> Account:
    return new_account("000701", alice)


@pytest.fixture
def bank(paying: Paying) -> Iterator[FakeGateway]:
    gateway = FakeGateway()
    with (
        connections.use("card", gateway),
        connections.use("free", gateway),
        connections.use("fiscal", gateway),
    ):
        yield gateway


@dataclass
class Till:
    """What a customer, a clerk and the clock do; `now` is the clock, and moves when told to."""

    bank: FakeGateway
    customer: User
    clerk: User
    parts: list[PartAsked]
    now: datetime = NOW
    made: list[Payment] = field(default_factory=list)

    def later(self, after: timedelta) -> None:
        self.now += after

    def pay(self, *parts: PartAsked, **others: Any) -> Payment:
        facts: dict[str, Any] = {
            "user": self.customer,
            "method": "card",
            "email": "alice@example.kz",
            "language": "ru",
            "form_key": uuid4().hex,
            "address": "203.0.113.7",
        }
        made = pay(parts=parts or self.parts, now=self.now, **{**facts, **others})
        self.made.append(made)
        return made

    def ask(self, payment: Payment, **others: Any) -> Payment:
        return settling.ask(payment_id=payment.pk, now=self.now, **{"cause": "question", **others})

    def paid(self, *parts: PartAsked, **others: Any) -> Payment:
        """A payment that went well."""
        made = self.pay(*parts, **others)
        self.bank.pay(made.public_id, at=self.now)
        return self.ask(made)

    def refund(self, payment: Payment, amount: str, **others: Any) -> Refund:
        facts = {"reason": "paid by mistake", "staff": self.clerk, "now": self.now}
        return refunds.refund(payment_id=payment.pk, amount=Decimal(amount), **{**facts, **others})


@pytest.fixture
def till(bank: FakeGateway, alice: User, clerk: User, home: Account, dacha: Account) -> Till:
    """Two accounts: 700.00 for home, 300.00 for the dacha; with 1 % the customer is charged 1010.00."""
    parts = [PartAsked(home.pk, Decimal("700.00")), PartAsked(dacha.pk, Decimal("300.00"))]
    return Till(bank, alice, clerk, parts)


def ledger() -> dict[str, Decimal]:
    """What is booked, by account."""
    return _sums("ledger_payment")


def expected() -> dict[str, Decimal]:
    """Money on its way, by account."""
    return _sums("ledger_expectedpayment")


def _sums(table: str) -> dict[str, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, sum(amount) FROM {table} money"
            " JOIN accounts_account account ON account.id = money.account_id GROUP BY number"
        )
        return dict(cursor.fetchall())


def letters(kind: str = "payment_receipt") -> int:
    return Letter.objects.filter(kind=kind).count()


@pytest.fixture
def invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test each invariant is asked of the database as the test left it."""
    yield
    assert broken() == {}

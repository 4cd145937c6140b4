"""From the form to the ledger and back, through YooKassa and Halyk as they are spoken to in service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from abonent.accounts.models import Account
from abonent.payments import connections
from abonent.payments.models import GatewayNotice, Payment, Refund
from abonent.payments.operations import refunds, settling
from abonent.payments.operations.paying import PartAsked, pay
from abonent.portal.profile import Paying
from abonent.users.models import User
from tests.payments.conftest import NOW, expected, ledger, letters, method
from tests.payments.providers import halyk_stand_in, yookassa_stand_in
from tests.payments.providers.stand_in import StandIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]

BOTH = {"000700": Decimal("700.00"), "000701": Decimal("300.00")}
CREATE = {"yookassa": "/payments", "halyk": "/invoice"}
REFUND = {"yookassa": "/refunds", "halyk": "/operation"}
COMMISSION = {"percent": 1, "paid_by": "customer"}


@dataclass
class Shop:
    """A method of payment of the portal, and the gateway behind it."""

    provider: str
    bank: Any
    customer: User
    clerk: User
    parts: list[PartAsked]
    now: datetime = NOW
    form_key: str = field(default_factory=lambda: uuid4().hex)

    def pay(self, email: str = "alice@example.ru") -> Payment:
        facts = {"method": "card", "email": email, "language": "ru", "address": None}
        return pay(user=self.customer, parts=self.parts, form_key=self.form_key, now=self.now, **facts)

    def ask(self, payment: Payment) -> Payment:
        self.now += timedelta(minutes=1)
        return settling.ask(payment_id=payment.pk, cause="question", now=self.now)

    def ring(self, payment: Payment) -> int:
        bank = self.bank
        raw = (
            bank.notice(bank.payments[payment.gateway_id])
            if self.provider == "yookassa"
            else bank.notice(payment.gateway_id)
        )
        path = "/api/gateways/card/notice/"
        answer = Client().post(path, raw, content_type="application/json", REMOTE_ADDR="185.71.76.5")
        return answer.status_code

    def refund(self, payment: Payment, amount: str) -> Refund:
        self.now += timedelta(minutes=1)
        facts = {"reason": "paid twice", "staff": self.clerk, "now": self.now}
        return refunds.refund(payment_id=payment.pk, amount=Decimal(amount), **facts)


def yookassa(address: str) -> tuple[dict[str, Any], str, str]:
    options = {"shop": yookassa_stand_in.SHOP, "api_url": address}
    return {"options": options, "fiscal": {"vat": 1, "tax_system": 2}}, yookassa_stand_in.SECRET, "RUB"


def halyk(address: str) -> tuple[dict[str, Any], str, str]:
    keys = {
        "client_id": halyk_stand_in.CLIENT,
        "terminal": halyk_stand_in.TERMINAL,
        "shop": halyk_stand_in.SHOP,
    }
    addresses = {"oauth_url": f"{address}/oauth2/token", "api_url": address}
    return {"options": keys | addresses}, halyk_stand_in.SECRET, "KZT"


PROVIDERS: dict[str, tuple[type[StandIn], Callable[[str], tuple[dict[str, Any], str, str]]]] = {
    "yookassa": (yookassa_stand_in.YooKassa, yookassa),
    "halyk": (halyk_stand_in.HalykBank, halyk),
}


@pytest.fixture(params=PROVIDERS)
def shop(
    request: pytest.FixtureRequest,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    alice: User,
    clerk: User,
    home: Account,
    dacha: Account,
) -> Iterator[Shop]:
    kind, method_of = PROVIDERS[request.param]
    bank = kind()
    facts, secret, currency = method_of(bank.address)
    card = method("card", provider=request.param, commission=COMMISSION, **facts)
    update = {"paying": Paying(methods=[card]), "currency": currency}
    settings.PORTAL = settings.PORTAL.model_copy(update=update)
    monkeypatch.setenv(connections.secret_name("card"), secret)
    parts = [PartAsked(home.pk, Decimal("700.00")), PartAsked(dacha.pk, Decimal("300.00"))]
    with bank.open():
        yield Shop(request.param, bank, alice, clerk, parts)


def test_paid_told_booked(shop: Shop) -> None:
    payment = shop.pay()
    assert payment.state == "sent"
    assert payment.confirmation_url.startswith("https://")
    assert (ledger(), expected()) == ({}, BOTH)
    shop.bank.pay(payment.gateway_id)
    assert [shop.ring(payment), shop.ring(payment)] == [200, 200]
    assert GatewayNotice.objects.get().payment == payment
    booked = shop.ask(payment)
    assert (booked.state, ledger(), expected(), letters()) == ("booked", BOTH, {}, 1)


def test_declined(shop: Shop) -> None:
    payment = shop.pay()
    shop.bank.decline(payment.gateway_id)
    declined = shop.ask(payment)
    assert (declined.state, ledger(), expected()) == ("declined", {}, {})
    assert declined.reason in {"insufficient_funds", "484"}


def test_the_answer_to_the_order_was_lost(shop: Shop) -> None:
    shop.bank.fault("hang-up", after=True, path=CREATE[shop.provider])
    payment = shop.pay()
    assert (payment.state, payment.gateway_id) == ("created", "")
    sent = shop.ask(payment)
    assert sent.state == "sent"
    shop.bank.pay(sent.gateway_id)
    assert (shop.ask(payment).state, ledger()) == ("booked", BOTH)
    if shop.provider == "yookassa":
        assert len(shop.bank.payments) == 1


def test_the_gateway_is_down_for_a_while(shop: Shop) -> None:
    payment = shop.pay()
    shop.bank.pay(payment.gateway_id)
    for kind in ("503", "cut", "not JSON", "hang-up", "429"):
        shop.bank.fault(kind)
        assert shop.ask(payment).state == "sent"
    assert (shop.ask(payment).state, ledger()) == ("booked", BOTH)


def test_given_back_in_two_parts_one_of_them_told_late(shop: Shop) -> None:
    if shop.provider == "yookassa":
        shop.bank.needs_receipts = True
    payment = shop.pay()
    shop.bank.pay(payment.gateway_id)
    shop.ask(payment)
    first = shop.refund(payment, "100.00")
    assert first.state == "done"
    shop.bank.fault("hang-up", after=True, path=REFUND[shop.provider])
    second = shop.refund(payment, "910.00")
    assert second.state in {"created", "sent"}
    shop.now += timedelta(minutes=3)
    done = refunds.ask_refund(refund_id=second.pk, now=shop.now)
    assert done.state == "done"
    assert len(shop.bank.refunds) == 2
    assert shop.ask(payment).state == "refunded"
    assert ledger() == {"000700": Decimal(0), "000701": Decimal(0)}


def test_another_sum_than_was_asked_is_never_booked(shop: Shop) -> None:
    payment = shop.pay()
    shop.bank.pay(payment.gateway_id)
    if shop.provider == "yookassa":
        shop.bank.payments[payment.gateway_id]["amount"]["value"] = "1009.99"
    else:
        shop.bank.transactions[payment.gateway_id] |= {"amount": 1009.99, "orgAmount": 1009.99}
    held = shop.ask(payment)
    assert (held.state, held.reason, ledger()) == ("paid", "amount", {})


def test_our_key_is_wrong_and_nobody_is_declined(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv(connections.secret_name("card"), "stolen")
        payment = shop.pay()
        assert payment.state == "created"
    sent = shop.ask(payment)
    shop.bank.pay(sent.gateway_id)
    assert (shop.ask(payment).state, ledger()) == ("booked", BOTH)


def test_two_of_a_kind_in_one_portal(shop: Shop) -> None:
    """A double click is one payment, another page another."""
    first, again = shop.pay(), shop.pay()
    other = replace(shop, form_key=uuid4().hex).pay()
    assert first == again != other
    assert first.gateway_id != other.gateway_id

"""The sandbox's client against the practice bank itself: what every provider promises, and its own pages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from abonent.demo.bank import api
from abonent.demo.bank.bank import Bank
from abonent.demo.bank.books import Books
from abonent.demo.bank.keys import secret_of
from abonent.demo.bank.notices import body_of
from abonent.payments.gateway import (
    BadNotice,
    Connection,
    Fiscal,
    FiscalItem,
    Gateway,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
    RefundOrder,
)
from abonent.payments.providers.sandbox import connect
from abonent.payments.providers.sandbox.signature import SIGNATURE, TIMESTAMP, sign
from tests.payments.bank import MASTER, SandboxBank, running_bank
from tests.payments.providers import stand_in
from tests.payments.providers.contract import NOW, GatewayContract, Orders
from tests.payments.providers.test_yookassa import free_address

SHOP = "housing-card"
SECRET = secret_of(MASTER, SHOP)
MOSCOW = ZoneInfo("Europe/Moscow")
PATHS = {"create": "payments", "ask": "payments", "refund": "refunds", "ask_refund": "refunds"}
HEADERS = dict[str, str]


def connection(address: str, **changed: object) -> Connection:
    options = {"shop": SHOP, "payee": "ООО «Зелёный дом»", "address": address}
    return replace(Connection("card", options, SECRET, "RUB", MOSCOW), **changed)  # type: ignore[arg-type]


class BrokenDoor(stand_in.StandIn):
    """The bank behind a door of the tests', which has every fault that providers are tried with. It is an
    hour before NOW, when the contract's orders end."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank(Books(), clock=lambda: NOW - timedelta(hours=1))

    def answer(self, request: stand_in.Request) -> tuple[int, object]:
        return api.answer(
            self.bank,
            lambda shop: secret_of(MASTER, shop),
            method=request.method,
            what=request.path.removeprefix("/api/"),
            query=request.query,
            body=request.body,
            authorization=request.headers["Authorization"],
            address=self.address,
        )


@dataclass
class SandboxWorld:
    door: BrokenDoor
    gateway: Gateway
    impatient: Gateway
    cut_off: Gateway
    wrong_keys: Gateway
    currency: str = "RUB"
    zone: ZoneInfo = MOSCOW

    def pay(self, gateway_id: str) -> None:
        self.door.bank.choose(gateway_id, "pay")

    def decline(self, gateway_id: str) -> None:
        self.door.bank.choose(gateway_id, "decline")

    def fault(self, call: str, kind: str, *, after: bool = False) -> None:
        self.door.fault(kind, after=after, path=f"/api/{PATHS[call]}")

    def notice(self, gateway_id: str) -> tuple[bytes, HEADERS, str]:
        books, payment = self.door.bank.books, self.door.bank.payment(gateway_id)
        notice = books.one("SELECT * FROM notice WHERE payment = ?", gateway_id)
        assert payment
        assert notice
        raw = body_of(notice, payment)
        return raw, signed(raw, NOW), "127.0.0.1"

    def payments_made(self) -> int:
        return len(self.door.bank.books.all("SELECT 1 FROM payment"))

    def refunds_made(self) -> int:
        return len(self.door.bank.books.all("SELECT 1 FROM refund"))


def signed(raw: bytes, at: datetime, secret: str = SECRET) -> HEADERS:
    timestamp = int(at.timestamp())
    return {TIMESTAMP: str(timestamp), SIGNATURE: sign(secret, timestamp, raw)}


@pytest.fixture
def world() -> Iterator[SandboxWorld]:
    door = BrokenDoor()
    here = connection(door.address)
    with door.open():
        yield SandboxWorld(
            door,
            gateway=connect(here),
            impatient=connect(replace(here, read_seconds=0.12)),
            cut_off=connect(connection(free_address())),
            wrong_keys=connect(replace(here, secret="stolen")),
        )


class TestTheContract(GatewayContract):
    quick, slow = stand_in.QUICK, stand_in.SLOW


@pytest.fixture
def bank() -> Iterator[SandboxBank]:
    with running_bank() as bank:
        yield bank


@pytest.fixture
def gateway(bank: SandboxBank) -> Gateway:
    return connect(connection(bank.address))


@pytest.fixture
def orders() -> Orders:
    return Orders("RUB")


def later(hours: int = 1) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def test_the_customer_is_sent_to_a_page_that_says_who_is_paid_and_how_much(
    gateway: Gateway, orders: Orders
) -> None:
    made = gateway.create(orders("2994.41", expires_at=later()))
    with urlopen(made.confirmation_url) as page:
        text = page.read().decode()
    assert "ООО «Зелёный дом»" in text
    assert "2\u00a0994,41\u00a0₽" in text
    assert "Учебный банк: деньги не настоящие" in text


def test_the_notice_that_the_bank_sends_is_read(orders: Orders) -> None:
    heard: list[tuple[bytes, HEADERS]] = []

    def listen(address: str, raw: bytes, headers: object) -> int:
        assert isinstance(headers, dict)
        heard.append((raw, {name.lower(): value for name, value in headers.items()}))
        return 200

    with running_bank(send=listen) as bank:
        gateway, order = connect(connection(bank.address)), orders(expires_at=later())
        made = gateway.create(order)
        bank.pay_twice_told(order.key)
        bank.advance()
        notices = {gateway.read_notice(*one, address="", now=datetime.now(UTC)) for one in heard}
    (notice,) = notices
    assert len(heard) == 2
    assert (notice.gateway_id, notice.key) == (made.gateway_id, order.key)


@pytest.mark.parametrize(("seconds", "fits"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_notice_is_good_for_five_minutes(gateway: Gateway, seconds: int, fits: bool) -> None:
    raw = json.dumps({"event_id": "e", "payment": "p", "key": "k"}).encode()
    headers = signed(raw, NOW + timedelta(seconds=seconds))
    if fits:
        assert gateway.read_notice(raw, headers, address="", now=NOW).event_id == "e"
    else:
        with pytest.raises(BadNotice, match="last five minutes"):
            gateway.read_notice(raw, headers, address="", now=NOW)


def test_a_notice_of_another_key_or_time_or_body_is_forged(gateway: Gateway) -> None:
    raw = json.dumps({"event_id": "e", "payment": "p", "key": "k"}).encode()
    right = signed(raw, NOW)
    forged: list[tuple[bytes, HEADERS]] = [
        (raw, {}),
        (raw, {TIMESTAMP: right[TIMESTAMP]}),
        (raw, {SIGNATURE: right[SIGNATURE]}),
        (raw, right | {TIMESTAMP: str(int(right[TIMESTAMP]) + 1)}),
        (raw, right | {TIMESTAMP: "now"}),
        (raw, right | {TIMESTAMP: "9" * 400}),
        (raw, right | {SIGNATURE: right[SIGNATURE].upper()}),
        (raw, right | {SIGNATURE: "é"}),
        (raw.replace(b'"p"', b'"q"'), right),
        (raw + b" ", right),
        (raw, signed(raw, NOW, secret_of(MASTER, "another-shop"))),
    ]
    for body, headers in forged:
        with pytest.raises(BadNotice):
            gateway.read_notice(body, headers, address="", now=NOW)


def test_the_signature_is_what_the_protocol_says() -> None:
    """HMAC-SHA256 of `<time>.<body>`: `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`."""
    assert sign("key", 1_700_000_000, b"{}") == (
        "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    )


def test_the_amount_taken_is_told_not_the_amount_asked(
    bank: SandboxBank, gateway: Gateway, orders: Orders
) -> None:
    order = orders("100.00", expires_at=later())
    gateway.create(order)
    bank.pay_other(order.key, Decimal("99.99"))
    answer = gateway.ask(order.key, order.number, "")
    assert answer
    assert (answer.state, answer.amount) == ("succeeded", Decimal("99.99"))


def test_an_order_that_ran_out_is_cancelled_and_may_still_turn_out_paid(
    bank: SandboxBank, gateway: Gateway, orders: Orders
) -> None:
    order = orders(expires_at=later())
    made = gateway.create(order)
    bank.advance(3601)
    answer = gateway.ask(order.key, order.number, made.gateway_id)
    assert answer
    assert (answer.state, answer.reason) == ("canceled", "expired")
    bank.pay_after_all(order.key)
    answer = gateway.ask(order.key, order.number, made.gateway_id)
    assert answer
    assert (answer.state, answer.reason, answer.amount) == ("succeeded", "", order.amount)


def test_money_that_the_bank_itself_gave_back_is_told(
    bank: SandboxBank, gateway: Gateway, orders: Orders
) -> None:
    order = orders("100.00", expires_at=later())
    gateway.create(order)
    bank.pay(order.key)
    bank.refund_here(order.key, Decimal("30.00"))
    answer = gateway.ask(order.key, order.number, "")
    assert answer
    assert answer.refunded == Decimal("30.00")
    lines = gateway.statement(datetime.now(MOSCOW).date()) or []
    assert [(line.kind, line.key, line.amount) for line in lines] == [
        ("payment", order.key, Decimal("100.00")),
        ("refund", "", Decimal("30.00")),
    ]


def test_another_order_under_the_same_key_is_refused(gateway: Gateway, orders: Orders) -> None:
    order = orders("100.00", expires_at=later())
    gateway.create(order)
    with pytest.raises(GatewayRefused, match="another order has this key"):
        gateway.create(replace(order, amount=Decimal("100.01")))


def test_one_shop_sees_nothing_of_another(bank: SandboxBank, gateway: Gateway, orders: Orders) -> None:
    order = orders("100.00", expires_at=later())
    made = gateway.create(order)
    bank.pay(order.key)
    here = connection(bank.address)
    stranger = connect(
        replace(here, options={**here.options, "shop": "pes-card"}, secret=bank.secret_of("pes-card"))
    )
    assert stranger.ask(order.key, order.number, made.gateway_id) is None
    assert stranger.ask(order.key, order.number, "") is None
    assert stranger.statement(datetime.now(MOSCOW).date()) == []
    with pytest.raises(GatewayRefused):
        stranger.refund(RefundOrder("refund-1", 1, made.gateway_id, Decimal("1.00"), "RUB"))


def test_data_of_the_fiscal_receipt_stand_in_the_books(
    bank: SandboxBank, gateway: Gateway, orders: Orders
) -> None:
    items = (FiscalItem("Отопление", Decimal("99.00")), FiscalItem("Комиссия", Decimal("1.00")))
    fiscal = Fiscal(items, "alice@example.org", vat=1, tax_system=2, subject="service", mode="full_payment")
    order = orders("100.00", expires_at=later(), fiscal=fiscal)
    gateway.create(order)
    told = json.loads(bank.find(order.key)["fiscal"])
    assert told["items"] == [
        {"text": "Отопление", "amount": "99.00"},
        {"text": "Комиссия", "amount": "1.00"},
    ]
    assert (told["vat"], told["tax_system"], told["email"]) == (1, 2, "alice@example.org")


def test_a_list_cut_short_is_no_list(bank: SandboxBank, gateway: Gateway) -> None:
    for kind in ("cut", "500", "cut-after", "500-after"):
        bank.faults("statement", kind)
        with pytest.raises(GatewayUnavailable):
            gateway.statement(datetime.now(MOSCOW).date())
    assert gateway.statement(datetime.now(MOSCOW).date()) == []


def test_the_address_comes_from_the_environment_unless_the_profile_names_one(
    bank: SandboxBank, settings: Settings, orders: Orders
) -> None:
    nowhere = connection("")
    settings.SANDBOX_BANK = ""
    with pytest.raises(GatewayMisconfigured, match="ABONENT_SANDBOX_BANK"):
        connect(nowhere)
    settings.SANDBOX_BANK = bank.address
    assert connect(nowhere).create(orders(expires_at=later())).gateway_id


@pytest.mark.parametrize(
    ("options", "said"), [({}, "options.shop"), ({"shop": "a", "shpo": "b"}, "options.shpo")], ids=repr
)
def test_what_is_missing_or_misspelt_is_named(options: dict[str, str], said: str) -> None:
    with pytest.raises(GatewayMisconfigured, match=said):
        connect(connection("http://127.0.0.1:9", options=options))

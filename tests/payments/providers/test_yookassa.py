"""YooKassa over HTTP, against a stand-in that follows its published protocol."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from yookassa import Configuration

from abonent.payments.gateway import (
    BadNotice,
    Connection,
    Fiscal,
    FiscalItem,
    Gateway,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
)
from abonent.payments.providers.yookassa import connect
from tests.payments.providers import stand_in
from tests.payments.providers.contract import NOW, GatewayContract, Orders
from tests.payments.providers.yookassa_stand_in import SECRET, SHOP, YooKassa

MOSCOW = ZoneInfo("Europe/Moscow")
PUBLISHED = "185.71.76.5"
PATHS = {"create": "/payments", "ask": "/payments/", "refund": "/refunds", "ask_refund": "/refunds"}


def connection(address: str, **changed: object) -> Connection:
    options = {"shop": SHOP, "api_url": address}
    return replace(Connection("card", options, SECRET, "RUB", MOSCOW), **changed)  # type: ignore[arg-type]


def free_address() -> str:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


@dataclass
class YooKassaWorld:
    bank: YooKassa
    gateway: Gateway
    impatient: Gateway
    cut_off: Gateway
    wrong_keys: Gateway
    currency: str = "RUB"
    zone: ZoneInfo = MOSCOW

    def pay(self, gateway_id: str) -> None:
        self.bank.pay(gateway_id)

    def decline(self, gateway_id: str) -> None:
        self.bank.decline(gateway_id)

    def fault(self, call: str, kind: str, *, after: bool = False) -> None:
        self.bank.fault(kind, after=after, path=PATHS[call])

    def notice(self, gateway_id: str) -> tuple[bytes, dict[str, str], str]:
        return self.bank.notice(self.bank.payments[gateway_id]), {}, PUBLISHED

    def payments_made(self) -> int:
        return len(self.bank.payments)

    def refunds_made(self) -> int:
        return len(self.bank.refunds)


@pytest.fixture
def world() -> Iterator[YooKassaWorld]:
    bank = YooKassa()
    here = connection(bank.address)
    with bank.open():
        yield YooKassaWorld(
            bank,
            gateway=connect(here),
            impatient=connect(replace(here, read_seconds=0.12)),
            cut_off=connect(connection(free_address())),
            wrong_keys=connect(replace(here, secret="stolen")),
        )


@pytest.fixture
def orders() -> Orders:
    return Orders("RUB")


class TestTheContract(GatewayContract):
    quick, slow = stand_in.QUICK, stand_in.SLOW


FISCAL = Fiscal(
    items=(
        FiscalItem("Холодное водоснабжение " * 8, Decimal("900.50")),
        FiscalItem("Комиссия", Decimal("9.01")),
    ),
    email="alice@example.ru",
    vat=1,
    tax_system=2,
    subject="service",
    mode="full_payment",
)


def test_what_is_sent(world: YooKassaWorld, orders: Orders) -> None:
    order = orders("909.51")
    world.gateway.create(order)
    [request] = world.bank.seen
    assert request.headers["Idempotence-Key"] == order.key
    assert request.values == {
        "amount": {"value": "909.51", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": order.return_url, "locale": "ru_RU"},
        "description": order.description[:128],
        "metadata": {"key": order.key, "number": "123", "cms_name": "yookassa_sdk_python"},
    }


def test_the_receipt_of_54_fz(world: YooKassaWorld, orders: Orders) -> None:
    world.bank.needs_receipts = True
    with pytest.raises(GatewayRefused, match="Receipt is missing"):
        world.gateway.create(orders("909.51"))
    world.gateway.create(orders("909.51", fiscal=FISCAL))
    receipt = world.bank.seen[-1].values["receipt"]
    assert receipt["customer"] == {"email": "alice@example.ru"}
    assert receipt["tax_system_code"] == 2
    assert receipt["items"][1] == {
        "description": "Комиссия",
        "quantity": "1.0",
        "amount": {"value": "9.01", "currency": "RUB"},
        "vat_code": 1,
        "payment_subject": "service",
        "payment_mode": "full_payment",
    }


def test_a_receipt_that_does_not_add_up_is_refused(world: YooKassaWorld, orders: Orders) -> None:
    with pytest.raises(GatewayRefused, match="Receipt amount does not match"):
        world.gateway.create(orders("909.52", fiscal=FISCAL))


def test_a_receipt_for_nobody_is_refused_before_it_is_sent(world: YooKassaWorld, orders: Orders) -> None:
    with pytest.raises(GatewayRefused, match="YooKassa would not take it"):
        world.gateway.create(orders("909.51", fiscal=replace(FISCAL, email="")))
    assert world.bank.seen == []


def test_a_refund_of_a_part_carries_its_receipt(world: YooKassaWorld, orders: Orders) -> None:
    world.bank.needs_receipts = True
    gateway_id = world.gateway.create(orders("909.51", fiscal=FISCAL)).gateway_id
    world.pay(gateway_id)
    part = GatewayContract().refund_of(world, gateway_id, "100.00")
    with pytest.raises(GatewayRefused, match="Receipt is missing"):
        world.gateway.refund(part)
    fiscal = replace(FISCAL, items=(FiscalItem("Вода", Decimal("100.00")),))
    assert world.gateway.refund(replace(part, fiscal=fiscal)).state == "succeeded"
    assert world.bank.seen[-1].values["receipt"]["items"][0]["amount"]["value"] == "100.00"


def test_a_key_used_for_something_else_leaves_open_what_happened(
    world: YooKassaWorld, orders: Orders
) -> None:
    order = orders("909.51")
    world.gateway.create(order)
    with pytest.raises(GatewayUnavailable, match="Idempotence key duplicated"):
        world.gateway.create(replace(order, amount=Decimal("1.00")))
    assert world.payments_made() == 1


def test_a_payment_paid_meanwhile_has_no_address_any_more(world: YooKassaWorld, orders: Orders) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.pay(gateway_id)
    again = world.gateway.create(order)
    assert (again.gateway_id, again.confirmation_url) == (gateway_id, "")


def test_a_state_nobody_told_us_of_is_not_guessed_at(world: YooKassaWorld, orders: Orders) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.bank.payments[gateway_id]["status"] = "frozen"
    with pytest.raises(GatewayUnavailable):
        world.gateway.ask(order.key, order.number, gateway_id)


def test_what_waits_for_capture_is_not_paid_yet(world: YooKassaWorld, orders: Orders) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.bank.payments[gateway_id]["status"] = "waiting_for_capture"
    answer = world.gateway.ask(order.key, order.number, gateway_id)
    assert answer is not None
    assert answer.state == "pending"


@pytest.mark.parametrize(
    "amount",
    [None, {}, {"value": "1.00"}, {"currency": "RUB"}]
    + [{"value": value, "currency": "RUB"} for value in ("many", "NaN", "inf", "-1.00", None)],
)
def test_an_amount_that_is_none(world: YooKassaWorld, orders: Orders, amount: object) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.bank.payments[gateway_id]["amount"] = amount
    with pytest.raises(GatewayUnavailable):
        world.gateway.ask(order.key, order.number, gateway_id)


def test_an_id_that_the_shop_does_not_know(world: YooKassaWorld, orders: Orders) -> None:
    gateway_id = world.gateway.create(orders()).gateway_id
    refund = GatewayContract().refund_of(world, "21740069-000f-50be-b000-0486ffbf45b0", "100.00")
    assert world.gateway.ask("some key", 1, refund.gateway_id) is None
    assert world.gateway.ask_refund(refund, "216749f7-0016-50be-b000-078d43a63ae4") is None
    assert world.gateway.ask("some key", 1, gateway_id) is not None
    with pytest.raises(GatewayRefused, match="no such payment"):
        world.gateway.refund(refund)


def test_two_shops_at_once_have_their_own_keys(world: YooKassaWorld, orders: Orders) -> None:
    with pytest.raises(GatewayUnavailable, match="Authentication"):
        world.wrong_keys.create(orders())
    world.gateway.create(orders())
    assert (Configuration.account_id, Configuration.secret_key) == (None, None)


def test_a_payment_is_looked_for_page_after_page(
    world: YooKassaWorld, orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abonent.payments.providers.yookassa.requests.PAGE", 2)
    asked = [orders() for _ in range(5)]
    ids = [world.gateway.create(order).gateway_id for order in asked]
    oldest = world.gateway.ask(asked[0].key, asked[0].number, "")
    assert oldest is not None
    assert oldest.gateway_id == ids[0]
    monkeypatch.setattr("abonent.payments.providers.yookassa.shop.LOOKED_THROUGH", 2)
    with pytest.raises(GatewayUnavailable, match="goes on after 2 pages"):
        world.gateway.ask(asked[0].key, asked[0].number, "")


def test_a_statement_is_of_the_day_in_the_portals_zone(
    world: YooKassaWorld, orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20:59:59 UTC is the 20th of November in Moscow, 21:00 the 21st."""
    monkeypatch.setattr("abonent.payments.providers.yookassa.requests.PAGE", 2)
    asked = [orders(f"{number}00.10") for number in range(1, 6)]
    ids = [world.gateway.create(order).gateway_id for order in asked]
    for gateway_id, moment in zip(
        ids,
        ["19T20:59:59.999", "19T21:00:00.000", "20T10:00:00.000", "20T20:59:59.999", "20T21:00:00.000"],
        strict=True,
    ):
        world.pay(gateway_id)
        world.bank.payments[gateway_id]["captured_at"] = f"2026-11-{moment}Z"
    lines = world.gateway.statement(date(2026, 11, 20))
    assert lines is not None
    assert {line.key for line in lines} == {order.key for order in asked[1:4]}
    assert sum(line.amount for line in lines) == Decimal("900.30")
    assert [line.commission for line in lines if line.amount == Decimal("200.10")] == [Decimal("7.00")]


@pytest.mark.parametrize("kind", stand_in.QUICK)
def test_a_statement_that_breaks_off_is_none(world: YooKassaWorld, orders: Orders, kind: str) -> None:
    world.pay(world.gateway.create(orders()).gateway_id)
    world.bank.fault(kind, path="/refunds")
    with pytest.raises(GatewayUnavailable):
        world.gateway.statement(date(2026, 11, 20))


def test_notices_of_refunds_name_their_payment(world: YooKassaWorld, orders: Orders) -> None:
    gateway_id = world.gateway.create(orders()).gateway_id
    world.pay(gateway_id)
    made = world.gateway.refund(GatewayContract().refund_of(world, gateway_id, "100.00"))
    raw = world.bank.notice(world.bank.refunds[made.gateway_id], "refund")
    notice = world.gateway.read_notice(raw, {}, address=PUBLISHED, now=NOW)
    assert (notice.gateway_id, notice.event_id) == (gateway_id, f"refund.succeeded:{made.gateway_id}")


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("185.71.76.31", True),
        ("185.71.76.32", False),
        ("77.75.156.11", True),
        ("::ffff:77.75.156.11", True),
        ("2a02:5180:0:1509::5", True),
        ("203.0.113.9", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_notices_come_from_the_published_networks_only(
    world: YooKassaWorld, orders: Orders, address: str, taken: bool
) -> None:
    raw, headers, _ = world.notice(world.gateway.create(orders()).gateway_id)
    if taken:
        assert world.gateway.read_notice(raw, headers, address=address, now=NOW).gateway_id
    else:
        with pytest.raises(BadNotice, match="not from an address"):
            world.gateway.read_notice(raw, headers, address=address, now=NOW)


@pytest.mark.parametrize("event", ["payout.succeeded", "payment.succeeded; --", "payment_method.active"])
def test_notices_of_other_things_are_not_taken(world: YooKassaWorld, orders: Orders, event: str) -> None:
    raw, headers, address = world.notice(world.gateway.create(orders()).gateway_id)
    changed = json.dumps(json.loads(raw) | {"event": event}).encode()
    with pytest.raises(BadNotice):
        world.gateway.read_notice(changed, headers, address=address, now=NOW)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": {}}, "options.shop is missing"),
        ({"options": {"shop": "1", "shopid": "1"}}, "options.shopid is not known"),
        ({"currency": "KZT"}, "YooKassa takes RUB, the portal's currency is KZT"),
        ({"options": {"shop": "1", "api_url": "http://api.yookassa.ru/v3"}}, "must begin with https://"),
        (
            {"options": {"shop": "1", "notice_addresses": "10.0.0.1/8"}},
            "options.notice_addresses: 10.0.0.1/8",
        ),
    ],
)
def test_what_is_missing_is_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(GatewayMisconfigured, match=message):
        connect(connection("https://api.yookassa.ru/v3", **changed))

"""Halyk ePay over HTTP, against a stand-in that follows its published protocol."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from abonent.payments.gateway import (
    BadNotice,
    Connection,
    Gateway,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
)
from abonent.payments.providers.halyk import connect
from tests.payments.providers import stand_in
from tests.payments.providers.contract import NOW, GatewayContract, Orders
from tests.payments.providers.halyk_stand_in import CLIENT, SECRET, SHOP, TERMINAL, HalykBank
from tests.payments.providers.test_yookassa import free_address

PATHS = {"create": "/invoice", "ask": "/check-status", "refund": "/operation", "ask_refund": "/check-status"}
ALMATY = ZoneInfo("Asia/Almaty")
ANYWHERE = "203.0.113.9"


def connection(address: str, secret: str = SECRET, read_seconds: float = 15, **options: str) -> Connection:
    given = {"client_id": CLIENT, "terminal": TERMINAL, "shop": SHOP}
    given |= {"oauth_url": f"{address}/oauth2/token", "api_url": address} | options
    return Connection("card", given, secret, "KZT", ALMATY, read_seconds)


@dataclass
class HalykWorld:
    bank: HalykBank
    gateway: Gateway
    impatient: Gateway
    cut_off: Gateway
    wrong_keys: Gateway
    currency: str = "KZT"
    zone: ZoneInfo = ALMATY

    def pay(self, gateway_id: str) -> None:
        self.bank.pay(gateway_id)

    def decline(self, gateway_id: str) -> None:
        self.bank.decline(gateway_id)

    def fault(self, call: str, kind: str, *, after: bool = False) -> None:
        self.bank.fault(kind, after=after, path=PATHS[call])

    def notice(self, gateway_id: str) -> tuple[bytes, dict[str, str], str]:
        return self.bank.notice(gateway_id), {}, ANYWHERE

    def payments_made(self) -> int:
        """Numbers, not links: a link whose address was lost leads nobody anywhere."""
        return len(self.bank.invoices)

    def refunds_made(self) -> int:
        return len(self.bank.refunds)


@pytest.fixture
def world() -> Iterator[HalykWorld]:
    bank = HalykBank()
    with bank.open():
        yield HalykWorld(
            bank,
            gateway=connect(connection(bank.address)),
            impatient=connect(connection(bank.address, read_seconds=0.12)),
            cut_off=connect(connection(free_address())),
            wrong_keys=connect(connection(bank.address, "stolen")),
        )


@pytest.fixture
def orders() -> Orders:
    return Orders("KZT")


class TestTheContract(GatewayContract):
    quick, slow = stand_in.QUICK, stand_in.SLOW


def paths(world: HalykWorld) -> list[str]:
    return [request.path for request in world.bank.seen]


def test_what_is_sent(world: HalykWorld, orders: Orders) -> None:
    order = orders("1234.50", language="kk")
    made = world.gateway.create(order)
    assert made.gateway_id == "000000123"
    asked = world.bank.seen[-1].values
    assert asked == {
        "shop_id": SHOP,
        "account_id": "1000123",
        "invoice_id": "000000123",
        "amount": 1234.5,
        "currency": "KZT",
        "language": "kaz",
        "description": order.description[:125],
        "expire_period": "1d",
        "post_link": order.notice_url,
        "failure_post_link": order.notice_url,
        "back_link": order.return_url,
        "failure_back_link": order.return_url,
    }


def test_nobody_is_mailed_a_link_of_his_own(world: HalykWorld, orders: Orders) -> None:
    """A second way to the same invoice would be a second payment."""
    world.gateway.create(orders())
    assert not [name for name in world.bank.seen[-1].values if "contact" in name]


def test_the_secret_of_a_notice_differs_for_each_invoice(world: HalykWorld, orders: Orders) -> None:
    for order in (orders(), orders()):
        world.gateway.create(order)
    hashes = {asked["secret_hash"] for asked in world.bank.tokens.values() if "secret_hash" in asked}
    assert len(hashes) == 2
    assert not [one for one in hashes if SECRET in one]


def test_numbers_may_begin_higher(world: HalykWorld, orders: Orders) -> None:
    later = connect(connection(world.bank.address, number_from="700000000000000"))
    order = orders()
    assert later.create(order).gateway_id == "700000000000123"
    world.pay("700000000000123")
    answer = later.ask(order.key, order.number, "")
    assert answer is not None
    assert answer.state == "succeeded"
    with pytest.raises(GatewayRefused, match="15 digits at most"):
        later.create(orders(number=10**15))


def test_a_token_is_kept_for_questions(world: HalykWorld, orders: Orders) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    for _ in range(3):
        world.gateway.ask(order.key, order.number, gateway_id)
    assert paths(world).count("/oauth2/token") == 2  # one for questions, one for the invoice


def test_a_token_that_ended_before_its_time_is_fetched_anew(world: HalykWorld, orders: Orders) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.pay(gateway_id)
    world.bank.expire_tokens()
    answer = world.gateway.ask(order.key, order.number, gateway_id)
    assert answer is not None
    assert answer.state == "succeeded"
    world.bank.expire_tokens()
    assert world.gateway.refund(GatewayContract().refund_of(world, gateway_id, "100.00")).state == "succeeded"
    assert len(world.bank.refunds) == 1


def test_a_token_is_given_up_shortly_before_it_ends(world: HalykWorld, orders: Orders) -> None:
    world.bank.token_lives = 59
    order = orders()
    for _ in range(3):
        assert world.gateway.ask(order.key, order.number, "") is None
    assert paths(world).count("/oauth2/token") == 3


@pytest.mark.parametrize("lives", ["soon", None, [], {}])
def test_a_token_without_its_life_is_none(world: HalykWorld, orders: Orders, lives: object) -> None:
    world.bank.token_lives = lives
    with pytest.raises(GatewayUnavailable):
        world.gateway.create(orders())


@pytest.mark.parametrize("kind", stand_in.QUICK)
def test_a_token_that_does_not_come(world: HalykWorld, orders: Orders, kind: str) -> None:
    world.bank.fault(kind, path="/oauth2/token")
    with pytest.raises(GatewayUnavailable):
        world.gateway.create(orders())
    assert world.bank.invoices == {}


@pytest.mark.parametrize("kind", stand_in.SLOW)
def test_a_token_is_not_waited_for(world: HalykWorld, orders: Orders, kind: str) -> None:
    world.bank.fault(kind, path="/oauth2/token")
    with pytest.raises(GatewayUnavailable):
        world.impatient.create(orders())
    assert world.bank.invoices == {}


def test_a_link_that_nobody_used_is_pending_and_an_unknown_number_is_unknown(
    world: HalykWorld, orders: Orders
) -> None:
    order = orders()
    assert world.gateway.ask(order.key, order.number, "") is None
    gateway_id = world.gateway.create(order).gateway_id
    answer = world.gateway.ask(order.key, order.number, gateway_id)
    assert answer is not None
    assert (answer.state, answer.amount) == ("pending", Decimal(0))


def test_a_number_that_is_paid_already_gets_no_second_link(world: HalykWorld, orders: Orders) -> None:
    order = orders()
    world.pay(world.gateway.create(order).gateway_id)
    with pytest.raises(GatewayUnavailable, match="known to the bank already"):
        world.gateway.create(order)
    assert len(world.bank.invoices["000000123"]) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CHARGE", "succeeded"),
        ("AUTH", "pending"),
        ("NEW", "pending"),
        ("3D", "pending"),
        ("FINGERPRINT", "pending"),
        ("", "pending"),
        ("SOMETHING_NEW", "pending"),
        ("CANCEL", "canceled"),
        ("CANCEL_OLD", "canceled"),
        ("REJECT", "canceled"),
        ("FAILED", "canceled"),
    ],
)
def test_states(world: HalykWorld, orders: Orders, status: str, state: str) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.bank.pay(gateway_id, status)
    answer = world.gateway.ask(order.key, order.number, gateway_id)
    assert answer is not None
    assert (answer.state, answer.amount) == (state, order.amount)
    assert (answer.paid_at is not None) == (state == "succeeded")
    assert bool(answer.reason) == (state == "canceled")


@pytest.mark.parametrize("code", ["103", "104", "107", "109", "", "999"])
@pytest.mark.parametrize("status", [200, 400])
def test_codes_that_say_nothing_of_the_payment(
    world: HalykWorld, orders: Orders, code: str, status: int
) -> None:
    order = orders()
    world.pay(world.gateway.create(order).gateway_id)
    known = world.bank.transactions["000000123"]
    told = {"resultCode": code, "resultMessage": "try again later", "transaction": known}
    world.bank.result = status, told
    with pytest.raises(GatewayUnavailable, match="try again later"):
        world.gateway.ask(order.key, order.number, "")


def test_not_found_may_come_as_an_error_of_http(world: HalykWorld, orders: Orders) -> None:
    order = orders()
    world.bank.result = 404, {"resultCode": "102", "resultMessage": "Invoice ID not found"}
    assert world.gateway.ask(order.key, order.number, "") is None
    world.bank.result = 404, {"code": 100, "message": "no such page"}
    with pytest.raises(GatewayUnavailable, match="no such page"):
        world.gateway.ask(order.key, order.number, "")


@pytest.mark.parametrize("amount", ["many", -1, "NaN", [], True, "1e400"])
def test_an_amount_that_is_none(world: HalykWorld, orders: Orders, amount: object) -> None:
    order = orders()
    gateway_id = world.gateway.create(order).gateway_id
    world.pay(gateway_id)
    world.bank.transactions[gateway_id]["amount"] = amount
    with pytest.raises(GatewayUnavailable):
        world.gateway.ask(order.key, order.number, gateway_id)


@pytest.mark.parametrize(
    ("told", "refunded"),
    [
        ({"amount": 12.22, "payoutAmount": 10, "orgAmount": 22.22}, "10.00"),  # as in the documents
        ({"amount": 12.22, "payoutAmount": 10, "orgAmount": None}, "10.00"),
        ({"amount": 12.22, "payoutAmount": 0, "orgAmount": 22.22}, "10.00"),
        ({"amount": 22.22, "payoutAmount": 10, "orgAmount": 22.22}, "10.00"),
        ({"amount": 0, "payoutAmount": 22.22, "orgAmount": 22.22, "statusName": "REFUND"}, "22.22"),
        ({"amount": 22.22, "payoutAmount": 0, "orgAmount": 22.22, "statusName": "REFUND"}, "22.22"),
        ({"amount": 22.22, "payoutAmount": 0, "orgAmount": None}, "0.00"),
    ],
)
def test_what_was_charged_and_what_was_given_back(
    world: HalykWorld, orders: Orders, told: dict[str, object], refunded: str
) -> None:
    order = orders("22.22")
    gateway_id = world.gateway.create(order).gateway_id
    world.pay(gateway_id)
    world.bank.transactions[gateway_id] |= told
    answer = world.gateway.ask(order.key, order.number, gateway_id)
    assert answer is not None
    assert (answer.state, answer.amount, answer.refunded) == ("succeeded", order.amount, Decimal(refunded))


def test_ten_tenge_are_the_least_that_is_given_back(world: HalykWorld, orders: Orders) -> None:
    gateway_id = world.gateway.create(orders()).gateway_id
    world.pay(gateway_id)
    with pytest.raises(GatewayRefused, match="10 tenge at least"):
        world.gateway.refund(GatewayContract().refund_of(world, gateway_id, "9.99"))
    assert "/operation" not in "".join(paths(world))


def test_a_refund_made_in_the_banks_cabinet_is_not_taken_for_ours(world: HalykWorld, orders: Orders) -> None:
    gateway_id = world.gateway.create(orders("1000.00")).gateway_id
    world.pay(gateway_id)
    world.bank.transactions[gateway_id] |= {"amount": 950, "payoutAmount": 50}
    with pytest.raises(GatewayUnavailable, match="look at its cabinet"):
        world.gateway.refund(GatewayContract().refund_of(world, gateway_id, "100.00"))
    assert world.bank.refunds == []


def test_there_is_no_list_of_a_day(world: HalykWorld) -> None:
    assert world.gateway.statement(date(2026, 11, 20)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"secret_hash": ""},
        {"secret_hash": "0" * 32},
        {"secret_hash": None},
        {"secret_hash": "қ"},
        {"invoiceId": "000000124"},
        {"invoiceId": "12345"},
        {"invoiceId": "../../123456"},
        {"id": "a b"},
        {"code": ""},
    ],
)
def test_a_forged_notice(world: HalykWorld, orders: Orders, changed: dict[str, object]) -> None:
    gateway_id = world.gateway.create(orders()).gateway_id
    world.pay(gateway_id)
    raw = world.bank.notice(gateway_id, **changed)
    with pytest.raises(BadNotice):
        world.gateway.read_notice(raw, {}, address=ANYWHERE, now=NOW)


def test_a_notice_says_nothing_of_the_money(world: HalykWorld, orders: Orders) -> None:
    gateway_id = world.gateway.create(orders()).gateway_id
    world.pay(gateway_id)
    raw = world.bank.notice(gateway_id, amount=1, code="ok")
    assert world.gateway.read_notice(raw, {}, address=ANYWHERE, now=NOW).gateway_id == gateway_id


def test_notices_without_the_secret_are_taken_from_named_networks_only(
    world: HalykWorld, orders: Orders
) -> None:
    named = connection(world.bank.address, notice_secret="off", notice_addresses="192.0.2.0/24, 198.51.100.7")
    gateway = connect(named)
    gateway_id = gateway.create(orders()).gateway_id
    world.pay(gateway_id)
    raw = json.dumps({"invoiceId": gateway_id, "code": "ok", "id": "1"}).encode()
    assert gateway.read_notice(raw, {}, address="192.0.2.9", now=NOW).gateway_id == gateway_id
    with pytest.raises(BadNotice, match="not from an address of the bank"):
        gateway.read_notice(raw, {}, address="198.51.100.8", now=NOW)
    for number in ("12345", "../../123456", "1" * 16):
        raw = json.dumps({"invoiceId": number, "code": "ok", "id": "1"}).encode()
        with pytest.raises(BadNotice, match="of something else"):
            gateway.read_notice(raw, {}, address="192.0.2.9", now=NOW)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"client_id": ""}, "options.client_id is missing"),
        ({"terminal": " "}, "options.terminal is missing"),
        ({"shop": ""}, "options.shop is missing"),
        ({"currency": "KZT"}, "options.currency is not known"),
        ({"number_from": "-1"}, "options.number_from is a whole number, not '-1'"),
        ({"expire_period": "soon"}, "options.expire_period is like 1d, not 'soon'"),
        ({"notice_secret": "no"}, "options.notice_secret is on or off, not 'no'"),
        ({"notice_secret": "off"}, "options.notice_addresses is missing"),
        ({"api_url": "http://epay-api.homebank.kz"}, "options.api_url must begin with https://"),
        ({"oauth_url": "epay-oauth.homebank.kz"}, "options.oauth_url must begin with https://"),
    ],
)
def test_what_is_missing_is_named(options: dict[str, str], message: str) -> None:
    with pytest.raises(GatewayMisconfigured, match=message):
        connect(connection("https://epay.example", **options))


def test_it_takes_tenge(world: HalykWorld) -> None:
    with pytest.raises(GatewayMisconfigured, match="Halyk ePay takes KZT, the portal's currency is RUB"):
        connect(replace(connection(world.bank.address), currency="RUB"))

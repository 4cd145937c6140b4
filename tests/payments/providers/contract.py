"""What every provider promises (payments/gateway.py), tested over real HTTP against its stand-in.

A provider's tests subclass `GatewayContract` and give it a `world`: see test_yookassa.py.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

from abonent.payments.gateway import (
    Answer,
    BadNotice,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Order,
    RefundOrder,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class World(Protocol):
    """A provider and the stand-in of its gateway."""

    gateway: Gateway
    impatient: Gateway
    """The same, giving up after a moment: for answers that do not come."""
    cut_off: Gateway
    """The same, where nobody listens."""
    wrong_keys: Gateway
    currency: str
    zone: ZoneInfo

    def pay(self, gateway_id: str) -> None: ...

    def decline(self, gateway_id: str) -> None: ...

    def fault(self, call: str, kind: str, *, after: bool = False) -> None:
        """Strikes the next such call: create, ask, refund."""

    def notice(self, gateway_id: str) -> tuple[bytes, dict[str, str], str]:
        """What the gateway sends when the payment has changed: body, headers, from where."""

    def payments_made(self) -> int: ...

    def refunds_made(self) -> int: ...


@dataclass
class Orders:
    currency: str
    number: int = field(default=122)

    def __call__(self, amount: str = "1234.56", **changed: Any) -> Order:
        self.number += 1
        order = Order(
            key=f"payment-{self.number}-key00",
            number=self.number,
            amount=Decimal(amount),
            currency=self.currency,
            description="Оплата услуг, лицевой счёт 1000123 " * 10,
            return_url=f"https://lk.example/pay/{self.number}/",
            notice_url="https://lk.example/api/gateways/card/notice/",
            language="ru",
            expires_at=NOW,
            email="alice@example.kz",
            customer_account="1000123",
        )
        return replace(order, **changed)


class GatewayContract:
    #: Faults that the stand-in knows, quick ones and ones that need an impatient caller.
    quick: tuple[str, ...]
    slow: tuple[str, ...]

    @pytest.fixture
    def orders(self, world: World) -> Orders:
        return Orders(world.currency)

    def paid(self, world: World, order: Order) -> str:
        gateway_id = world.gateway.create(order).gateway_id
        world.pay(gateway_id)
        return gateway_id

    def ask(self, world: World, order: Order, gateway_id: str = "") -> Answer:
        found = world.gateway.ask(order.key, order.number, gateway_id)
        assert found is not None
        return found

    def refund_of(
        self, world: World, gateway_id: str, amount: str, number: int = 1, before: str = "0"
    ) -> RefundOrder:
        key = f"refund-{number}-of-key00"
        return RefundOrder(key, number, gateway_id, Decimal(amount), world.currency, Decimal(before))

    def test_a_payment_is_made_and_the_customer_is_sent_on(self, world: World, orders: Orders) -> None:
        made = world.gateway.create(orders())
        assert made.gateway_id
        assert made.confirmation_url.startswith("http")

    def test_a_payment_waits_and_then_is_paid_to_the_kopeck(self, world: World, orders: Orders) -> None:
        order = orders("1234567.89")
        gateway_id = world.gateway.create(order).gateway_id
        assert self.ask(world, order, gateway_id).state == "pending"
        world.pay(gateway_id)
        answer = self.ask(world, order, gateway_id)
        assert (answer.state, answer.amount, answer.currency) == ("succeeded", order.amount, world.currency)
        assert (answer.gateway_id, answer.refunded) == (gateway_id, Decimal(0))
        assert answer.paid_at is not None
        assert answer.paid_at.tzinfo is not None

    def test_a_declined_one_says_why(self, world: World, orders: Orders) -> None:
        order = orders()
        gateway_id = world.gateway.create(order).gateway_id
        world.decline(gateway_id)
        answer = self.ask(world, order, gateway_id)
        assert answer.state == "canceled"
        assert answer.reason

    def test_a_payment_is_found_by_our_name_of_it(self, world: World, orders: Orders) -> None:
        first, order, last = orders("10.01"), orders("20.02"), orders("30.03")
        ids = [self.paid(world, one) for one in (first, order, last)]
        assert self.ask(world, order).gateway_id == ids[1]
        assert self.ask(world, order).amount == Decimal("20.02")

    def test_an_unknown_one_is_unknown(self, world: World, orders: Orders) -> None:
        self.paid(world, orders())
        stranger = orders()
        assert world.gateway.ask(stranger.key, stranger.number, "") is None

    def test_the_same_order_again_is_the_same_payment(self, world: World, orders: Orders) -> None:
        order = orders()
        first, again = world.gateway.create(order), world.gateway.create(order)
        assert first.gateway_id == again.gateway_id
        assert world.payments_made() == 1

    def test_an_order_whose_answer_was_lost_is_one_payment(self, world: World, orders: Orders) -> None:
        order = orders()
        world.fault("create", "cut", after=True)
        with pytest.raises(GatewayUnavailable):
            world.gateway.create(order)
        gateway_id = world.gateway.create(order).gateway_id
        world.pay(gateway_id)
        assert self.ask(world, order).gateway_id == gateway_id
        assert world.payments_made() == 1

    def test_money_is_given_back_in_parts(self, world: World, orders: Orders) -> None:
        order = orders("1000.05")
        gateway_id = self.paid(world, order)
        part = self.refund_of(world, gateway_id, "300.02")
        answer = world.gateway.refund(part)
        assert (answer.state, answer.amount) == ("succeeded", Decimal("300.02"))
        assert answer.gateway_id
        found = world.gateway.ask_refund(part, answer.gateway_id)
        assert found == answer
        rest = self.refund_of(world, gateway_id, "700.03", 2, before="300.02")
        world.gateway.refund(rest)
        whole = self.ask(world, order, gateway_id)
        assert (whole.state, whole.amount, whole.refunded) == ("succeeded", order.amount, order.amount)

    def test_never_more_than_was_paid(self, world: World, orders: Orders) -> None:
        gateway_id = self.paid(world, orders("1000.00"))
        with pytest.raises(GatewayRefused):
            world.gateway.refund(self.refund_of(world, gateway_id, "1000.01"))
        world.gateway.refund(self.refund_of(world, gateway_id, "900.00"))
        with pytest.raises(GatewayRefused):
            world.gateway.refund(self.refund_of(world, gateway_id, "100.01", 2, before="900.00"))
        assert world.refunds_made() == 1

    def test_not_of_a_payment_that_was_not_paid(self, world: World, orders: Orders) -> None:
        gateway_id = world.gateway.create(orders()).gateway_id
        with pytest.raises(GatewayRefused):
            world.gateway.refund(self.refund_of(world, gateway_id, "100.00"))

    def test_a_refund_sent_twice_is_one(self, world: World, orders: Orders) -> None:
        order = orders("1000.00")
        refund = self.refund_of(world, self.paid(world, order), "400.00")
        assert world.gateway.ask_refund(refund, "") is None
        first, again = world.gateway.refund(refund), world.gateway.refund(refund)
        assert first == again
        assert self.ask(world, order).refunded == Decimal("400.00")
        assert world.refunds_made() == 1

    @pytest.mark.parametrize("kind", ["500", "hang-up"])
    def test_a_refund_whose_answer_was_lost_is_one(self, world: World, orders: Orders, kind: str) -> None:
        order = orders("1000.00")
        refund = self.refund_of(world, self.paid(world, order), "400.00")
        world.fault("refund", kind, after=True)
        with pytest.raises(GatewayUnavailable):
            world.gateway.refund(refund)
        found = world.gateway.ask_refund(refund, "")
        assert found is not None
        assert (found.state, found.amount) == ("succeeded", Decimal("400.00"))
        world.gateway.refund(refund)
        assert self.ask(world, order).refunded == Decimal("400.00")
        assert world.refunds_made() == 1

    def calls(self, world: World, gateway: Gateway, orders: Orders) -> dict[str, Callable[[], object]]:
        order = orders("1000.00")
        gateway_id = self.paid(world, order)
        refund = self.refund_of(world, gateway_id, "100.00")
        return {
            "create": lambda: gateway.create(orders()),
            "ask": lambda: gateway.ask(order.key, order.number, gateway_id),
            "refund": lambda: gateway.refund(refund),
            "ask_refund": lambda: gateway.ask_refund(refund, "some-refund"),
        }

    @pytest.mark.parametrize("call", ["create", "ask", "refund", "ask_refund"])
    def test_whatever_is_wrong_with_the_answer_nobody_knows_what_happened(
        self, world: World, orders: Orders, call: str
    ) -> None:
        make = self.calls(world, world.gateway, orders)[call]
        for kind in self.quick:
            world.fault(call, kind)
            with pytest.raises(GatewayUnavailable):
                make()

    @pytest.mark.parametrize("call", ["create", "ask", "refund"])
    def test_an_answer_that_does_not_come_is_not_waited_for(
        self, world: World, orders: Orders, call: str
    ) -> None:
        for kind in self.slow:
            make = self.calls(world, world.impatient, orders)[call]
            world.fault(call, kind)
            with pytest.raises(GatewayUnavailable):
                make()

    def test_nobody_there(self, world: World, orders: Orders) -> None:
        for make in self.calls(world, world.cut_off, orders).values():
            with pytest.raises(GatewayUnavailable):
                make()

    def test_our_own_wrong_keys_decline_nobody(self, world: World, orders: Orders) -> None:
        for make in self.calls(world, world.wrong_keys, orders).values():
            with pytest.raises(GatewayUnavailable):
                make()

    def test_errors_do_not_name_the_secret(self, world: World, orders: Orders) -> None:
        for make in self.calls(world, world.wrong_keys, orders).values():
            with pytest.raises((GatewayRefused, GatewayUnavailable)) as raised:
                make()
            assert "secret" not in str(raised.value).lower().replace("invalid client secret", "")

    def test_a_notice_names_the_payment_and_is_the_same_each_time(self, world: World, orders: Orders) -> None:
        order = orders()
        gateway_id = self.paid(world, order)
        raw, headers, address = world.notice(gateway_id)
        notice = world.gateway.read_notice(raw, headers, address=address, now=NOW)
        assert notice.gateway_id == gateway_id or notice.key == order.key
        assert notice == world.gateway.read_notice(raw, headers, address=address, now=NOW)
        assert 0 < len(notice.event_id) <= 100

    def test_events_differ(self, world: World, orders: Orders) -> None:
        names = set()
        for order in (orders(), orders()):
            raw, headers, address = world.notice(self.paid(world, order))
            names.add(world.gateway.read_notice(raw, headers, address=address, now=NOW).event_id)
        assert len(names) == 2

    @pytest.mark.parametrize(
        "raw", [b"", b"{}", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"event": 1}', b"[" * 5000], ids=repr
    )
    def test_rubbish_is_no_notice(self, world: World, orders: Orders, raw: bytes) -> None:
        _, headers, address = world.notice(self.paid(world, orders()))
        with pytest.raises(BadNotice):
            world.gateway.read_notice(raw, headers, address=address, now=NOW)

    def test_a_notice_cut_short_is_none(self, world: World, orders: Orders) -> None:
        raw, headers, address = world.notice(self.paid(world, orders()))
        with pytest.raises(BadNotice):
            world.gateway.read_notice(raw[:-10], headers, address=address, now=NOW)

    def test_the_day_is_listed_or_there_is_no_list(self, world: World, orders: Orders) -> None:
        order = orders("1000.00")
        gateway_id = self.paid(world, order)
        world.gateway.create(orders())
        world.gateway.refund(self.refund_of(world, gateway_id, "100.00"))
        paid_at = self.ask(world, order, gateway_id).paid_at
        assert paid_at is not None
        lines = world.gateway.statement(paid_at.astimezone(world.zone).date())
        if lines is None:
            return
        assert [(line.kind, line.amount) for line in lines] == [
            ("payment", Decimal("1000.00")),
            ("refund", Decimal("100.00")),
        ]
        assert (lines[0].gateway_id, lines[0].key, lines[1].parent) == (gateway_id, order.key, gateway_id)

    def test_several_threads_may_use_it(self, world: World, orders: Orders) -> None:
        asked = [orders(f"{number + 100}.00") for number in range(12)]
        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(lambda order: world.gateway.create(order).gateway_id, asked))
            list(map(world.pay, ids))
            answers = list(pool.map(lambda pair: self.ask(world, *pair), zip(asked, ids, strict=True)))
        assert [answer.amount for answer in answers] == [order.amount for order in asked]
        assert len(set(ids)) == 12

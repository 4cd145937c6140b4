"""Notices: signed, told until they are taken, twice or never where that was chosen, and all written down."""

import json
import threading
from datetime import UTC, datetime

import pytest
import requests

from abonent.demo.bank.notices import TRIES, send_again
from abonent.payments.providers.sandbox.signature import SIGNATURE, TIMESTAMP, sign
from tests.demo.bank.world import SHOP, Listener, order
from tests.payments.bank import SandboxBank, running_bank


def test_a_notice_names_the_payment_and_is_signed_with_the_shop_s_secret(
    bank: SandboxBank, shop: Listener
) -> None:
    row = bank.bank.create(SHOP, order())
    bank.pay("alice-1")
    assert shop.heard == [], "nothing happens by itself"
    bank.advance()
    ((raw, headers),) = shop.heard
    told = json.loads(raw)
    assert (told["payment"], told["key"], told["event"]) == (row["id"], "alice-1", "payment.succeeded")
    assert "amount" not in told, "what happened is asked"
    assert headers[SIGNATURE] == sign(bank.secret_of(SHOP), int(headers[TIMESTAMP]), raw)
    assert abs(int(headers[TIMESTAMP]) - datetime.now(UTC).timestamp()) < 60
    bank.advance(3600)
    assert len(shop.heard) == 1


def test_what_is_told_twice_is_the_same_event(bank: SandboxBank, shop: Listener) -> None:
    bank.bank.create(SHOP, order())
    bank.pay_twice_told("alice-1")
    bank.advance()
    first, second = (raw for raw, _ in shop.heard)
    assert first == second
    (notice,) = bank.notices("alice-1")
    assert (notice["state"], bank.tries(notice["id"])) == ("taken", ["200", "200"])


def test_a_lost_notice_stands_in_the_books_and_is_never_sent(bank: SandboxBank, shop: Listener) -> None:
    bank.bank.create(SHOP, order())
    bank.pay_untold("alice-1")
    bank.advance(86400)
    assert shop.heard == []
    (notice,) = bank.notices("alice-1")
    assert (notice["state"], bank.tries(notice["id"])) == ("lost", [])


@pytest.mark.parametrize(
    ("choice", "event"), [("decline", "payment.canceled"), ("pay_less", "payment.succeeded")]
)
def test_the_shop_hears_of_other_ends_too(bank: SandboxBank, shop: Listener, choice: str, event: str) -> None:
    bank.bank.create(SHOP, order())
    bank.choose("alice-1", choice)
    bank.advance()
    assert [json.loads(raw)["event"] for raw, _ in shop.heard] == [event]


def test_a_shop_that_fails_is_told_again_after_one_two_four_seconds(
    bank: SandboxBank, shop: Listener
) -> None:
    shop.answers = [500, ConnectionRefusedError(), 302, 200]
    bank.bank.create(SHOP, order())
    bank.pay("alice-1")
    bank.advance()
    for pause, heard in ((0.5, 1), (0.6, 2), (1.8, 2), (0.3, 3), (3.8, 3), (0.3, 4), (999, 4)):
        bank.advance(pause)
        assert len(shop.heard) == heard, pause
    assert len({json.loads(raw)["event_id"] for raw, _ in shop.heard}) == 1
    (notice,) = bank.notices("alice-1")
    assert notice["state"] == "taken"
    assert bank.tries(notice["id"]) == ["500", "ConnectionRefusedError", "302", "200"]


def test_a_shop_that_never_answers_is_given_up_and_can_be_told_again_by_hand(
    bank: SandboxBank, shop: Listener
) -> None:
    shop.answers = [500] * TRIES
    bank.bank.create(SHOP, order())
    bank.pay("alice-1")
    for _ in range(TRIES + 3):
        bank.advance(600)
    (notice,) = bank.notices("alice-1")
    assert (notice["state"], len(shop.heard)) == ("given_up", TRIES)
    send_again(bank.bank, notice["id"])
    bank.advance()
    assert (bank.notices("alice-1")[0]["state"], len(shop.heard)) == ("taken", TRIES + 1)


def test_the_shop_may_ask_the_bank_before_it_answers(bank: SandboxBank) -> None:
    """Nothing is locked while a notice is under way."""
    bank.bank.create(SHOP, order())
    bank.pay("alice-1")
    states: list[str] = []

    def ask(address: str, raw: bytes, headers: object) -> int:
        states.append(bank.find(json.loads(raw)["payment"])["state"])
        bank.bank.create(SHOP, order("bob-1"))
        return 200

    bank.send = ask
    bank.advance()
    assert states == ["succeeded"]
    assert len(bank.payments()) == 2


def test_in_the_demo_all_of_it_happens_by_itself() -> None:
    """Woken by a button on the page; the second telling comes after a failed first one."""
    heard, calls = threading.Event(), []

    def listen(address: str, raw: bytes, headers: object) -> int:
        calls.append(raw)
        if len(calls) == 1:
            return 500
        heard.set()
        return 200

    with running_bank(send=listen, diligent=True) as bank:
        id_ = bank.bank.create(SHOP, order())["id"]
        requests.post(f"{bank.address}/pay/{id_}", data={"choice": "pay"}, timeout=5)
        assert heard.wait(15)
    assert len(set(calls)) == 1


def test_refunds_are_told_of_whoever_asked_for_them(bank: SandboxBank, shop: Listener) -> None:
    bank.bank.create(SHOP, order())
    id_ = bank.pay("alice-1")["id"]
    bank.bank.refund(id_, 100, key="r1")
    bank.bank.refund(id_, 100)
    bank.advance()
    assert [json.loads(raw)["event"] for raw, _ in shop.heard] == [
        "payment.succeeded",
        "refund.succeeded",
        "refund.succeeded",
    ]

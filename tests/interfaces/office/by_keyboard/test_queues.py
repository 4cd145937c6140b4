"""The queues, worked through by keys alone, in chromium; axe on what opens; and without a script."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from abonent.accounts.models import Account
from abonent.metering.models import SubmittedReading
from abonent.users.models import StaffMembership, User
from tests.interfaces.office.by_keyboard.conftest import Sit
from tests.interfaces.office.test_office import account, strange
from tests.interfaces.office.test_readings import desk, submitted
from tests.interfaces.office.test_today import tried
from tests.interfaces.office.test_unmatched import taken
from tests.payments.conftest import ledger
from tests.plugins import axe
from tests.users.cast import _quick_hashes, alice, bob, charlie, clock

__all__ = ["_quick_hashes", "account", "alice", "bob", "charlie", "clock", "desk", "strange"]
pytestmark = pytest.mark.django_db


def states() -> dict[str, tuple[str, bool]]:
    rows = SubmittedReading.objects.select_related("meter")
    return {row.meter.serial: (row.state, row.reviewed_at is not None) for row in rows}


def focused(page: Page) -> Locator:
    """To be expected, not read: a key may have another page come."""
    return page.locator(":focus")


def cards(page: Page) -> list[str]:
    return [str(one.get_attribute("id")) for one in page.locator("[data-queue-item]").all()]


@pytest.fixture
def four(account: Account, alice: User) -> list[Any]:
    """With a photo a reading is less risky: the queue shows S-0, S-2, S-3, S-1."""
    return [submitted(account, alice, f"S-{number}", 9000, photo=number == 1) for number in range(4)]


def test_readings_are_accepted_rejected_and_ticked_by_keys(desk: Client, sit: Sit, four: list[Any]) -> None:
    page = sit(desk, reverse("office_readings"))
    first, second, third, fourth = cards(page)
    page.keyboard.press("a")
    assert states()["S-0"] == ("received", False), "no row is in focus yet"
    page.keyboard.press("j")
    expect(focused(page)).to_have_id(first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(focused(page)).to_have_id(first)
    page.keyboard.press("a")
    expect(page.locator(f"#{first}")).to_have_count(0)
    assert states()["S-0"] == ("received", True)
    expect(focused(page), "the next row is ready").to_have_id(second)

    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")  # the second of the ready reasons
    page.keyboard.press("Enter")
    expect(page.locator(f"#{second}")).to_have_count(0)
    assert states()["S-2"] == ("rejected", True)
    expect(focused(page)).to_have_id(third)

    page.keyboard.press("Space")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+A")
    page.keyboard.press("Tab")  # past «tick all»
    page.locator("#ticked-decision").select_option("accept")
    page.get_by_role("button", name="Выполнить").press("Enter")
    expect(page.locator("[data-queue-item]")).to_have_count(0)
    assert states()["S-3"] == states()["S-1"] == ("received", True)
    assert fourth not in cards(page)


def test_keys_work_by_their_place_never_while_one_types_and_can_be_switched_off(
    desk: Client, sit: Sit, four: list[Any]
) -> None:
    page = sit(desk, reverse("office_readings"))
    first, second, *_ = cards(page)
    russian = "(key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', key))"
    page.evaluate(russian, {"key": "о", "code": "KeyJ", "bubbles": True, "cancelable": True})
    expect(focused(page), "«о» is where j is").to_have_id(first)
    page.evaluate(russian, {"key": "j", "code": "KeyJ", "ctrlKey": True, "bubbles": True})
    expect(focused(page), "the browser's own").to_have_id(first)

    page.keyboard.press("r")
    page.locator(f"#{first} input[name=words]").focus()
    page.keyboard.type("ja")
    assert page.locator(f"#{first} input[name=words]").input_value() == "ja"
    page.keyboard.press("Escape")
    expect(focused(page)).to_have_id(first)
    assert not page.locator(f"#{first} .review-reject").evaluate("one => one.open")

    page.keyboard.press("?")
    page.get_by_role("button", name="Работать клавишами").click()
    page.locator(f"#{first}").focus()
    page.keyboard.press("j")
    expect(focused(page)).to_have_id(first)
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(f"#{first}"), "it stays off").not_to_be_focused()
    assert set(states().values()) == {("received", False)}
    assert second in cards(page)


def test_a_payment_is_booked_by_a_choice_and_a_second_key(
    desk: Client, sit: Sit, account: Account, charlie: User
) -> None:
    StaffMembership.objects.filter(user=charlie).update(organisation=None)
    taken({"account": "0007001"}, {"account": "0007002"})
    page = sit(desk, reverse("office_unmatched"))
    first, second = cards(page)
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert ledger() == {}, "a choice books nothing"
    page.keyboard.press("b")
    expect(page.locator(f"#{first}")).to_have_count(0)
    assert {number: str(amount) for number, amount in ledger().items()} == {account.number: "7.50"}
    expect(focused(page)).to_have_id(second)
    page.keyboard.press("s")
    page.keyboard.type("наш перевод")
    page.keyboard.press("Enter")
    expect(page.locator("[data-queue-item]")).to_have_count(0)
    assert len(ledger()) == 1


def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_a_phone(
    desk: Client, sit: Sit, account: Account, alice: User, charlie: User
) -> None:
    StaffMembership.objects.filter(user=charlie).update(organisation=None, role="administrator")
    submitted(account, alice, "S-1", 9000, photo=True)
    taken({"account": "0007001", "payer": "Ким А", "purpose": "за свет"})
    tried(account, alice, 3)
    for name in ("office_home", "office_readings", "office_unmatched", "office_closed_tries"):
        page = sit(desk, reverse(name), width=360)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert axe.faults(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_without_a_script_everything_is_a_button(desk: Client, sit: Sit, four: list[Any]) -> None:
    page = sit(desk, reverse("office_readings"), script=False)
    first, second, *_ = cards(page)
    page.locator(f"#{first}").get_by_role("button", name="Принять").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    page.locator(f"#{second} .review-reject summary").click()
    page.locator(f"#{second}").get_by_role("button", name="Отклонить показание").click()
    expect(page.locator(f"#{second}")).to_have_count(0)
    assert sorted(states().values()) == [
        ("received", False), ("received", False), ("received", True), ("rejected", True)
    ]  # fmt: skip

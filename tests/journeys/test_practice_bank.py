"""The practice bank's pages in a browser: accessible in both themes, no wider than a narrow phone, without
JavaScript, by keyboard."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.demo.bank.world import SHOP, order
from tests.journeys import looking
from tests.payments.bank import SandboxBank, running_bank
from tests.plugins.browser import OpenPage

PAYEE = "ООО «Управляющая компания «Зелёный дом»"


@pytest.fixture
def bank() -> Iterator[SandboxBank]:
    with running_bank(send=lambda *_: 500) as bank:
        yield bank


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_page_is_accessible_and_fits_a_narrow_phone(
    bank: SandboxBank, open_page: OpenPage, language: str
) -> None:
    keys = {"pay": "", "result": "pay_less", "late": "pay_late", "no": "decline", "lost": "pay_untold"}
    for key, choice in keys.items():
        bank.bank.create(SHOP, order(key, language=language, payee=PAYEE))
        if choice:
            bank.choose(key, choice)
    bank.refund_here("result", Decimal("10"))
    bank.advance()
    ids = {key: bank.find(key)["id"] for key in keys}
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="light")
    wrong = []
    customers = [f"pay/{ids[name]}" for name in ("pay", "result", "late", "no")]
    for path in (*customers, "", f"payments/{ids['result']}", "nowhere"):
        page.goto(f"{bank.address}/{path}?language={language}")
        wrong += looking.at(page, language, set(keys), by_axe=True)
    assert wrong == []


def test_one_pays_by_keyboard_without_javascript(bank: SandboxBank, open_page: OpenPage) -> None:
    made = bank.bank.create(SHOP, order())
    page = open_page(javascript=False, viewport={"width": 360, "height": 700})
    page.goto(f"{bank.address}/pay/{made['id']}")
    pay = page.get_by_role("button", name="Оплатить 2 994,41 ₽", exact=True)
    for _ in range(12):
        page.keyboard.press("Tab")
        if pay.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Платёж прошёл")
    expect(page.get_by_role("link", name="Вернуться на сайт")).to_have_attribute(
        "href", "http://shop.example/pay/alice-1/"
    )
    assert bank.find("alice-1")["state"] == "succeeded"

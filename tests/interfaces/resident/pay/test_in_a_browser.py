"""The form in a browser: its script counts as the server does; axe on what no journey comes to."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.urls import reverse
from playwright.sync_api import Browser, Page

from abonent.interfaces.ui.formatting import money
from abonent.payments.commission import charged, commission_of
from abonent.portal.profile import Commission
from tests.interfaces.resident.pay.conftest import Payer, account
from tests.payments.fake_gateway import FakeGateway
from tests.payments.test_presets import table
from tests.plugins import axe

SCRIPT = Path(__file__).resolve().parents[4] / "src/abonent/interfaces/resident/static/resident/pay.js"
pytestmark = pytest.mark.django_db


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    # Colours that fade would be measured half way.
    context = browser.new_context(viewport={"width": 360, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def show(tab: Page, payer: Payer, answer: HttpResponse, *, script: bool = False) -> None:
    """The page with the portal's own styles, and its script where it is asked for."""
    page = answer.content.decode()
    styles = payer.get(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]).content.decode()
    page = re.sub(r"<link[^>]*>|<script.*?</script>", "", page, flags=re.S)
    tab.set_content(page.replace("</head>", f"<style>{styles}</style></head>"))
    if script:
        tab.add_script_tag(content=SCRIPT.read_text("utf-8"))


def test_the_sum_that_is_shown_live_is_the_servers(alice: Payer, tab: Page) -> None:
    home = account("100")
    show(tab, alice, alice.get(f"{reverse('pay')}?account={home.public_id}&what=other"), script=True)
    assert not tab.locator("[data-sum]").is_visible(), "nothing is chosen yet"
    typed, total, besides = (
        tab.locator(one) for one in (f"#other-{home.public_id}", "[data-total]", "[data-commission]")
    )
    for amount, percent, minimum, maximum, paid_by, *_ in table("Commission"):
        rule = Commission.model_validate(
            {"percent": percent, "minimum": minimum, "maximum": maximum or None, "paid_by": paid_by}
        )
        facts = {"percent": percent, "minimum": minimum} | ({"maximum": maximum} if maximum else {})
        tab.locator("#method-card").evaluate(
            "(input, facts) => { for (const name of Object.keys(input.dataset)) delete input.dataset[name];"
            " Object.assign(input.dataset, facts); }",
            {} if paid_by == "organisation" else facts,
        )
        typed.fill(amount.replace(".", ","))
        assert total.inner_text() == money(charged(Decimal(amount), rule))
        cost = commission_of(Decimal(amount), rule)
        assert (money(cost) in besides.inner_text()) == bool(cost)
    typed.fill("12a")
    assert not tab.locator("[data-sum]").is_visible(), "no sum of what is no amount"


def test_what_is_asked_further_is_shown_without_a_script(alice: Payer, tab: Page) -> None:
    home = account("100")
    show(tab, alice, alice.get(f"{reverse('pay')}?account={home.public_id}"))
    other, services = f"#other-{home.public_id}", f"[name^='service-{home.public_id}']"
    assert not tab.locator(other).is_visible()
    tab.locator(f"input[name='what-{home.public_id}'][value=other]").check()
    assert tab.locator(other).is_visible()
    tab.locator(f"input[name='what-{home.public_id}'][value=services]").check()
    assert tab.locator(services).first.is_visible()
    assert not tab.locator(other).is_visible()


def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    alice: Payer, bank: FakeGateway, tab: Page
) -> None:
    made = alice.pay("200 bill")
    pages = {
        "by service": alice.get(f"{reverse('pay')}?account={account('100').public_id}&what=services"),
        "wrong": alice.check(alice.choices("100 other abc", key="2", email="x")),
    }
    bank.decline(made.public_id)
    pages["declined"] = alice.get(reverse("payment", args=[made.public_id]))
    tab.set_viewport_size({"width": 320, "height": 800})
    found = {}
    for name, answer in pages.items():
        show(tab, alice, answer)
        wrong = axe.faults(tab)
        wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong or wider > 0:
            found[name] = (wrong, wider)
    assert found == {}

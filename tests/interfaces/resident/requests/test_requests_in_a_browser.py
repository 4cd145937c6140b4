"""Pages of requests as a browser shows them: axe, both themes, a narrow phone, and Enter in a field."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from playwright.sync_api import Browser, Page

from tests.interfaces.resident.requests.conftest import Customer, Operator, photo, sealing, svg
from tests.plugins import axe

pytestmark = pytest.mark.django_db


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    # Colours that fade would be measured half way.
    context = browser.new_context(viewport={"width": 320, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def show(tab: Page, who: Customer, answer: HttpResponse) -> None:
    page = answer.content.decode()
    styles = who.client.get(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]).content.decode()
    page = re.sub(r"<link[^>]*>|<script.*?</script>", "", page, flags=re.S)
    tab.set_content(page.replace("</head>", f"<style>{styles}</style></head>"))


def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    alice: Customer, erlan: Operator, tab: Page
) -> None:
    pages = {"empty": alice.get("requests"), "kinds": alice.get("service_request_kinds")}
    pages["wrong"] = alice.fill(
        **sealing(**{"answer-reason": "", "answer-phone": "x"}), files=[photo(), svg()]
    )
    pages["check"] = alice.fill(**sealing())
    asked = alice.file(**sealing())
    pages["filed"] = alice.get("service_request_filed", asked.public_id)
    erlan.ask(asked, "Какой код домофона?")
    pages["list"] = alice.get("requests")
    pages["waiting"] = alice.get("service_request", asked.public_id)
    erlan.finish(asked, "Пломба стоит.")
    pages["done"] = alice.get("service_request", asked.public_id)
    pages["rate"] = alice.post("service_request_rate", asked.public_id)
    found = {}
    for name, answer in pages.items():
        show(tab, alice, answer)
        wrong = axe.faults(tab)
        wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong or wider > 0:
            found[name] = (wrong, wider)
    assert found == {}


def test_enter_in_a_field_neither_drops_a_file_nor_changes_the_language(alice: Customer, tab: Page) -> None:
    """A form's first button is the one that Enter presses."""
    show(tab, alice, alice.fill(**sealing(attach="1"), files=[photo()]))
    form = tab.locator("#page-form")
    form.evaluate(
        "form => form.addEventListener('submit', event => {"
        " event.preventDefault(); form.dataset.pressed = event.submitter.name || 'its own'; })"
    )
    tab.locator("#id_answer-phone").press("Enter")
    assert form.get_attribute("data-pressed") == "its own"

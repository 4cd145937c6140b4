"""«6. Оплата» of a housing manager's manual (003), from the bill to the booked payment at the practice bank:
paid, declined, paid with a delay, paid and the notice lost. In the end three books agree to the kopeck."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from abonent.demo.town import Kind
from tests.journeys import steps, world
from tests.journeys.test_housing import BY_EMAIL
from tests.journeys.walker import Walker
from tests.payments.bank import SandboxBank, environment_of, running_bank
from tests.plugins.browser import OpenPage
from tests.plugins.live_portal import LivePortal, serve

CUSTOMER = "demo@example.kz"
SHOPS = {"card": "housing-card", "sbp": "housing-sbp"}
BACK_FROM_BANK = re.compile("Вернуться")


@pytest.fixture(scope="module")
def bank() -> Iterator[SandboxBank]:
    with running_bank(diligent=True) as bank:
        yield bank


@pytest.fixture(scope="module")
def portal(
    bank: SandboxBank, database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LivePortal]:
    home, keys = tmp_path_factory.mktemp("paying"), environment_of(bank, SHOPS)
    with serve(database_server, "housing", home, town=True, extra=keys, own="paying") as portal:
        yield portal


def customer(portal: LivePortal, bank: SandboxBank, open_page: OpenPage, **browser: Any) -> Walker:
    """The town's customer, signed in."""
    page = open_page(language="ru", color_scheme="light", reduced_motion="reduce", **browser)
    script = browser.get("javascript", True)
    one = Walker(page, portal, "ru", world.banks(portal), script, elsewhere=bank.address)
    steps.sign_in(one, BY_EMAIL, CUSTOMER, "demo")
    return one


@pytest.fixture
def walker(portal: LivePortal, bank: SandboxBank, open_page: OpenPage) -> Walker:
    """On a phone."""
    return customer(portal, bank, open_page, viewport={"width": 360, "height": 800})


@pytest.fixture
def plain(portal: LivePortal, bank: SandboxBank, open_page: OpenPage) -> Walker:
    """On a desktop, without JavaScript."""
    return customer(portal, bank, open_page, viewport={"width": 1280, "height": 800}, javascript=False)


def to_the_bank(walker: Walker, kind: Kind, *, other: str = "") -> str:
    """«Счета», «Оплатить», how much, check, and the bank's page; returns the payment's name."""
    paper = world.receipt(walker.portal, kind)
    walker.go(f"/a/{paper.public_id}/receipts/")
    walker.heads("Счета")
    if other:
        walker.go(f"/pay/?account={paper.public_id}&what=other")
        walker.page.locator(f'[name="other-{paper.public_id}"]').fill(other)
    else:
        walker.reads("К оплате", "По состоянию на", "учтены оплаты, поступившие по")
        walker.follow("Оплатить")
    walker.heads("Оплата")
    walker.press("Продолжить")
    walker.heads("Проверьте платёж")
    walker.reads("Будет списано", paper.number, "ООО «Управляющая компания «Зелёный дом»")
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name=re.compile("^Оплатить")).click()
    name = walker.page.url.split("/pay/")[1].split("/")[0]
    walker.page.wait_for_url(re.compile(re.escape(walker.elsewhere)))
    return name


def at_the_bank(walker: Walker, choice: str) -> None:
    """Press a button of the bank's page, and come back by its link."""
    with walker.page.expect_navigation():
        walker.page.locator(f'button[name="choice"][value="{choice}"]').click()
    with walker.page.expect_navigation():
        walker.page.locator("main").get_by_role("link", name=BACK_FROM_BANK).first.click()
    expect(walker.page).to_have_url(re.compile(re.escape(walker.portal.url)))
    walker.look()


def state(portal: LivePortal, name: str) -> str:
    return str(world._row(portal, "SELECT state FROM payments_payment WHERE public_id = %s", name)[0])


def test_from_the_bill_to_the_booked_payment_and_its_receipt(walker: Walker, portal: LivePortal) -> None:
    name = to_the_bank(walker, Kind.DEMO_HOME)
    at_the_bank(walker, "pay")
    walker.reads("Оплата зачислена")
    receipt = walker.download(walker.page.locator("main a", has_text="PDF"))
    assert receipt.startswith(b"%PDF")
    paper = world.receipt(portal, Kind.DEMO_HOME)
    walker.go(f"/a/{paper.public_id}/receipts/")
    walker.reads("Долга нет")
    walker.menu("Платежи")
    walker.reads("Банковская карта")
    assert state(portal, name) == "booked"
    assert world.letter(portal, CUSTOMER)[1].count("№") >= 1


def test_without_javascript_a_declined_payment_says_why_and_keeps_what_was_chosen(plain: Walker) -> None:
    name = to_the_bank(plain, Kind.DEMO_PARENTS, other="150,50")
    at_the_bank(plain, "decline")
    plain.reads("Платёж не прошёл", "Деньги не списаны")
    assert state(plain.portal, name) == "declined"
    plain.follow("Оплатить ещё раз")
    paper = world.receipt(plain.portal, Kind.DEMO_PARENTS)
    expect(plain.page.locator(f'[name="other-{paper.public_id}"]')).to_have_value("150,50")


def test_a_late_answer_is_awaited_and_never_counted_as_debt(walker: Walker, bank: SandboxBank) -> None:
    name = to_the_bank(walker, Kind.DEMO_PARENTS, other="200")
    at_the_bank(walker, "pay_late")
    walker.reads("Ждём ответа банка", "не платите ещё раз")
    paper = world.receipt(walker.portal, Kind.DEMO_PARENTS)
    walker.go(f"/a/{paper.public_id}/payments/")
    walker.reads("200,00")
    walker.go(f"/pay/{name}/")
    bank.advance(60)
    expect(walker.page.get_by_text("Оплата зачислена")).to_be_visible(timeout=30_000)
    assert state(walker.portal, name) == "booked"


def test_a_lost_notice_of_a_customer_who_never_came_back_is_found_by_the_question(
    walker: Walker, portal: LivePortal
) -> None:
    name = to_the_bank(walker, Kind.DEMO_PARENTS, other="300")
    with walker.page.expect_navigation():
        walker.page.locator('button[name="choice"][value="pay_untold"]').click()
    assert state(portal, name) == "sent"
    with psycopg.connect(portal.database_url) as connection:
        connection.execute(
            "UPDATE payments_payment SET next_question_at = now() WHERE public_id = %s", [name]
        )
    portal.python(_QUESTIONS)
    portal.abonent("worker", "--once")
    assert state(portal, name) == "booked"
    walker.go(f"/pay/{name}/")
    walker.reads("Оплата зачислена")


def test_the_books_of_bank_portal_and_billing_agree_to_the_kopeck(
    portal: LivePortal, bank: SandboxBank, tmp_path: Path
) -> None:
    """After all that the tests before this one paid, whichever of them ran."""
    portal.abonent("export", "payments", "--to", str(tmp_path), "--format", "csv")
    told = [row for file in tmp_path.glob("*.csv") for row in csv.DictReader(file.open(encoding="utf-8"))]
    charged, fees = world._row(
        portal,
        "SELECT coalesce(sum(amount + commission), 0), coalesce(sum(commission), 0) FROM payments_payment"
        " WHERE state IN ('booked', 'told')",
    )
    ledger, registries = world._row(
        portal,
        "SELECT coalesce(sum(amount) FILTER (WHERE source = 'online'), 0),"
        " coalesce(sum(amount) FILTER (WHERE source LIKE 'registry:%%'), 0) FROM ledger_payment",
    )
    taken = [row for row in bank.payments() if row["state"] == "succeeded"]
    assert sum(Decimal(row["charged"]) for row in taken) / 100 == charged
    assert ledger == charged - fees
    assert sum((Decimal(row["amount"]) for row in told), Decimal(0)) == ledger + registries
    assert portal.python("from abonent.payments.invariants import broken\nprint(broken())").strip() == "{}"


_QUESTIONS = """
from django.utils import timezone
from abonent.payments.operations.due_questions import queue_due
queue_due(now=timezone.now())
"""

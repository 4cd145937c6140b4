"""A day of work of an operator, by the keyboard alone: 20 requests, 50 readings, 5 payments, 1 import.

After signing in only keys are pressed. The bundle is put into the file's field as the system's dialog would.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.walker import Walker
from tests.plugins.browser import OpenPage
from tests.plugins.live_portal import LivePortal, serve

FARTHEST = 80  # presses of Tab
NAMES = {"operator", "demo", "bundle", "number", "residents", "Enter", "Esc", "Shift", "Ctrl", "JPEG", "WebP"}
DONE = "Проверили начисление: сумма верна, расчёт во вложенном письме."
PAGE_OF_READINGS = 20


@pytest.fixture
def portal(database_server: str, tmp_path: Path) -> Iterator[LivePortal]:
    """AES with its town, and a full desk."""
    with serve(database_server, "aes", tmp_path, town=True, own="day") as served:
        served.python("from tests.journeys.morning import fill; fill()")
        yield served


@pytest.fixture
def operator(portal: LivePortal, open_page: OpenPage) -> Walker:
    """At the desk, signed in."""
    page = open_page(language="ru", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    walker = Walker(page, portal, "ru", NAMES)
    steps.sign_in(walker, steps.RUSSIAN, "operator", "operator")
    return walker


def test_a_day_of_an_operator(operator: Walker) -> None:
    assert todays(operator) == {"requests": 20, "readings": 50, "unmatched": 5}
    answer_requests(operator)
    decide_readings(operator)
    book_payments(operator)
    take_a_bundle_and_undo_it(operator)
    assert todays(operator) == {"requests": 0, "readings": 0, "unmatched": 0}
    assert operator.complaints == []
    done_as_the_database_says(operator.portal)


def todays(operator: Walker) -> dict[str, int]:
    """What the first page says waits."""
    operator.page.goto(f"{operator.portal.url}/office/")
    cards = {
        name: operator.page.locator(f'.count[href="/office/{name}/"] strong').inner_text()
        for name in ("requests", "readings", "unmatched")
    }
    return {name: int(number) for name, number in cards.items()}


def press(operator: Walker, *keys: str, leads: bool = False) -> None:
    """Press keys, one after another; with `leads` the last of them brings another page."""
    keyboard = operator.page.keyboard
    for key in keys[: -1 if leads else None]:
        keyboard.press(key)
    if leads:
        with operator.page.expect_navigation():
            keyboard.press(keys[-1])


def tab_to(operator: Walker, what: str) -> None:
    """Press Tab until the focus is on it, and can be seen to be there."""
    for _ in range(FARTHEST):
        operator.page.keyboard.press("Tab")
        focused = operator.page.locator(":focus")
        if focused.evaluate("(one, what) => one.matches(what)", what):
            assert focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
            return
    raise AssertionError(f"{what} is not reached in {FARTHEST} presses of Tab")


def open_queue(operator: Walker, name: str) -> None:
    """From the card of the first page, and look at the queue."""
    operator.page.goto(f"{operator.portal.url}/office/")
    tab_to(operator, f'.count[href="/office/{name}/"]')
    press(operator, "Enter", leads=True)
    operator.look()


def left(operator: Walker) -> int:
    return operator.page.locator("[data-queue-item]").count()


def answer_requests(operator: Walker) -> None:
    """Open, take, close as done; the next one is in focus by itself. Two are refused."""
    open_queue(operator, "requests")
    press(operator, "j")
    for number in range(20, 0, -1):
        assert left(operator) == number
        press(operator, "Enter", leads=True)
        if number == 20:
            operator.look()
        if operator.page.locator("[data-key=t]").count():  # one is the operator's from an earlier day
            press(operator, "t", leads=True)
        press(operator, "r" if number in (7, 13) else "d")
        operator.page.keyboard.type(DONE)
        press(operator, "Control+Enter", leads=True)
    operator.look()


def decide_readings(operator: Walker) -> None:
    """One by one at first, some rejected with a reason, one in own words; the rest ticked, page by page."""
    open_queue(operator, "readings")
    press(operator, "j")
    for _ in range(5):
        press(operator, "a", leads=True)
    for times in range(3):
        press(operator, "r", *["ArrowDown"] * times, "Enter", leads=True)
    press(operator, "r", "ArrowUp", "Tab")
    operator.page.keyboard.type("На фото другой счётчик")
    press(operator, "Enter", leads=True)
    press(operator, "Space", "j", "Space", "Shift+A", "Tab", "ArrowDown", "Tab", "Enter", leads=True)
    while left(operator):
        press(operator, "Shift+A", "Space", "Tab", "ArrowDown", "Tab", "Enter", leads=True)
    operator.look()


def book_payments(operator: Walker) -> None:
    """Booked where an account is suggested; one is nobody's."""
    open_queue(operator, "unmatched")
    press(operator, "j")
    for number in range(5, 0, -1):
        assert left(operator) == number
        if operator.page.locator(":focus [data-key='1']").count():
            press(operator, "1", "b", leads=True)
        else:
            press(operator, "s")
            operator.page.keyboard.type("Не наш плательщик: вернули банку")
            press(operator, "Enter", leads=True)
    operator.look()


def take_a_bundle_and_undo_it(operator: Walker) -> None:
    """Sent, planned, looked at, taken, and undone; the worker does its part in between."""
    page, portal = operator.page, operator.portal
    tab_to(operator, '.menu a[href="/office/imports/"]')
    press(operator, "Enter", leads=True)
    operator.look()
    tab_to(operator, "#bundle")
    page.locator("#bundle").set_input_files(
        {"name": "жильцы.zip", "mimeType": "application/zip", "buffer": bundle(portal)}
    )
    tab_to(operator, "#upload button[type=submit]")
    press(operator, "Enter", leads=True)
    portal.abonent("worker", "--once", "--queue", "imports")
    expect(page.locator("#apply")).to_be_visible()  # the page looks again by itself
    operator.look()
    for _ in range(page.locator("#apply input[type=checkbox]").count()):
        tab_to(operator, "#apply input[type=checkbox]")
        press(operator, "Space")
    tab_to(operator, "#apply button[type=submit]")
    press(operator, "Enter", leads=True)
    portal.abonent("worker", "--once", "--queue", "imports")
    expect(page.locator('main a[href$="/undo/"]')).to_be_visible()
    assert fact(portal, "SELECT residents FROM accounts_account WHERE id = %s", somebody(portal)[0]) == 9
    tab_to(operator, 'main a[href$="/undo/"]')
    press(operator, "Enter", leads=True)
    operator.look()
    tab_to(operator, "main form[method=post] button[type=submit]")
    press(operator, "Enter", leads=True)
    portal.abonent("worker", "--once", "--queue", "imports")
    expect(page.locator("main .badge").first).to_have_text("отменён")


def somebody(portal: LivePortal) -> tuple[Any, ...]:
    """The first account: id, number, organisation's code, payer, address."""
    with psycopg.connect(portal.database_url) as connection:
        found = connection.execute(
            "SELECT account.id, account.number, organisation.code, account.payer, account.address"
            " FROM accounts_account account JOIN portal_organisation organisation"
            " ON organisation.id = account.organisation_id ORDER BY account.id LIMIT 1"
        ).fetchone()
    assert found
    return found


def bundle(portal: LivePortal) -> bytes:
    """Nine people live at the first account."""
    _, *row = somebody(portal)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        values = ",".join(f'"{value}"' for value in row)
        archive.writestr("accounts.csv", f"number,organisation,payer,address,residents\n{values},9\n")
    return packed.getvalue()


def fact(portal: LivePortal, query: str, *values: object) -> Any:
    with psycopg.connect(portal.database_url) as connection:
        found = connection.execute(query, values).fetchone()
    return found and found[0]


def done_as_the_database_says(portal: LivePortal) -> None:
    """Every piece of the day has its end, and the operator's name in the trail."""
    trail = (
        "SELECT count(*) FROM users_auditevent event JOIN users_user person ON person.id = event.actor_id"
        " WHERE person.login = 'operator' AND action = %s AND at > now() - interval '1 hour'"
    )
    expected = {
        "request_taken": 19,
        "request_done": 18,
        "request_refused": 2,
        "reading_accepted": 46,
        "reading_rejected": 4,
        "registry_row_booked": 4,
        "registry_row_set_aside": 1,
        "import_approved": 1,
        "import_applied": 1,
        "import_undone": 1,
    }
    assert {name: fact(portal, trail, name) for name in expected} == expected
    reviewed = (
        "SELECT count(DISTINCT (submission_id, meter_id)) FROM metering_submittedreading WHERE reviewed_by_id"
    )
    assert fact(portal, f"{reviewed} = (SELECT id FROM users_user WHERE login = 'operator')") == 50
    assert fact(portal, "SELECT count(*) FROM service_requests_servicerequest WHERE closed_at IS NULL") == 1
    assert fact(portal, "SELECT residents FROM accounts_account WHERE id = %s", somebody(portal)[0]) != 9

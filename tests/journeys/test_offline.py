"""Readings typed without a network: kept on the device, sent once when it is back, gone after signing out."""

import re

import psycopg
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import Walk
from tests.journeys.steps import RUSSIAN
from tests.journeys.walker import Walker

KEPT = "Сети нет. Показания сохранены на этом устройстве и отправятся сами, когда она появится."
STAND_IN = (
    "Показания можно ввести и так: они останутся на этом устройстве и будут отправлены, когда появится сеть."
)


def at_the_form(walk: Walk, *, login: str) -> Walker:
    """Signed in, before the form of readings, with a worker that has taken the page over."""
    walker = walk("pes", width=360)
    steps.sign_in(walker, RUSSIAN, login, "demo")
    walker.menu("Показания прибора учёта")
    walker.follow(re.compile("^(Добавить|Исправить показания)$"))
    walker.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return walker


def type_in(page: Page, more: int) -> None:
    """Every scale a little more than before."""
    for field in page.locator("form#page-form input[data-scale]").all():
        field.fill(str(int(float(field.get_attribute("data-previous") or 0)) + more))


def submissions(walker: Walker, public_id: str) -> list[tuple[str, int]]:
    """(way, readings) of the account, oldest first."""
    with psycopg.connect(walker.portal.database_url) as connection:
        return connection.execute(
            "SELECT way, count(*) FROM metering_submission AS submission"
            " JOIN metering_submittedreading ON submission_id = submission.id"
            " JOIN accounts_account AS account ON account.id = account_id WHERE public_id = %s"
            " GROUP BY submission.id ORDER BY submission.id",
            [public_id],
        ).fetchall()


def test_what_is_typed_without_a_network_is_kept_and_sent_once(walk: Walk) -> None:
    walker = at_the_form(walk, login="demo")
    page, context = walker.page, walker.page.context
    public_id = page.locator("form#page-form").get_attribute("data-account") or ""
    before = submissions(walker, public_id)
    scales = page.locator("form#page-form input[data-scale]").count()
    type_in(page, 20)
    context.set_offline(True)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.goto(walker.portal.url)
    expect(page.get_by_text(STAND_IN)).to_be_visible()
    expect(
        page.locator("#offline-forms").get_by_text("Показания сохранены на этом устройстве.")
    ).to_be_visible()
    assert submissions(walker, public_id) == before
    context.set_offline(False)  # the page finds the way back by itself
    expect(page.get_by_text("Показания, введённые без сети, отправлены: №")).to_be_visible()
    walker.complaints.clear()  # without a network the browser says so of every request
    walker.go(f"/a/{public_id}/readings/")
    assert submissions(walker, public_id) == [*before, ("offline", scales)]


def test_the_stand_in_takes_readings_and_signing_out_forgets_everything(walk: Walk) -> None:
    walker = at_the_form(walk, login="demo")
    page, context = walker.page, walker.page.context
    context.set_offline(True)
    page.goto(walker.portal.url)
    page.locator("#offline-forms input").first.fill("сто")  # nobody judges it here
    page.get_by_role("button", name="Сохранить").click()
    expect(
        page.locator("#offline-forms").get_by_text("Показания сохранены на этом устройстве.")
    ).to_be_visible()
    walker.complaints.clear()
    context.set_offline(False)
    expect(
        page.get_by_text("Показания, введённые без сети, нужно проверить ещё раз. Они сохранены.")
    ).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Открыть").first.click()
    assert page.locator("form#page-form input[data-scale]").first.input_value() == "сто"
    steps.sign_out(walker, RUSSIAN)
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0
    assert page.evaluate("caches.keys().then((found) => found.length)") == 0


def test_what_can_never_be_sent_is_said_once_and_not_tried_again(walk: Walk) -> None:
    walker = at_the_form(walk, login="demo")
    page, context = walker.page, walker.page.context
    page.locator("form#page-form").evaluate(
        "form => form.dataset.offlineAction = '/a/nobody/readings/offline/'"
    )
    type_in(page, 30)
    context.set_offline(True)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Показания, введённые без сети, отправить нельзя")).to_be_visible()
    assert page.evaluate("offlineReadings.waiting().then((found) => found.length)") == 0

"""The same cabinet by other ways: on a phone, by the keyboard alone, without JavaScript."""

import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from abonent.demo.town import Kind
from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import KAZAKH, PASSWORD, RUSSIAN
from tests.journeys.test_aes_russian import add_account
from tests.journeys.walker import Walker

PHONE = 360  # pixels
FARTHEST = 80  # presses of Tab


def every_section(walker: Walker) -> None:
    """All that the menu, the site map and the account's own pages hold; each page is looked at."""
    entries = walker.page.locator(".menu a").all_text_contents()
    for entry in entries:
        walker.menu(entry.strip())
        walker.heads(entry.strip())
    walker.go("/site-map/")
    walker.go("/sessions/")
    walker.go("/accounts/")


def test_on_a_phone_in_kazakh_and_dark(walk: Walk) -> None:
    walker = walk("alseco", language="kk", width=PHONE, names={"demo"})
    steps.sign_in(walker, replace(KAZAKH, password="Құпия сөз"), "demo", "demo")
    walker.page.locator(".display-switch summary").click()
    walker.page.get_by_role("button", name="Күңгірт").click()
    expect(walker.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert len(walker.page.locator(".menu a").all()) == 12
    every_section(walker)
    walker.menu("Қызметтер бойынша ақпарат")
    walker.follow("Басып шығару")


def test_a_bill_of_many_lines_on_a_phone(walk: Walk) -> None:
    walker = walk("housing", width=PHONE, names={"demo"})
    steps.sign_in(walker, steps.in_russian(login="Email"), "demo@example.kz", "demo")
    every_section(walker)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on what is called so, and can be seen to be there."""
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        if page.evaluate(NAME) == words:
            focused = page.locator(":focus")
            assert focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
            return
    raise AssertionError(f"{words} is not reached in {FARTHEST} presses of Tab")


NAME = r"""() => {
    const one = document.activeElement;
    const label = one.labels && one.labels.length ? one.labels[0] : one;
    return (one.getAttribute("aria-label") || label.innerText).replace("*", "").replace(/\n+/g, "").trim();
}"""


def test_by_the_keyboard_alone(walk: Walk) -> None:
    walker = walk("aes", language="kk", names={"demo"})
    world.reads_in(walker.portal, "demo", "kk")
    page = walker.page
    walker.go("/")
    for words, typed in (("Логин", "demo"), ("Құпиясөз", "demo")):
        tab_to(page, words)
        page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walker.look()
    send_a_reading_by_keys(walker)
    tab_to(page, "Түбіртектер")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walker.heads("Түбіртектер")
    walker.look()
    tab_to(page, "Мазмұнға өту")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(NAME) == "Төлеу", "what most people come for is the first thing after the menu"
    page.keyboard.press("Tab")
    assert "Қарау" in page.evaluate(NAME)
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    opened.value.close()


def send_a_reading_by_keys(walker: Walker) -> None:
    """From the menu to the number of what was sent; Enter in the field sends."""
    page = walker.page
    for words in ("Көрсеткіштерді беру", "Мазмұнға өту"):
        tab_to(page, words)
        with page.expect_navigation(url=re.compile("/readings/")):
            page.keyboard.press("Enter")
    tab_to(page, "Көрсеткіштерді беру")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Көрсеткіш, кВт·сағ")
    page.keyboard.type(str(int(float(page.locator(":focus").get_attribute("data-previous") or 0)) + 100))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walker.reads("Көрсеткіштер алынды")
    walker.look()


def test_a_forgotten_password_and_sessions_elsewhere(walk: Walk) -> None:
    walker, other = walk("pes", names={"family"}), walk("pes", names={"family"})
    walker.go("/")
    walker.follow("Забыли пароль?")
    walker.heads("Забытый пароль")
    walker.write({"E-mail": "family@example.kz"})
    walker.press("Отправить ссылку")
    walker.reads("На указанный адрес отправлено письмо.")
    _, text = world.letter(walker.portal, "family@example.kz")
    walker.go(world.link_in(text))
    walker.write({"Новый пароль": PASSWORD, "Подтверждение нового пароля": PASSWORD})
    walker.press("Сохранить")
    walker.reads("Ваш пароль изменён")
    for one in (walker, other):
        steps.sign_in(one, RUSSIAN, "family")
    walker.menu("Профиль")
    walker.follow("Где выполнен вход")
    walker.press("Завершить все остальные")
    walker.reads("Все остальные сеансы завершены.")
    other.go("/")
    other.heads("Войти в личный кабинет")


def test_without_javascript(walk: Walk) -> None:
    walker = walk("aes", language="kk", javascript=False, names={"family", "demo"})
    steps.sign_in(walker, KAZAKH, "family", "demo")
    in_another_language(walker)
    paper = world.receipt(walker.portal, Kind.OVERPAID)
    add_account(walker, paper)
    readings_of_all_kinds(walker, paper.number)
    walker.menu("Квитанции")
    steps.delete_account(walker, RUSSIAN, "Доступные лицевые счета", paper.number)
    in_the_dark(walker)
    steps.sign_out(walker, RUSSIAN)


def readings_of_all_kinds(walker: Walker, number: str) -> None:
    """Refused, sent, corrected: all that the form asks stands on the page the server makes."""
    walker.follow(number)
    walker.menu("Передача показаний")
    walker.follow("Передать показания")
    field = walker.page.locator("input[data-scale]")
    before = int(float(field.get_attribute("data-previous") or 0))
    for value, said in (
        (before - 1, "Введённые показания меньше предыдущих"),
        (before + 9000, "Число верное?"),
        (before + 90, "Показания получены"),
    ):
        field.fill(str(value))
        walker.press("Передать показания")
        walker.reads(said)
    walker.follow("Исправить показания")
    assert field.input_value() == str(before + 90)
    field.fill(str(before + 80))
    walker.press("Передать показания")
    walker.reads("Показания получены")


def in_another_language(walker: Walker) -> None:
    """«Русский»: the same page, and what was typed in its form is still there."""
    walker.menu("Дербес баптаулар")
    walker.field("ТАӘ").fill("Имя, которое не записано")
    walker.language = "ru"
    walker.press("Рус: Русский", inside="header")
    walker.heads("Персональные настройки")
    assert walker.field("ФИО").input_value() == "Имя, которое не записано"


def in_the_dark(walker: Walker) -> None:
    walker.page.locator(".display-switch summary").click()
    walker.press("Тёмная", inside="header")
    expect(walker.page.locator("html")).to_have_attribute("data-theme", "dark")
    walker.menu("Платежи")
    expect(walker.page.locator("html")).to_have_attribute("data-theme", "dark")

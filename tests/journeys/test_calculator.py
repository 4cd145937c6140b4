"""«Расчёт оплаты за электроэнергию» as the manuals of АлматыЭнергоСбыт have it, and what stands around it:
consumption, the reason of an amount, another tariff."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import KAZAKH, RUSSIAN
from tests.journeys.walker import Walker

SignedIn = Callable[..., Walker]
NUMBER = re.compile(r"[^\d,]")


@pytest.fixture
def signed_in(walk: Walk) -> Iterator[SignedIn]:
    """`signed_in("ru", width=360)`: the demonstration's customer, who reads Kazakh again afterwards."""
    seen: list[Walker] = []

    def begin(language: str, **way: object) -> Walker:
        walker = walk("aes", language=language, names={"demo", "CSV"}, **way)
        world.reads_in(walker.portal, "demo", language)
        seen.append(walker)
        steps.sign_in(walker, KAZAKH if language == "kk" else RUSSIAN, "demo", "demo")
        return walker

    yield begin
    for walker in seen:
        world.reads_in(walker.portal, "demo", "kk")


def value(text: str) -> Decimal:
    return Decimal(NUMBER.sub("", text).replace(",", "."))


def type_readings(walker: Walker, more: int) -> None:
    """Every scale so much above the previous reading that stands beside it."""
    for field in walker.page.locator(".reading-field").all():
        before = value(field.locator(".hint strong").inner_text())
        field.locator("input").fill(str(int(before) + more))


def money_in(walker: Walker, selector: str) -> Decimal:
    return value(walker.page.locator(selector).first.inner_text())


@pytest.mark.parametrize(
    ("language", "menu", "date", "button", "table"),
    [
        (
            "ru",
            "Расчёт оплаты за электроэнергию",
            "Дата последних показаний",
            "Рассчитать",
            "Расчёт оплаты по счётчику",
        ),
        (
            "kk",
            "Электр энергиясы бойынша төлемдерді есептеу",
            "Соңғы көрсеткіштерді алу күні",
            "Есептеу",
            "Есептегіш бойынша төлемнің есебі",
        ),
    ],
)
def test_the_calculator(
    signed_in: SignedIn, language: str, menu: str, date: str, button: str, table: str
) -> None:
    walker = signed_in(language)
    walker.menu(menu)
    walker.heads(menu)
    expect(walker.field(date)).to_have_attribute("type", "date")
    type_readings(walker, 250)
    before = world.readings_written(walker.portal)
    walker.press(button)
    walker.reads(table)
    assert world.readings_written(walker.portal) == before, "nothing is stored"
    lines = walker.page.locator("main table").first
    amounts = [value(text) for text in lines.locator("tbody td:last-child").all_inner_texts()]
    total = value(lines.locator("tfoot td:last-child").inner_text())
    assert sum(amounts) == total > 0
    assert money_in(walker, ".sum-amount") == total


def test_a_mistake_is_said_at_its_field_and_mended(signed_in: SignedIn) -> None:
    walker = signed_in("ru")
    walker.menu("Расчёт оплаты за электроэнергию")
    walker.press("Рассчитать")
    walker.reads("Проверьте введённое")
    type_readings(walker, 10)
    walker.page.locator(".reading-field input").first.fill("много")
    walker.press("Рассчитать")
    walker.page.locator(".error-summary a").first.click()
    expect(walker.page.locator(".reading-field input").first).to_be_focused()
    type_readings(walker, 10)
    walker.press("Рассчитать")
    walker.reads("Расчёт оплаты по счётчику")


def test_without_javascript_on_a_phone(signed_in: SignedIn) -> None:
    walker = signed_in("ru", javascript=False, width=360)
    walker.go(walker.page.url.replace("/account/", "/calculator/"))
    type_readings(walker, 100)
    walker.press("Рассчитать")
    walker.reads("Расчёт оплаты по счётчику")
    walker.go(walker.page.url.replace("/calculator/", "/consumption/"))
    walker.follow("Стоимость")
    walker.reads("Начислено по месяцам, ₸")


def test_from_the_picture_to_the_reason_of_an_amount(signed_in: SignedIn) -> None:
    walker = signed_in("ru")
    walker.menu("Потребление")
    expect(walker.page.get_by_role("img", name="Потребление по месяцам, кВт·ч")).to_be_visible()
    walker.reads("По месяцам")
    months = walker.page.locator("main table tbody tr").count()
    table = walker.download(walker.page.get_by_role("link", name="Скачать таблицу (CSV)"), "text/csv")
    assert len(table.decode("utf-8-sig").splitlines()) == 1 + months
    walker.follow("Стоимость")
    expect(walker.page.get_by_role("img", name="Начислено по месяцам, ₸")).to_be_visible()
    amount = walker.page.locator("main table tbody a").first
    charged = value(amount.inner_text())
    walker.follow(amount.inner_text())
    walker.heads("Почему такая сумма")
    assert money_in(walker, ".sum-amount") == charged
    walker.reads("Что начислил поставщик", "Наш расчёт по тарифу")


def test_another_tariff(signed_in: SignedIn) -> None:
    walker = signed_in("ru")
    walker.menu("Расчёт оплаты за электроэнергию")
    walker.follow("А если выбрать другой тариф?")
    walker.heads("А если другой тариф")
    offers = walker.page.get_by_label("Другой тариф").locator("option")
    walker.write({"Другой тариф": offers.nth(1).inner_text()})
    walker.press("Сравнить")
    walker.reads("вышло бы", "По месяцам")
    whole = walker.page.locator("main table tfoot td")
    present, other, difference = (value(whole.nth(place).inner_text()) for place in (-3, -2, -1))
    assert abs(other - present) == difference

"""Sending readings, as customers do each month: a slip, the number, the letter, a correction."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.journeys import world
from tests.journeys.walker import Walker


@dataclass(frozen=True)
class Words:
    """What a portal calls the section and its buttons, and its language the rest."""

    section: str
    enter: str
    save: str
    forms: tuple[str, str]
    """The form's name by one meter and by several."""
    is_open: str = "Период ввода показаний открыт до"
    slip: str = "Это не число."
    received: str = "Показания получены"
    stands_at: tuple[str, ...] = ("Получено", "Передано в расчёт", "Принято", "Учтено в счёте")
    correct: str = "Исправить показания"


RUSSIAN_FORMS = ("Показания прибора учёта", "Показания приборов учёта")


def fields(walker: Walker) -> list[Locator]:
    return walker.page.locator("#page-form input[data-scale]").all()


def write(walker: Walker, more: int) -> None:
    """Every scale of every meter a little above what stands beside it."""
    for field in fields(walker):
        field.fill(str(int(float(field.get_attribute("data-previous") or 0)) + more))


def number(walker: Walker) -> str:
    found = re.search(r"\d{4,}-\d{4}", walker.page.locator("h1").inner_text())
    assert found, walker.page.locator("h1").inner_text()
    return found[0]


def send_and_correct(walker: Walker, words: Words, email: str) -> None:
    """The section, the form with a slip in it, the confirmation with its letter, and once more."""
    walker.menu(words.section)
    walker.reads(words.is_open)
    walker.follow(words.enter)
    meters = walker.page.locator("#page-form fieldset[data-meter]").count()
    expect(walker.page.locator("h1")).to_have_text(words.forms[meters > 1])
    first = _with_a_slip(walker, words)
    walker.reads(words.received, first, *words.stands_at)
    subject, text = world.letter(walker.portal, email)
    assert first in subject + text
    walker.menu(words.section)
    walker.reads(first)
    walker.follow(words.correct)
    write(walker, 4)
    walker.press(words.save)
    walker.reads(words.received)
    assert number(walker) != first


def _with_a_slip(walker: Walker, words: Words) -> str:
    write(walker, 3)
    fields(walker)[0].fill("12x")
    kept = [field.input_value() for field in fields(walker)]
    walker.press(words.save)
    walker.reads(words.slip)
    assert [field.input_value() for field in fields(walker)] == kept, "the good fields stay as they were"
    write(walker, 3)
    walker.press(words.save)
    return number(walker)

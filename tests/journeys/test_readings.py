"""What readings meet on their way: the impossible, the unusual, a window that closes, billing's answers."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Locator, expect

from abonent.demo.town import Kind
from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.readings import number
from tests.journeys.steps import RUSSIAN
from tests.journeys.walker import Walker
from tests.plugins.live_portal import LivePortal

SHOWS_IT = "Да, прибор показывает это число"
NEAR = 999_990
BEGAN_AGAIN = "Да, прибор начал счёт с нуля"
MOMENT = re.compile(r"Показания получены \d\d\.\d\d\.\d{4}, \d\d:\d\d")


def test_asked_confirmed_corrected_and_followed_to_the_bill(walk: Walk, tmp_path: Path) -> None:
    """On a phone: a meter of three scales whose verification ran out."""
    walker = walk("pes", width=360)
    steps.sign_in(walker, RUSSIAN, "demo", "demo")
    paper = at(walker, Kind.DEMO_LET)
    walker.reads("Срок поверки этого прибора истёк", "Показания пока принимаются")
    first = mended_and_confirmed(walker)
    second = corrected(walker, first)
    followed_to_the_bill(walker, tmp_path, paper.number)
    walker.menu("Показания прибора учёта")
    walker.reads("Исправлено", f"№ {first}", "В счёте за ноябрь 2026", f"№ {second}")


def at(walker: Walker, kind: Kind) -> world.Receipt:
    """The section of the readings of one of the person's accounts."""
    paper = world.receipt(walker.portal, kind)
    walker.go(f"/a/{paper.public_id}/readings/")
    walker.reads(paper.number, inside="header")
    return paper


def mended_and_confirmed(walker: Walker) -> str:
    """Lower than before: said at its field, the others kept. Far above the usual: asked, then taken."""
    walker.follow("Добавить")
    peak, half_peak, night = fields(walker)
    for field, more in ((peak, -1), (half_peak, 20), (night, 9000)):
        field.fill(str(before(field) + more))
    kept = [field.input_value() for field in fields(walker)]
    walker.press("Сохранить")
    walker.page.locator(".error-summary a").first.click()
    expect(peak).to_be_focused()
    expect(peak).to_have_accessible_description(re.compile("меньше предыдущих.*сообщите в контакт-центр"))
    walker.reads("обычно у Вас за столько дней", "Число верное?")
    assert [field.input_value() for field in fields(walker)] == kept
    peak.fill(str(before(peak) + 30))
    walker.page.get_by_label(SHOWS_IT).check()
    walker.press("Сохранить")
    told_of(walker, number(walker))
    return number(walker)


def fields(walker: Walker) -> list[Locator]:
    return walker.page.locator("#page-form input[data-scale]").all()


def before(field: Locator) -> int:
    return int(float(field.get_attribute("data-previous") or 0))


def told_of(walker: Walker, submission: str) -> None:
    """Number, time and what comes next stand on the page, and a letter has gone."""
    walker.reads("Показания получены", f"Номер: {submission}", "Получено")
    expect(walker.page.locator("main")).to_contain_text(MOMENT)
    subject, _ = world.letter(walker.portal, "demo@example.kz")
    assert subject == f"Показания приняты, № {submission}"


def corrected(walker: Walker, first: str) -> str:
    """«Исправить показания»: what was sent stands in the fields; the page sent before leads to this one."""
    walker.follow("Исправить показания")
    night = fields(walker)[-1]
    assert night.input_value() == str(before(night) + 9000)
    night.fill(str(before(night) + 25))
    walker.press("Сохранить")
    second = number(walker)
    assert second != first
    told_of(walker, second)
    walker.go(walker.page.url.replace(second, first))
    walker.reads("Эти показания исправлены")
    walker.follow(f"Показания № {second}")
    return second


def followed_to_the_bill(walker: Walker, folder: Path, account: str) -> None:
    """What goes to billing, and what billing answers, stand on the page of what was sent."""
    step = walker.page.locator(".timeline [aria-current=step]")
    expect(step).to_contain_text("Получено")
    walker.portal.abonent("export", "readings", "--all", "--format", "csv", "--to", str(folder))
    answered(walker.portal, folder, account, "accepted,,")
    walker.go(walker.page.url)
    expect(step).to_contain_text("Принято")
    answered(walker.portal, folder, account, "used,,2026-11")
    walker.go(walker.page.url)
    expect(step).to_have_count(0)  # it has come to its end
    walker.reads("Учтено в счёте", "В счёте за ноябрь 2026")
    expect(walker.page.get_by_role("link", name="Исправить показания")).to_have_count(0)


def answered(portal: LivePortal, folder: Path, account: str, answer: str) -> None:
    """Billing's bundle: the same answer for every reading of the account in the last file."""
    (file,) = folder.glob("readings-*.csv")
    with file.open(encoding="utf-8") as text:
        mine = [row["reading"] for row in csv.DictReader(text) if row["account"] == account]
    assert len(mine) == 3
    bundle = folder / "answers"
    bundle.mkdir(exist_ok=True)
    lines = "".join(f"{reading},{answer}\n" for reading in mine)
    (bundle / "answers.csv").write_text(f"reading,state,reason,month\n{lines}", encoding="utf-8")
    portal.abonent("import", str(bundle))


def test_a_period_that_closes_while_one_types(walk: Walk) -> None:
    """Three meters at once, one of which has begun again from nothing: that is never assumed."""
    walker = walk("housing")
    steps.sign_in(walker, steps.in_russian(login="Email"), "demo@example.kz", "demo")
    walker.menu("Приборы учёта")
    walker.follow("Ввести значения")
    near_its_end(walker)
    typed = ["4" if before(field) == NEAR else str(before(field) + 2) for field in fields(walker)]
    assert (len(typed), typed.count("4")) == (3, 1)
    for field, text in zip(fields(walker), typed, strict=True):
        field.fill(text)
    with closed(walker.portal):
        walker.press("Сохранить")
        walker.reads("Период ввода показаний закрыт", "Откроется", "Введённые Вами показания сохранены.")
        for text in typed:
            walker.reads(text)
        walker.menu("Приборы учёта")
        walker.reads("Период ввода показаний закрыт", "Откроется")
        expect(walker.page.get_by_role("link", name="Ввести значения")).to_have_count(0)
    walker.menu("Приборы учёта")
    walker.follow("Ввести значения")
    assert [field.input_value() for field in fields(walker)] == typed
    walker.press("Сохранить")
    walker.reads("Прибор прошёл 999 999 и начал счёт с нуля? Тогда расход — 14 кВт·ч.")
    walker.page.get_by_label(BEGAN_AGAIN).check()
    walker.press("Сохранить")
    walker.columns(["Прибор учёта", "Показание", "Предыдущее", "Потребление"])
    walker.reads("Показания получены", "999 990", "14 кВт·ч")


def near_its_end(walker: Walker) -> None:
    """An inspector has read the electricity meter: ten short of the last figure that its six digits show."""
    field = walker.page.get_by_role("group", name=re.compile("Электроснабжение")).locator("input[data-scale]")
    with psycopg.connect(walker.portal.database_url) as connection:
        connection.execute(
            "INSERT INTO metering_reading (meter_id, scale, taken_on, source, value)"
            " VALUES (%s, 'total', CURRENT_DATE - 2, 'inspector', %s)",
            [field.get_attribute("data-meter"), NEAR],
        )
    walker.go(walker.page.url)
    walker.reads("от контролёра")


@contextmanager
def closed(portal: LivePortal) -> Iterator[None]:
    """The organisations take readings on another day only."""
    with psycopg.connect(portal.database_url, autocommit=True) as connection:
        kept = connection.execute("SELECT id, readings_from, readings_to FROM portal_organisation").fetchall()
        connection.execute(
            "UPDATE portal_organisation SET readings_from = day, readings_to = day"
            " FROM (SELECT (extract(day FROM CURRENT_DATE)::int + 4) %% 28 + 1 AS day) AS another",
            [],
        )
        yield
        for organisation, first, last in kept:
            connection.execute(
                "UPDATE portal_organisation SET readings_from = %s, readings_to = %s WHERE id = %s",
                [first, last, organisation],
            )

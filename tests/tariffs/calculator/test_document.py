"""docs/domain/tariffs.md, table by table, against the calculator."""

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from abonent.__main__ import main
from abonent.base.months import Month
from abonent.tariffs.calculator import Quote, Tariff, quote
from abonent.tariffs.calculator.late_fee import late_fee, read_late_fee
from tests.tariffs.asking import FILES, PROJECT, ask, tariff

DOCUMENT = (PROJECT / "docs" / "domain" / "tariffs.md").read_text("utf-8")
DAY = timedelta(days=1)


def table(after: str, index: int = 0) -> list[list[str]]:
    """The rows of a table after a heading, without its head."""
    section = DOCUMENT.split(f"\n## {after}", 1)[1].split("\n## ")[0]
    found = re.findall(r"(?:^\|.*\n)+", section, re.M)[index]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found.splitlines()[2:]]


@pytest.mark.parametrize("row", table("Worked quotes"), ids=lambda row: " ".join(row[:6]))
def test_a_worked_quote(row: list[str]) -> None:
    file, first, last, used, residents, given, total = row
    words = given.split()
    found = ask(
        f"{file}.toml",
        first,
        last,
        volumes=dict(pair.split("=") for pair in used.split()),
        residents=int(residents) if residents else None,
        categories=[word for word in words if word != "raised"],
        raised="raised" in words,
    )
    assert found.total == Decimal(total)


def as_row(found: Quote) -> list[list[str]]:
    names = ("scale", "level", "from", "to", "days", "volume", "rate", "factor", "amount")
    return [
        ["" if line[name] is None else str(line[name]) for name in names] for line in found.as_dict()["lines"]
    ]


@pytest.mark.parametrize(
    ("index", "found"),
    [
        (0, ask("ulyanovsk.toml", "2026-10-01", "2026-10-31", volumes={"day": "1500", "night": "500"})),
        (1, ask("almaty-levels.toml", "2018-02-16", "2018-03-15", volumes={"total": "200"}, residents=2)),
        (2, ask("saint-petersburg.toml", "2026-10-01", "2026-10-31", residents=2, raised=True)),
    ],
)
def test_worked_lines(index: int, found: Quote) -> None:
    assert as_row(found) == table("Worked lines", index)


@pytest.mark.parametrize("row", table("Scaled limits"), ids=lambda row: f"{row[0]} {row[1]}")
def test_scaled_limits(row: list[str]) -> None:
    first, last = (date.fromisoformat(day) for day in row[:2])
    average = tariff("almaty-levels.toml")
    ways = (average, replace(average, month_days=None), replace(average, round_limits=Decimal(1)))
    assert [_first_limits(way, first, last) for way in ways] == row[2:]


def _first_limits(of: Tariff, first: date, last: date) -> str:
    found = quote(of, first=first, last=last, volumes={"total": Decimal(1000)}, residents=1)
    return " + ".join(line.rule.params["limit"] for line in found.lines if line.level == 1)


@pytest.mark.parametrize("row", table("What holds"), ids=lambda row: row[0])
def test_how_far_a_month_and_its_parts_are_apart(row: list[str]) -> None:
    month = Month.parse(row[0])
    known = tariff("almaty-levels.toml")
    days = month.last_day.day
    middle = month.first_day + 14 * DAY

    def total(first: date, last: date) -> Decimal:
        used = Decimal(200) * ((last - first).days + 1) / days
        volume = used.quantize(Decimal("0.000001"))
        return quote(known, first=first, last=last, volumes={"total": volume}, residents=1).total

    whole = total(month.first_day, month.last_day)
    parts = total(month.first_day, middle) + total(middle + DAY, month.last_day)
    period = known.period_on(month.first_day)
    assert period is not None
    steps = [after - before for before, after in pairwise(period.rates[0].by_scale["total"])]
    share = abs(days / Decimal("30.5") - 1)
    most = sum(share * limit * step for limit, step in zip(period.limits_for(()), steps, strict=True))
    assert [str(whole), str(parts), str(abs(whole - parts)), f"{most:.2f}"] == row[1:]


@pytest.mark.parametrize("row", table("Late fees"), ids=lambda row: row[1])
def test_a_late_fee(row: list[str]) -> None:
    debt, days, fee = row
    due = date(2026, 3, 15)
    rule = read_late_fee(FILES / "late-fee" / "ru.toml")
    assert late_fee(Decimal(debt), due=due, to=due + int(days) * DAY, rule=rule).total == Decimal(fee)


def test_the_keys_are_those_of_the_example() -> None:
    told = {key.strip() for row in table("The file") for key in row[0].split(",")}
    raw = tomllib.loads((FILES / "example.toml").read_text("utf-8"))
    known = set(raw) | {f"periods.{key}" for period in raw["periods"] for key in period}
    assert told == known | {"periods.limits", "periods.norms"}


@pytest.mark.parametrize("document", ["docs/domain/tariffs.md", "README.md"])
def test_the_command_prints_what_the_document_shows(
    document: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    text = (PROJECT / document).read_text("utf-8")
    found = re.search(r"```sh\nabonent (tariffs quote .*)\n```\n\n```\n((?:.|\n)*?)```", text)
    assert found
    assert main(found[1].split()) == 0
    assert capsys.readouterr().out == found[2]

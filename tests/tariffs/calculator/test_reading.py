"""A tariff's file is read strictly: every mistake is named with file, key and reason, all at once."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from abonent.tariffs.calculator import TariffError, dated_rates, parse_tariff, read_tariff
from abonent.tariffs.calculator.late_fee import read_late_fee
from tests.tariffs.asking import FILES, tariff

EXAMPLE = (FILES / "example.toml").read_text("utf-8")
RULE = (FILES / "late-fee" / "ru.toml").read_text("utf-8")
ALL = sorted([*FILES.glob("*.toml"), *(FILES / "demo").glob("*.toml")])


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_tariff_of_the_project_can_be_read(path: Path) -> None:
    found = read_tariff(path)
    assert found.name["ru"]
    assert found.unit["ru"]
    for period in found.periods:
        assert period.made_up or period.source, f"{period.begins}: published where, or made up?"


def test_codes_are_unique_and_a_service_of_a_town_has_one_default() -> None:
    codes = [read_tariff(path).code for path in ALL]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('code = "example"', "", "code: missing"),
        ('code = "example"', 'code = "Example 1"', "code: a code is lower case letters"),
        ('currency = "RUB"', 'currency = "USD"', "currency: one of KZT, RUB is needed, not 'USD'"),
        ('ru = "Пример", ', 'de = "Beispiel", ', "name.de: no such language"),
        ('name = { ru = "Пример", kk = "Мысал", en = "Example" }', "", "name: missing"),
        ('categories = ["electric_stove", "alone", "exempt", "rural"]', "categories = 0", "categories: a l"),
        ('steps = "ranges"', 'steps = "stairs"', "steps: one of levels, ranges is needed"),
        ('per = "resident"', 'pro = "resident"', "pro: no such key"),
        ('proration = "calendar"', 'proration = "lunar"', "proration: no number: 'lunar'"),
        ('proration = "calendar"', 'proration = "365"', "proration: is to be above 27, up to 32, not 365"),
        ('round_limits = "1"', 'round_limits = "0"', "round_limits: is to be above 0"),
        ("volume_places = 3", "volume_places = 9", "volume_places: a whole number from 0 to 6"),
        ("from = 2026-01-01", 'from = "January"', "periods[0].from: a date is needed"),
        ("from = 2026-01-01", "", "periods[0].from: missing"),
        ("from = 2026-11-01", "from = 2025-11-01", "periods[1].from: 2025-11-01 is not after 2026-01-01"),
        ('vat = "0.22"', 'vat = "22"', "periods[0].vat: is to be above 0, up to 1, not 22"),
        ('vat = "0.22"', "vat = 0.22", 'a number is written as a string, as in "16.65": 0.22'),
        ("made_up = true", 'made_up = "yes"', "periods[0].made_up: true or false is needed"),
        ('raising_factor = "1.5"', 'raising_factor = "0.5"', "periods[0].raising_factor: is to be above 1"),
        ('"4.50", "6.20", "7.80"] },', '"4.50", "-6.20", "7.80"] },', "rates[0].total[1]: is to be 0"),
        ('total = ["4.50", "6.20", "7.80"]', "", "rates[0]: scales are total | day, night"),
        (', night = ["2.80", "3.90", "4.90"] },', " },", "rates[1]: scales are total |"),
        ('total = ["4.50"', 'evening = ["4.50"', "rates[0].evening: no such key"),
        ('["4.50", "6.20", "7.80"] },', '["4.50", "7.80", "6.20"] },', "rates[0].total: rates fall"),
        ('["4.50", "6.20", "7.80"] },', '["4.50", "6.20"] },', "rates[0]: 2 rates and 2 limits: 3 rates"),
        ('["2.80", "3.90", "4.90"] },', '["2.80", "3.90"] },', "rates[1]: every scale needs the same number"),
        ('with = ["rural"]', 'with = ["village"]', "rates[3].with: 'village' is not among the tariff's"),
        ('with = ["rural"], total', "total", "rates: 2 rows are meant for total with no category"),
        ('up_to = ["100", "250"]', 'up_to = ["250", "100"]', "limits[0].up_to: limits rise from level"),
        ('{ up_to = ["100", "250"] },', "", "limits: no rows are meant with no category; one is needed"),
        (
            '{ with = ["alone", "electric_stove"], up_to = ["180", "350"] },',
            "",
            "limits: 2 rows are meant with alone and electric_stove",
        ),
        ('amount = "65"', 'amount = "0"', "norms[0].amount: is to be above 0"),
        ("[[periods]]", "[[seasons]]", "periods: missing: at least one is needed"),
        ('code = "example"', "code = example", "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(old: str, new: str, mistake: str) -> None:
    assert old in EXAMPLE
    count = 0 if old == "[[periods]]" else 1
    text = EXAMPLE.replace(old, new) if not count else EXAMPLE.replace(old, new, count)
    with pytest.raises(TariffError) as raised:
        parse_tariff(text, "mine.toml")
    assert mistake in str(raised.value)
    assert all(line.startswith("mine.toml: ") for line in str(raised.value).splitlines())


def test_all_mistakes_are_named_at_once() -> None:
    text = (
        EXAMPLE.replace('currency = "RUB"', 'currency = "USD"')
        .replace('"65"', "65")
        .replace("per =", "pro =")
    )
    with pytest.raises(TariffError) as raised:
        parse_tariff(text, "mine.toml")
    assert str(raised.value).splitlines() == [
        'mine.toml: norms[0].amount: a number is written as a string, as in "16.65": 65',
        "mine.toml: currency: one of KZT, RUB is needed, not 'USD'",
        "mine.toml: pro: no such key",
    ]


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), (b"\xff", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "none.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TariffError, match=f"{re.escape(str(path))}: .*{reason}"):
        read_tariff(path)


def test_vat_goes_into_each_rate_and_is_rounded() -> None:
    levels = [dated_rates(tariff("almaty-levels.toml"), level=level) for level in (1, 2, 3)]
    assert [dict(level)[date(2018, 3, 1)] for level in levels] == [
        *(Decimal("16.65"), Decimal("21.99"), Decimal("27.48"))
    ]


def test_rates_through_time_leave_out_what_is_not_known() -> None:
    known = tariff("ulyanovsk.toml")
    assert [rate for _, rate in dated_rates(known, scales=("day", "night"), scale="night", level=2)] == [
        Decimal("4.97")
    ]
    assert dated_rates(known, scales=("day", "night"), scale="night", level=3) == ()


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("from_day = 91", "from_day = 31", "steps: from_day rises from step to step"),
        ('percent = "9.5"', "percent = 9.5", "key_rates[0].percent: a number is written as a string"),
        ("until = 2027-01-01", "until = 2022-01-01", "until: is to be after the last key rate's day"),
        ("divisor = 300", "divider = 300", "steps[0].divider: no such key"),
    ],
)
def test_a_mistake_in_the_rule_of_late_fees_is_named(
    tmp_path: Path, old: str, new: str, mistake: str
) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(RULE.replace(old, new), "utf-8")
    with pytest.raises(TariffError, match=re.escape(mistake)):
        read_late_fee(path)

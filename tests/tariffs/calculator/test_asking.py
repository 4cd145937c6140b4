"""A question without an answer is refused with what to ask instead, and an answer says its rules."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from abonent.tariffs.calculator import QuoteError, parse_tariff, quote
from abonent.tariffs.calculator.late_fee import NoKeyRateError, late_fee, read_late_fee
from tests.tariffs.asking import FILES, ask, tariff

OCTOBER = ("2026-10-01", "2026-10-31")
LEVELS, RANGES = "almaty-levels.toml", "ulyanovsk.toml"


@pytest.mark.parametrize(
    ("file", "days", "asked", "reason"),
    [
        (LEVELS, ("2026-10-31", "2026-10-01"), {"volumes": {"total": "1"}}, "ends .* before it begins"),
        (LEVELS, ("2026-10-01", "2046-10-01"), {"volumes": {"total": "1"}}, "longer than 3660 days"),
        (LEVELS, ("2013-12-31", "2014-01-31"), {"volumes": {"total": "1"}}, "has rates from 2014-01-01 on"),
        (LEVELS, OCTOBER, {}, "give what was used .* or the residents"),
        (LEVELS, OCTOBER, {"volumes": {"total": "1"}}, "how many residents"),
        (LEVELS, OCTOBER, {"volumes": {"total": "1"}, "residents": 0}, "there has to be one at least"),
        (LEVELS, OCTOBER, {"volumes": {"total": "1"}, "residents": -1}, "residents are to be 0 to 1000"),
        (
            LEVELS,
            OCTOBER,
            {"volumes": {"day": "1", "night": "1"}},
            "no rates for day, night .* rates for total",
        ),
        (LEVELS, OCTOBER, {"volumes": {"day": "1"}}, "no meter has the scales day"),
        (LEVELS, OCTOBER, {"volumes": {"total": "-1"}}, "the volume of total is to be 0 to"),
        (LEVELS, OCTOBER, {"volumes": {"total": "NaN"}}, "the volume of total is to be 0 to"),
        (LEVELS, OCTOBER, {"volumes": {"total": "1E-99"}}, "more than 28 digits"),
        (LEVELS, OCTOBER, {"volumes": {"total": f"1.{'1' * 28}"}}, "more than 28 digits"),
        (LEVELS, ("2999-12-01", "3000-01-01"), {"volumes": {"total": "1"}}, "nothing is known of 3000-01-01"),
        (
            LEVELS,
            OCTOBER,
            {"categories": ["rural"], "residents": 1},
            "no category rural; it knows: alone, elec",
        ),
        (LEVELS, OCTOBER, {"categories": ["alone"], "residents": 2}, "alone is one resident, not 2"),
        (LEVELS, OCTOBER, {"volumes": {"total": "1"}, "residents": 1, "raised": True}, "belongs to the norm"),
        (LEVELS, OCTOBER, {"residents": 1, "raised": True}, "no raising factor from 2025-07-01"),
        (RANGES, OCTOBER, {"residents": 1}, "no norm from 2025-01-01"),
        (RANGES, OCTOBER, {"volumes": {"day": "3900", "night": "0.001"}}, "not known .* Range 3: above 3900"),
        ("kostanay.toml", OCTOBER, {"volumes": {"total": "1"}}, "for electric_stove only"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    file: str, days: tuple[str, str], asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(QuoteError, match=reason):
        ask(file, *days, **asked)


def test_exempt_households_pay_the_first_range_for_everything() -> None:
    assert ask(RANGES, *OCTOBER, volumes={"total": "5000"}).total == Decimal("38662.00")
    exempt = ask(RANGES, *OCTOBER, volumes={"total": "5000"}, categories=["exempt"])
    assert exempt.total == Decimal("24650.00")
    assert [(line.level, line.rule.code) for line in exempt.lines] == [(1, "exempt")]


def test_a_scale_that_used_nothing_is_said_once() -> None:
    found = ask("example.toml", "2026-10-16", "2026-11-15", volumes={"day": "62", "night": "0"}, residents=1)
    assert [(line.scale, str(line.volume)) for line in found.lines] == [
        ("day", "32"),
        ("night", "0"),
        ("day", "30"),
    ]


@pytest.mark.parametrize(("rounded", "limit"), [(None, "91.475"), ("1", "91"), ("0.5", "91.5")])
def test_whether_a_scaled_limit_is_rounded_is_the_tariff_s_own_matter(
    rounded: str | None, limit: str
) -> None:
    text = (FILES / LEVELS).read_text("utf-8")
    if rounded:
        text = text.replace('proration = "30.5"', f'proration = "30.5"\nround_limits = "{rounded}"')
    found = quote(
        parse_tariff(text),
        first=date(2026, 10, 16),
        last=date(2026, 11, 15),
        volumes={"total": Decimal(100)},
        residents=1,
    )
    assert found.lines[0].rule.params["limit"] == limit
    assert ("limits_rounded" in {note.code for note in found.notes}) == bool(rounded)


def test_a_finer_volume_than_the_tariff_s_is_not_rounded() -> None:
    for volume in (Decimal("100.123456"), Decimal(150) * 10 / 31):
        found = ask("saint-petersburg.toml", "2026-09-16", "2026-10-15", volumes={"total": str(volume)})
        assert sum(line.volume for line in found.lines) == volume


def test_every_rule_and_note_has_words() -> None:
    answers = [
        ask("example.toml", "2026-10-16", "2026-11-15", volumes={"day": "400", "night": "300"}, residents=1),
        ask(
            "example.toml",
            "2026-10-16",
            "2026-11-20",
            residents=3,
            raised=True,
            categories=["electric_stove"],
        ),
        ask(LEVELS, "2026-10-16", "2026-11-15", volumes={"total": "400"}, residents=1),
        ask(RANGES, *OCTOBER, volumes={"total": "5000"}),
    ]
    for answer in answers:
        for words in [line.rule for line in answer.lines] + list(answer.notes):
            assert words.text
            assert "{" not in words.text


def test_the_category_changes_the_rates() -> None:
    of = {"volumes": {"total": "100"}, "residents": 1}
    assert ask("example.toml", *OCTOBER, **of).total == Decimal("549.00")
    assert ask("example.toml", *OCTOBER, **of, categories=["rural"]).total == Decimal("384.00")


def test_the_newest_period_holds_until_another_begins() -> None:
    found = tariff("saint-petersburg.toml")
    newest = found.period_on(date(2030, 1, 1))
    assert newest is found.periods[-1]
    assert found.period_on(date(2013, 12, 31)) is None
    assert newest.scale_sets == (("total",), ("day", "night"), ("peak", "half_peak", "night"))


def test_a_late_fee_outside_the_known_key_rates_is_refused() -> None:
    rule = read_late_fee(FILES / "late-fee" / "ru.toml")
    debt = Decimal(100)
    assert late_fee(Decimal(-5), due=date(2026, 3, 15), to=date(2026, 12, 31), rule=rule).total == 0
    assert late_fee(debt, due=date(2026, 10, 1), to=date(2026, 12, 31), rule=rule).total > 0
    with pytest.raises(NoKeyRateError, match="not for 2026-12-31 to 2027-01-01"):
        late_fee(debt, due=date(2026, 10, 1), to=date(2027, 1, 1), rule=rule)

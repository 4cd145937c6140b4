"""A file with one more period: what stands in it stays, what is written beneath is a tariff."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from abonent.tariffs.calculator import TariffError, parse_tariff
from abonent.tariffs.calculator.comparing import compare, typical_volumes
from abonent.tariffs.calculator.next_period import last_begins, last_rates, with_next_period

FILES = sorted((settings.BASE_DIR / "tariffs").glob("*.toml"))
FILES += sorted((settings.BASE_DIR / "tariffs" / "demo").glob("*.toml"))
LEVELS = (settings.BASE_DIR / "tariffs" / "almaty-levels.toml").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_takes_a_period_with_the_same_rates(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    before = parse_tariff(text)
    begins = last_begins(text) + timedelta(days=31)
    made = with_next_period(text, begins=begins, rates={}, source='Приказ «№ 5» "от" 1\\2')
    after = parse_tariff(made)
    assert made.startswith(text.rstrip("\n"))
    assert tuple(after.periods[:-1]) == tuple(before.periods)
    was, new = before.periods[-1], after.periods[-1]
    assert (new.begins, new.source, new.made_up) == (begins, 'Приказ «№ 5» "от" 1\\2', False)
    assert (new.rates, new.limits, new.norms, new.vat) == (was.rates, was.limits, was.norms, was.vat)
    assert new.raising_factor == was.raising_factor


def test_a_changed_rate_is_the_one_that_was_named() -> None:
    rates = last_rates(LEVELS)
    assert [(one.scale, one.level) for one in rates] == [("total", 1), ("total", 2), ("total", 3)]
    made = with_next_period(LEVELS, begins=date(2027, 1, 1), rates={rates[1].key: "44.44"}, source="x")
    [row] = parse_tariff(made).periods[-1].rates
    assert row.by_scale["total"] == (Decimal("32.42"), Decimal("44.44"), Decimal("53.50"))


@pytest.mark.parametrize(
    ("begins", "rate", "key"),
    [
        (date(2025, 7, 1), "33", "periods[8].from"),
        (date(2027, 1, 1), "abc", "periods[8].rates[0].total"),
        (date(2027, 1, 1), "", "periods[8].rates[0].total"),
        (date(2027, 1, 1), "99", "periods[8].rates[0].total"),  # the next level would be cheaper
    ],
)
def test_what_is_no_tariff_is_refused_with_its_key(begins: date, rate: str, key: str) -> None:
    made = with_next_period(LEVELS, begins=begins, rates={"0-total-1": rate}, source="x")
    with pytest.raises(TariffError) as caught:
        parse_tariff(made, "office.toml")
    assert key in str(caught.value)


@given(st.text(max_size=60))
def test_a_source_is_text_and_nothing_else(source: str) -> None:
    made = with_next_period(LEVELS, begins=date(2027, 1, 1), rates={}, source=f"№ {source}")
    assert len(parse_tariff(made).periods) == len(parse_tariff(LEVELS).periods) + 1


def test_rates_are_compared_in_per_cent_on_the_day_from_which_all_holds() -> None:
    rates = {"0-total-1": "35.662"}
    before = parse_tariff(LEVELS)
    after = parse_tariff(with_next_period(LEVELS, begins=date(2027, 1, 15), rates=rates, source="x"))
    found = compare(before, after, takes_effect_on=date(2026, 12, 1))
    assert found.on == date(2027, 1, 15)
    assert str(found.month) == "2027-02", "the first whole one"
    assert [one.per_cent for one in found.rates] == [Decimal(10), Decimal(0), Decimal(0)]
    first = found.examples[0]
    assert first.volume == Decimal(90), "half of the first limit of two residents"
    assert first.before == Decimal("2917.80")
    assert first.after == Decimal("3209.58")


def test_a_new_tariff_is_compared_with_nothing() -> None:
    found = compare(None, parse_tariff(LEVELS), takes_effect_on=date(2026, 12, 1))
    assert {one.before for one in found.rates} == {None}
    assert {one.per_cent for one in found.rates} == {None}
    assert all(one.before is None and one.after is not None for one in found.examples)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_has_examples_that_grow(path: object) -> None:
    tariff = parse_tariff(path.read_text("utf-8"))  # type: ignore[attr-defined]
    on = tariff.periods[-1].begins
    volumes = typical_volumes(tariff, on)
    assert list(volumes) == sorted(set(volumes))
    costs = [one.after for one in compare(None, tariff, takes_effect_on=on).examples]
    assert None not in costs
    assert costs == sorted(costs)  # type: ignore[type-var]

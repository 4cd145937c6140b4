"""What holds for every tariff: the sums, more never costs less, and dividing a period changes nothing."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from hypothesis import assume, example, given
from hypothesis import strategies as st

from abonent.base.money import round_half_up
from abonent.base.months import Month
from abonent.tariffs.calculator import Quote, Tariff, quote
from abonent.tariffs.calculator.segments import whole_months
from tests.tariffs.asking import tariff
from tests.tariffs.calculator.tables import DAY, STEP, days, rounding, scales_of, tariffs

RESIDENTS = st.integers(1, 6)
UNITS = st.lists(st.integers(0, 2_000_000), min_size=3, max_size=3)  # of a thousandth
CALENDAR = st.none()
AVERAGE = st.just(Decimal("30.5"))
ROUNDED = st.sampled_from([None, Decimal(1), Decimal("0.5")])


def volumes(of: Tariff, units: list[int], times: int = 1) -> dict[str, Decimal]:
    return {scale: n * times * STEP for scale, n in zip(scales_of(of), units, strict=False)}


def ask(tariff: Tariff, of: tuple[date, date], used: dict[str, Decimal], residents: int) -> Quote:
    return quote(tariff, first=of[0], last=of[1], volumes=used, residents=residents)


def check_sums(found: Quote) -> None:
    assert sum(line.amount for line in found.lines) == found.total
    for line in found.lines:
        assert line.amount == round_half_up(line.volume * line.rate * line.factor)
        assert line.days == (line.last - line.first).days + 1
        assert line.volume >= 0


@given(tariffs(round_limits=ROUNDED), days(), UNITS, RESIDENTS)
def test_lines_add_up_to_the_total_and_to_the_volume(
    tariff: Tariff, of: tuple[date, date], units: list[int], residents: int
) -> None:
    used = volumes(tariff, units)
    found = ask(tariff, of, used, residents)
    check_sums(found)
    by_scale: dict[str, Decimal] = defaultdict(Decimal)
    for line in found.lines:
        by_scale[line.scale] += line.volume
    assert by_scale == used


@given(tariffs(scale_sets=(("total",),), round_limits=ROUNDED), days(), RESIDENTS)
def test_a_norm_adds_up_and_the_raising_factor_stands_apart(
    tariff: Tariff, of: tuple[date, date], residents: int
) -> None:
    plain, found = (
        quote(tariff, first=of[0], last=of[1], residents=residents, raised=raised) for raised in (False, True)
    )
    check_sums(found)
    norm = [line for line in found.lines if line.rule.code == "norm"]
    more = [line for line in found.lines if line.rule.code == "raised"]
    assert tuple(norm) == plain.lines
    assert [(line.volume, line.rate) for line in more] == [(line.volume, line.rate) for line in norm]
    assert {line.factor for line in more} == {Decimal("0.5")}


@given(
    tariffs(scale_sets=(("total",),), round_limits=ROUNDED),
    days(),
    st.integers(0, 2_000_000),
    st.integers(1, 50_000),
    RESIDENTS,
)
def test_more_volume_never_costs_less(
    tariff: Tariff, of: tuple[date, date], units: int, more: int, residents: int
) -> None:
    """On one scale to the kopeck, whatever the levels and the changes of the tariff."""
    less, greater = (ask(tariff, of, {"total": n * STEP}, residents) for n in (units, units + more))
    assert less.total <= greater.total


@given(tariffs(most_levels=1), days(), UNITS, st.integers(0, 2), st.integers(1, 50_000))
def test_more_on_one_scale_of_several_never_costs_less(
    tariff: Tariff, of: tuple[date, date], units: list[int], index: int, more: int
) -> None:
    used = volumes(tariff, units)
    scale = list(used)[index % len(used)]
    greater = ask(tariff, of, used | {scale: used[scale] + more * STEP}, 1)
    assert ask(tariff, of, used, 1).total <= greater.total


@given(tariffs(), days(), UNITS, st.integers(0, 2), st.integers(1, 50_000), RESIDENTS)
def test_more_on_one_scale_moves_the_others_up_and_still_never_costs_less(
    tariff: Tariff, of: tuple[date, date], units: list[int], index: int, more: int, residents: int
) -> None:
    """Several scales share ranges: lines become less and others more, so each rounding counts. What the added
    volume costs at the lowest rate is always there, but for that rounding."""
    used = volumes(tariff, units)
    scale = list(used)[index % len(used)]
    before = ask(tariff, of, used, residents)
    after = ask(tariff, of, used | {scale: used[scale] + more * STEP}, residents)
    lowest = min(
        rate for period in tariff.periods for row in period.rates[0].by_scale.values() for rate in row
    )
    assert after.total >= before.total + more * STEP * lowest - rounding(before, after)


def parts(of: tuple[date, date], at: int) -> tuple[tuple[date, date], ...]:
    """The whole, and its two parts when it is split after a day."""
    first, last = of
    middle = first + (at % (last - first).days) * DAY
    return of, (first, middle), (middle + DAY, last)


def difference(tariff: Tariff, of: tuple[date, date], units: list[int], residents: int, at: int) -> Decimal:
    """How far the parts are from the whole beyond what their lines may be rounded; `units` are used a day."""
    whole, *both = (
        ask(tariff, part, volumes(tariff, units, (part[1] - part[0]).days + 1), residents)
        for part in parts(of, at)
    )
    return abs(sum(part.total for part in both) - whole.total) - rounding(whole, *both)


AT = st.integers(0, 99)
#: 2.95 kWh a day is above October's limit of a day and below November's.
BY_CALENDAR = replace(tariff("almaty-levels.toml"), month_days=None)
DAILY = st.lists(st.integers(0, 30_000), min_size=3, max_size=3)


@given(tariffs(month_days=CALENDAR), days(least=2), DAILY, RESIDENTS, AT)
@example(BY_CALENDAR, (date(2026, 10, 16), date(2026, 11, 15)), [2950, 0, 0], 1, 15)
def test_a_period_may_be_split_at_any_day(
    tariff: Tariff, of: tuple[date, date], units: list[int], residents: int, at: int
) -> None:
    """Limits by the days of each month: no split changes anything but the rounding of lines."""
    assert difference(tariff, of, units, residents, at) <= 0


@given(tariffs(month_days=AVERAGE), days(least=2), DAILY, RESIDENTS, AT)
def test_by_an_average_month_a_period_of_no_whole_months_may_be_split(
    tariff: Tariff, of: tuple[date, date], units: list[int], residents: int, at: int
) -> None:
    assume(not any(whole_months(*part) for part in parts(of, at)))
    assert difference(tariff, of, units, residents, at) <= 0


@given(tariffs(month_days=AVERAGE), st.integers(0, 17), DAILY, RESIDENTS, AT)
def test_by_an_average_month_a_whole_month_differs_from_its_parts_by_so_much(
    tariff: Tariff, index: int, units: list[int], residents: int, at: int
) -> None:
    """A whole month has the limit 90, its parts 90 / 30.5 x days: the limits of a month of 31 days differ by
    1.64 %, and a kilowatt-hour that changes its level costs the difference of the two rates."""
    month = Month(2026, 1) + index
    of = month.first_day, month.last_day
    length = month.last_day.day
    apart = abs(length / Decimal("30.5") - 1) * sum(
        limit * (residents if tariff.per == "resident" else 1) * _dearest_step(tariff)
        for limit in _largest_limits(tariff)
    )
    assert difference(tariff, of, units, residents, at) <= apart


def _largest_limits(tariff: Tariff) -> tuple[Decimal, ...]:
    """Of every level, through all periods."""
    rows = [period.limits[0].amounts for period in tariff.periods if period.limits]
    return tuple(max(row) for row in zip_longest(*rows, fillvalue=Decimal(0)))


def _dearest_step(tariff: Tariff) -> Decimal:
    rows = [row for period in tariff.periods for row in period.rates[0].by_scale.values()]
    return max(row[-1] - row[0] for row in rows)


@given(tariffs(round_limits=ROUNDED), days(least=2), DAILY, RESIDENTS, AT)
def test_a_change_to_the_same_rates_changes_nothing(
    tariff: Tariff, of: tuple[date, date], units: list[int], residents: int, at: int
) -> None:
    """Of every tariff, whole months and rounded limits too: a limit is divided as the volume is."""
    (_, middle), _ = parts(of, at)[1:]
    held = tariff.period_on(middle + DAY)
    assert held is not None
    periods = {period.begins: period for period in (*tariff.periods, replace(held, begins=middle + DAY))}
    cut = replace(tariff, periods=[periods[begins] for begins in sorted(periods)])
    used = volumes(tariff, units, (of[1] - of[0]).days + 1)
    whole, divided = (ask(one, of, used, residents) for one in (tariff, cut))
    assert abs(whole.total - divided.total) <= rounding(whole, divided)

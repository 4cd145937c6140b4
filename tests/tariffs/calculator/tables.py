"""Tariffs and questions at random, and how far rounding can carry a total."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from abonent.tariffs.calculator import Limits, Norm, Period, Quote, Rates, Tariff
from abonent.tariffs.calculator.tariff import SCALE_SETS

DAY = timedelta(days=1)
STEP = Decimal("0.001")
BEGINNING = date(2026, 1, 1)
DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))


ANY_MONTH: st.SearchStrategy[Decimal | None] = st.sampled_from([None, Decimal("30.5")])
NOT_ROUNDED: st.SearchStrategy[Decimal | None] = st.none()


def money(least: str, most: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=2, allow_nan=False)


@st.composite
def rates(draw: st.DrawFn, scales: tuple[str, ...], levels: int) -> Rates:
    """Rising from level to level, VAT inside."""
    rows = {}
    for scale in scales:
        steps = draw(st.lists(money("0.50", "20"), min_size=levels, max_size=levels))
        rows[scale] = tuple(sum(steps[: index + 1], Decimal(0)) for index in range(levels))
    return Rates(frozenset(), rows)


@st.composite
def periods(draw: st.DrawFn, begins: date, scales: tuple[str, ...], levels: int) -> Period:
    steps = draw(st.lists(st.integers(1, 200), min_size=levels - 1, max_size=levels - 1))
    bounds = tuple(Decimal(sum(steps[: index + 1])) for index in range(levels - 1))
    limits = (Limits(frozenset(), bounds),) if bounds else ()
    norms = (Norm(frozenset(), Decimal(draw(st.integers(1, 200)))),)
    return Period(begins, (draw(rates(scales, levels)),), limits, norms, raising_factor=Decimal("1.5"))


@st.composite
def tariffs(
    draw: st.DrawFn,
    *,
    month_days: st.SearchStrategy[Decimal | None] = ANY_MONTH,
    round_limits: st.SearchStrategy[Decimal | None] = NOT_ROUNDED,
    scale_sets: tuple[tuple[str, ...], ...] = SCALE_SETS,
    most_levels: int = 3,
) -> Tariff:
    """One to three periods, each with the same scales and a number of levels of its own."""
    scales = draw(st.sampled_from(scale_sets))
    starts = sorted({BEGINNING, *draw(st.lists(DAYS, max_size=2))})
    return Tariff(
        code="any",
        service="electricity",
        currency="KZT",
        name={"en": "Any"},
        unit={"en": "kWh"},
        periods=tuple(draw(periods(begins, scales, draw(st.integers(1, most_levels)))) for begins in starts),
        per=draw(st.sampled_from(["resident", "account"])),
        month_days=draw(month_days),
        round_limits=draw(round_limits),
    )


def scales_of(tariff: Tariff) -> tuple[str, ...]:
    return tariff.periods[0].rates[0].scales


@st.composite
def days(draw: st.DrawFn, *, least: int = 1, most: int = 100) -> tuple[date, date]:
    first = draw(DAYS)
    return first, first + draw(st.integers(least - 1, most - 1)) * DAY


def rounding(*quotes: Quote) -> Decimal:
    """What their lines can be off by together: half a kopeck each, and a thousandth of a unit at its rate. A
    level that rounding left without volume is a line too."""
    dearest = max((line.rate for quote in quotes for line in quote.lines), default=Decimal(0))
    return sum((len(quote.lines) + 1 for quote in quotes), 0) * (Decimal("0.005") + STEP * dearest)

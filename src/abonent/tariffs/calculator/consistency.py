"""What a file says that cannot hold together, though each key is of the right kind."""

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise

from abonent.tariffs.calculator.tariff import Limits, Norm, Period, Rates, Tariff, chosen

MOST_CATEGORIES = 8


def contradictions(tariff: Tariff) -> Iterator[str]:
    """Every one as `key: reason`."""
    if len(tariff.categories) > MOST_CATEGORIES:
        yield f"categories: {MOST_CATEGORIES} at most"
        return
    for index, (before, after) in enumerate(pairwise(tariff.periods), start=1):
        if after.begins <= before.begins:
            yield f"periods[{index}].from: {after.begins} is not after {before.begins}: put them in order"
    for index, period in enumerate(tariff.periods):
        yield from (f"periods[{index}].{reason}" for reason in _in_period(tariff, period))


def _in_period(tariff: Tariff, period: Period) -> Iterator[str]:
    for scales in period.scale_sets:
        rows = [row for row in period.rates if row.scales == scales]
        yield from _choosing("rates", f" for {', '.join(scales)}", tariff, rows)
    yield from _choosing("limits", "", tariff, period.limits)
    yield from _choosing("norms", "", tariff, period.norms)
    for number, limits in enumerate(period.limits):
        if any(upper <= lower for lower, upper in pairwise(limits.amounts)):
            yield f"limits[{number}].up_to: limits rise from level to level"
    for number, rates in enumerate(period.rates):
        yield from _levels(number, rates, period)


def _choosing(
    name: str, of: str, tariff: Tariff, rows: Sequence[Rates] | Sequence[Limits] | Sequence[Norm]
) -> Iterator[str]:
    """Whatever categories are given, one row is meant at most; limits have one for everybody."""
    if not rows:
        return
    least = 1 if name == "limits" else 0
    codes = sorted(tariff.categories)
    for given in chain.from_iterable(combinations(codes, size) for size in range(len(codes) + 1)):
        found = len(chosen(rows, given))
        if not least <= found <= 1:
            told = " and ".join(given) or "no category"
            yield f"{name}: {found or 'no'} rows are meant{of} with {told}; one is needed"
            return


def _levels(number: int, rates: Rates, period: Period) -> Iterator[str]:
    counts = {len(row) for row in rates.by_scale.values()}
    if len(counts) > 1:
        yield f"rates[{number}]: every scale needs the same number of rates"
        return
    (count,) = counts
    for scale, row in rates.by_scale.items():
        if any(upper < lower for lower, upper in pairwise(row)):
            yield (
                f"rates[{number}].{scale}: rates fall from level to level ({', '.join(map(str, row))}): "
                "taken for a mistake; with several scales more volume could cost less"
            )
    if not rates.levelled:
        return
    if not period.limits:
        yield f"rates[{number}]: {count} rates need limits, which say where the next begins"
    for limits in period.limits:
        levels = len(limits.amounts) + 1
        if limits.amounts and count != levels and not (rates.incomplete and count < levels):
            yield (
                f"rates[{number}]: {count} rates and {levels - 1} limits: "
                f"{levels} rates are needed, or incomplete = true"
            )

"""The rules that a quote applied, in the order of the reckoning."""

from collections.abc import Iterator
from decimal import Decimal

from abonent.tariffs.calculator.asking import Asked, limits_of
from abonent.tariffs.calculator.numbers import plain
from abonent.tariffs.calculator.segments import Segment, cut_by_months, whole_months
from abonent.tariffs.calculator.tariff import Tariff
from abonent.tariffs.calculator.words import Note


def of(tariff: Tariff, question: Asked, parts: tuple[Segment, ...]) -> Iterator[Note]:
    """What stands under the table of lines."""
    limits = _limits_in_use(question, parts)
    yield from _cuts(tariff, question, parts)
    if limits:
        yield from _limits(tariff, question, limits)
        if len(question.scales) > 1:
            yield Note("scales_in_proportion")
    elif not question.volumes and not whole_months(question.first, question.last):
        yield Note("norm_by_days", {"days": str(question.days)})
    for vat in dict.fromkeys(part.period.vat for part in parts):
        if vat is not None:
            yield Note("vat_inside", {"percent": f"{plain(vat * 100):f}"})
    made_up = dict.fromkeys(part.period.begins.isoformat() for part in parts if part.period.made_up)
    if made_up:
        yield Note("made_up", {"date": ", ".join(made_up)})


def _limits_in_use(question: Asked, parts: tuple[Segment, ...]) -> list[tuple[Decimal, ...]]:
    found = (limits_of(part.period, question) for part in parts)
    return list(dict.fromkeys(limits for limits in found if limits))


def _cuts(tariff: Tariff, question: Asked, parts: tuple[Segment, ...]) -> Iterator[Note]:
    for part in parts[1:]:
        if part.first == part.period.begins:
            yield Note("tariff_changed", {"date": part.first.isoformat()})
    if cut_by_months(tariff, question) and question.first.replace(day=1) != question.last.replace(day=1):
        yield Note("divided_by_months")


def _limits(tariff: Tariff, question: Asked, limits: list[tuple[Decimal, ...]]) -> Iterator[Note]:
    for row in limits:
        amounts = " / ".join(f"{plain(limit):f}" for limit in row)
        if tariff.per == "resident":
            yield Note("limits_per_resident", {"limits": amounts, "residents": str(question.residents)})
        else:
            yield Note("limits_per_account", {"limits": amounts})
    whole = whole_months(question.first, question.last)
    if whole:
        yield Note("limits_whole", {"months": str(whole)})
    elif tariff.month_days is None:
        yield Note("limits_by_calendar")
    else:
        days = {"month_days": f"{plain(tariff.month_days):f}", "days": str(question.days)}
        yield Note("limits_by_average_month", days)
    if tariff.round_limits is not None and not whole:
        yield Note("limits_rounded", {"step": f"{plain(tariff.round_limits):f}"})

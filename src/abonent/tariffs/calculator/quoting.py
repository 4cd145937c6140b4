"""The one operation of the calculator: from a tariff and volumes to lines that add up."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from abonent.base.money import round_half_up
from abonent.tariffs.calculator import notes
from abonent.tariffs.calculator.asking import (
    Asked,
    QuoteError,
    asked,
    limits_of,
    norm_of,
    rates_of,
    residents_of,
)
from abonent.tariffs.calculator.numbers import (
    from_units,
    places_of,
    plain,
    shared_out,
    times,
    to_multiple,
    to_units,
)
from abonent.tariffs.calculator.result import Line, Quote
from abonent.tariffs.calculator.segments import Segment, segments
from abonent.tariffs.calculator.tariff import Tariff
from abonent.tariffs.calculator.words import Note

ONE = Decimal(1)
_NO_VOLUMES: Mapping[str, Decimal] = {}


def quote(
    tariff: Tariff,
    *,
    first: date,
    last: date,
    volumes: Mapping[str, Decimal] | None = None,
    residents: int | None = None,
    categories: Collection[str] = (),
    raised: bool = False,
) -> Quote:
    """What `volumes` (by scale, in the tariff's unit) cost from `first` to `last`, both days included.

    Without volumes: the norm of the residents; `raised`: times the raising factor (a meter could be installed
    but was not). Rules and worked tables: docs/domain/tariffs.md. Raises QuoteError when the tariff has no
    answer. Pure: nothing is read or kept.
    """
    question = asked(
        tariff,
        first=first,
        last=last,
        volumes=volumes or _NO_VOLUMES,
        residents=residents,
        categories=categories,
        raised=raised,
    )
    parts = segments(tariff, question)
    lines = tuple(_metered(tariff, question, parts) if volumes else _by_norm(tariff, question, parts))
    return Quote(
        tariff.code,
        tariff.currency,
        tariff.unit,
        first,
        last,
        question.days,
        lines,
        tuple(notes.of(tariff, question, parts)),
    )


def _metered(tariff: Tariff, question: Asked, parts: tuple[Segment, ...]) -> Iterator[Line]:
    """The volume of every scale divided by days, then filled into the levels of each segment."""
    places = max(tariff.volume_places, *(places_of(volume) for volume in question.volumes.values()))
    days = [part.days for part in parts]
    by_scale = [list(shared_out(to_units(volume, places), days)) for volume in question.volumes.values()]
    idle = [not volume for volume in question.volumes.values()]
    for part, units in zip(parts, zip(*by_scale, strict=True), strict=True):
        yield from _lines(_Table.of(tariff, question, part, places), units, idle)
        idle = [False] * len(units)  # a scale that used nothing is said once


def _by_norm(tariff: Tariff, question: Asked, parts: tuple[Segment, ...]) -> Iterator[Line]:
    """The norm of the residents as the volume; what the raising factor adds stands apart."""
    residents, places = residents_of(question), tariff.volume_places
    for part in parts:
        norm = norm_of(part.period, question)
        units = times(norm, residents * part.months * Fraction(part.days * 10**places, part.block_days))
        rule = Note("norm", {"residents": str(residents), "norm": f"{plain(norm):f}"})
        for line in _lines(_Table.of(tariff, question, part, places), (units,), [not units]):
            yield replace(line, rule=rule)
            if question.raised:
                yield _raised(line, part)


def _raised(line: Line, part: Segment) -> Line:
    if part.period.raising_factor is None:
        raise QuoteError(f"the tariff has no raising factor from {part.period.begins} on: leave it out")
    more = part.period.raising_factor - ONE
    rule = Note("raised", {"factor": f"{plain(part.period.raising_factor):f}"})
    amount = round_half_up(line.volume * line.rate * more)
    return replace(line, factor=more, amount=amount, rule=rule)


@dataclass(frozen=True, slots=True)
class _Table:
    """The rates of a segment, and its limits scaled to its days, in units of the last place."""

    segment: Segment
    rates: tuple[tuple[str, tuple[Decimal, ...]], ...]
    levelled: bool
    bounds: tuple[int, ...]
    steps: str
    places: int

    @classmethod
    def of(cls, tariff: Tariff, question: Asked, part: Segment, places: int) -> "_Table":
        rates = rates_of(part.period, question)
        limits = limits_of(part.period, question)
        bounds = _bounds(tariff, question, part, limits, tariff.volume_places) if limits else ()
        scaled = tuple(bound * 10 ** (places - tariff.volume_places) for bound in bounds)
        ordered = tuple((scale, rates.by_scale[scale]) for scale in question.scales)
        return cls(part, ordered, rates.levelled, scaled, tariff.steps, places)

    def rule(self, level: int) -> Note:
        if not self.levelled:
            return Note("one_rate")
        if not self.bounds:
            return Note("exempt")
        kind = self.steps.removesuffix("s")
        limits = (0, *self.bounds, 0)
        above, limit = (f"{from_units(bound, self.places):f}" for bound in limits[level - 1 : level + 1])
        if level == 1:
            return Note(f"{kind}_up_to", {"level": "1", "limit": limit})
        if level > len(self.bounds):
            return Note(f"{kind}_above", {"level": str(level), "above": above})
        return Note(f"{kind}_between", {"level": str(level), "above": above, "limit": limit})


def _bounds(
    tariff: Tariff, question: Asked, part: Segment, limits: tuple[Decimal, ...], places: int
) -> tuple[int, ...]:
    """Limits of the block, rounded if the tariff says so, then this segment's days of it. They do not depend
    on the volume: what is used more fills the same levels further."""
    count = residents_of(question) if tariff.per == "resident" else 1
    if not count:
        raise QuoteError("the limits are for each resident: there has to be one at least")
    whole, days = count * part.months, Fraction(part.days * 10**places, part.block_days)
    if tariff.round_limits is not None and part.months.denominator > 1:
        rounded = (to_multiple(Fraction(limit) * whole, tariff.round_limits) for limit in limits)
        return tuple(times(limit, days) for limit in rounded)
    return tuple(times(limit, whole * days) for limit in limits)


def _lines(table: _Table, units: tuple[int, ...], idle: list[bool]) -> Iterator[Line]:
    """Fill the levels one after another, each by every scale in proportion to what it has left."""
    left, lower = list(units), 0
    for level, upper in enumerate((*table.bounds, None), start=1):
        room = sum(left) if upper is None else min(sum(left), upper - lower)
        rule = table.rule(level)
        for index, part in enumerate(list(shared_out(room, left))):
            left[index] -= part
            if part or (level == 1 and idle[index]):
                yield _line(table, index, level, part, rule)
        lower = upper or 0


def _line(table: _Table, index: int, level: int, units: int, rule: Note) -> Line:
    scale, rates = table.rates[index]
    if level > len(rates):
        raise QuoteError(f"the rate is not known for this much: {rule.text}")
    volume, rate = from_units(units, table.places), rates[level - 1]
    return Line(
        scale,
        level if table.levelled else None,
        table.segment.first,
        table.segment.last,
        table.segment.days,
        volume,
        rate,
        ONE,
        round_half_up(volume * rate),
        rule,
    )

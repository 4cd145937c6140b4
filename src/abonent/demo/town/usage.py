"""Meters, what they count month by month, and the readings taken from them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from abonent.base.months import Month
from abonent.demo.town.households import DEMO, Household, Kind
from abonent.demo.town.recipe import VOLUME, Recipe, Resource

#: Shares of the scales of a meter, by the household's plan.
SCALES = {
    "zones2": (("day", 0.68), ("night", 0.32)),
    "zones3": (("peak", 0.29), ("half_peak", 0.42), ("night", 0.29)),
}
#: Who takes the readings, in per cent.
_SOURCES = {"customer": 88, "estimate": 7, "inspector": 5}
#: Of the accounts that the demo shows, by months before the last one; the customer took all others.
PLANNED_SOURCES = dict.fromkeys((5, 10, 11, 19), "estimate") | dict.fromkeys((2, 14, 26), "inspector")
#: An unread month is billed by the average of so many before it (rules: metering estimates).
_AVERAGED = 3
_REPLACED_AGO, ROLLED_OVER_AGO = 9, 1
#: Digits of the meters that pass their capacity: an old one's, of which an ordinary flat uses up all.
_FEW_DIGITS = 5


@dataclass(slots=True)
class Meter:
    account: str
    service: str
    serial: str
    scales: int
    digits: int
    installed_on: date
    verified_on: date
    next_verification_on: date
    planned_replacement_on: date | None
    removed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    account: str
    serial: str
    scale: str
    taken_on: date
    source: str
    value: int
    """Thousandths."""


@dataclass(slots=True)
class Usage:
    """What a household used: by resource and month a volume, by scale too."""

    volumes: dict[str, list[int]] = field(default_factory=dict)
    by_scale: dict[str, list[dict[str, int]]] = field(default_factory=dict)
    meters: list[Meter] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


def use(recipe: Recipe, household: Household, months: list[Month], today: date, random: Random) -> Usage:
    """The household's use in `months`; with a meter it is the difference of that month's readings exactly."""
    usage = Usage()
    days = [_day(month, random) for month in (months[0] - 1, *months)]
    for resource in recipe.resources.values():
        service = _service_of(recipe, resource)
        metered = f"metered:{resource.code}" in household.features
        drawn = [_drawn(resource, household, month, random) for month in months]
        sources = _sources(household, len(months), random)
        norm = resource.norm * household.residents
        billed = _billed(drawn, sources, resource.step) if metered else [norm for _ in months]
        scales = _scales(household) if resource.code == "electricity" else (("total", 1.0),)
        split = [_split(volume, scales, resource.step, random) for volume in billed]
        usage.volumes[resource.code], usage.by_scale[resource.code] = billed, split
        if metered:
            meter = _new_meter(resource, service, household, len(scales), today, random)
            _read_monthly(usage, meter, household, resource, months, days, split, sources, random)
    return usage


def _sources(household: Household, months: int, random: Random) -> list[str]:
    """Who took the reading of each month. A smart meter tells its own."""
    smart = random.random() < 0.12
    drawn = random.choices(list(_SOURCES), list(_SOURCES.values()), k=months)
    if household.kind in DEMO:
        return [PLANNED_SOURCES.get(months - 1 - index, "customer") for index in range(months)]
    return ["automatic"] * months if smart else drawn


def _billed(drawn: list[int], sources: list[str], step: int) -> list[int]:
    """An estimated month is the average of those before it; the next reading makes it good."""
    billed: list[int] = []
    for index, source in enumerate(sources):
        before = billed[-_AVERAGED:]
        if source == "estimate" and before:
            billed.append(round(sum(before) / len(before) / step) * step)
        else:
            billed.append(max(0, sum(drawn[: index + 1]) - sum(billed)))
    return billed


def _service_of(recipe: Recipe, resource: Resource) -> str:
    return next(service.code for service in recipe.services if service.volume == f"resource:{resource.code}")


def _scales(household: Household) -> tuple[tuple[str, float], ...]:
    for plan, scales in SCALES.items():
        if plan in household.features:
            return scales
    return (("total", 1.0),)


def _drawn(resource: Resource, household: Household, month: Month, random: Random) -> int:
    usual = (resource.base + resource.per_resident * household.residents) * household.thrift
    wanted = usual * resource.season[month.number - 1] * random.uniform(0.9, 1.1)
    return max(resource.step, round(wanted / resource.step) * resource.step)


def _split(volume: int, scales: tuple[tuple[str, float], ...], step: int, random: Random) -> dict[str, int]:
    parts, left = {}, volume
    for scale, share in scales[:-1]:
        parts[scale] = min(left, round(volume * share * random.uniform(0.95, 1.05) / step) * step)
        left -= parts[scale]
    parts[scales[-1][0]] = left
    return parts


def _read_monthly(
    usage: Usage,
    meter: Meter,
    household: Household,
    resource: Resource,
    months: list[Month],
    days: list[date],
    split: list[dict[str, int]],
    sources: list[str],
    random: Random,
) -> None:
    """Hang the meter (or the old and the new one) and read it every month; `days` begin a month earlier."""
    story = _story(household, resource)
    usage.meters.append(meter)
    values = _first_values(meter, split, random, rolls_over=story == "rolled_over")
    _read(usage, meter, values, days[0], "inspector")
    for index, month in enumerate(months):
        if story == "replaced" and index == len(months) - _REPLACED_AGO:
            meter = _replace(usage, meter, month, resource)
            values = dict.fromkeys(values, 0)
            _read(usage, meter, values, meter.installed_on, "inspector")
        for scale, volume in split[index].items():
            values[scale] += volume
        if household.closed_on is None or month <= Month.of(household.closed_on):
            _read(usage, meter, values, days[index + 1], sources[index])
    if household.closed_on:
        meter.removed_on = household.closed_on


def _story(household: Household, resource: Resource) -> str:
    """What happened to the meter."""
    return household.meters.get(resource.code, "replaced" if household.kind is Kind.METER_REPLACED else "")


def _first_values(
    meter: Meter, split: list[dict[str, int]], random: Random, *, rolls_over: bool
) -> dict[str, int]:
    """What the scales show at first, after some months or years; of a meter that rolls over the first one
    passes its capacity lately."""
    age = random.randrange(4, 50)
    values = {scale: (volume + VOLUME) * age // VOLUME * VOLUME for scale, volume in split[0].items()}
    if rolls_over:
        meter.digits = _FEW_DIGITS
        passes = len(split) - 1 - ROLLED_OVER_AGO
        scale = next(iter(values))
        until = sum(volumes[scale] for volumes in split[:passes]) + split[passes][scale] * 7 // 8
        values[scale] = 10**meter.digits * VOLUME - until // VOLUME * VOLUME
    return values


def _read(usage: Usage, meter: Meter, values: dict[str, int], day: date, source: str) -> None:
    """Write down what the scales show: beyond its capacity a meter begins again from nothing."""
    if meter.removed_on is None:
        capacity = 10**meter.digits * VOLUME
        usage.readings.extend(
            Reading(meter.account, meter.serial, scale, day, source, value % capacity)
            for scale, value in values.items()
        )


def _day(month: Month, random: Random) -> date:
    return month.first_day + timedelta(days=random.randrange(19, 25))


def _new_meter(
    resource: Resource, service: str, household: Household, scales: int, today: date, random: Random
) -> Meter:
    interval = resource.interval_years * 365
    due = today + timedelta(days=random.randrange(120, interval - 1300))
    if household.kind is Kind.VERIFICATION_OVERDUE or household.meters.get(resource.code) == "overdue":
        due = today - timedelta(days=40)
    verified = due - timedelta(days=interval)
    planned = due + timedelta(days=random.choice((0, 30, 365)))
    if household.kind is Kind.DEMO_HOME or due < today:
        planned = today + timedelta(days=75)
    return Meter(
        account=household.number,
        service=service,
        serial=f"{random.randrange(10**7, 10**8)}",
        scales=scales,
        digits=resource.digits,
        installed_on=verified,
        verified_on=verified,
        next_verification_on=due,
        planned_replacement_on=planned,
    )


def _replace(usage: Usage, old: Meter, month: Month, resource: Resource) -> Meter:
    day = (month - 1).last_day
    old.removed_on = day
    new = Meter(
        account=old.account,
        service=old.service,
        serial=str(int(old.serial) + 1009),
        scales=old.scales,
        digits=old.digits,
        installed_on=day,
        verified_on=day,
        next_verification_on=day + timedelta(days=resource.interval_years * 365),
        planned_replacement_on=day + timedelta(days=resource.interval_years * 365),
    )
    usage.meters.append(new)
    return new

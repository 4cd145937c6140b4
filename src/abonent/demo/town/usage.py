"""Meters, what they count month by month, and the readings taken from them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from abonent.base.months import Month
from abonent.demo.town.households import Household, Kind
from abonent.demo.town.recipe import VOLUME, Recipe, Resource

#: Shares of the scales of a meter, by the household's plan.
SCALES = {
    "zones2": (("day", 0.68), ("night", 0.32)),
    "zones3": (("peak", 0.29), ("half_peak", 0.42), ("night", 0.29)),
}
#: Who takes the readings, in per cent.
_SOURCES = {"customer": 88, "estimate": 7, "inspector": 5}


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
    for resource in recipe.resources.values():
        service = _service_of(recipe, resource)
        metered = f"metered:{resource.code}" in household.features
        drawn = [_drawn(resource, household, month, random) for month in months]
        norm = resource.norm * household.residents
        usage.volumes[resource.code] = drawn if metered else [norm for _ in months]
        scales = _scales(household) if resource.code == "electricity" else (("total", 1.0),)
        split = [_split(volume, scales, resource.step, random) for volume in usage.volumes[resource.code]]
        usage.by_scale[resource.code] = split
        if metered:
            _meter(usage, resource, service, household, months, split, today, random)
    return usage


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


def _meter(
    usage: Usage,
    resource: Resource,
    service: str,
    household: Household,
    months: list[Month],
    split: list[dict[str, int]],
    today: date,
    random: Random,
) -> None:
    """Hang the meter (or the old and the new one) and read it every month."""
    replaced = len(months) - 9 if household.kind is Kind.METER_REPLACED else None
    meter = _new_meter(resource, service, household, len(split[0]), today, random)
    usage.meters.append(meter)
    values = {scale: random.randrange(300, 30000) * VOLUME for scale in split[0]}
    smart = random.random() < 0.12
    _read(usage, meter, values, _day(months[0] - 1, random), "inspector")
    for index, month in enumerate(months):
        if index == replaced:
            meter = _replace(usage, meter, month, resource)
            values = dict.fromkeys(values, 0)
            _read(usage, meter, values, meter.installed_on, "inspector")
        for scale, volume in split[index].items():
            values[scale] += volume
        if household.closed_on is None or month <= Month.of(household.closed_on):
            source = "automatic" if smart else random.choices(list(_SOURCES), list(_SOURCES.values()))[0]
            _read(usage, meter, values, _day(month, random), source)
    if household.closed_on:
        meter.removed_on = household.closed_on


def _read(usage: Usage, meter: Meter, values: dict[str, int], day: date, source: str) -> None:
    if meter.removed_on is None:
        usage.readings.extend(
            Reading(meter.account, meter.serial, scale, day, source, value) for scale, value in values.items()
        )


def _day(month: Month, random: Random) -> date:
    return month.first_day + timedelta(days=random.randrange(19, 25))


def _new_meter(
    resource: Resource, service: str, household: Household, scales: int, today: date, random: Random
) -> Meter:
    interval = resource.interval_years * 365
    due = today + timedelta(days=random.randrange(120, interval - 1300))
    if household.kind is Kind.VERIFICATION_OVERDUE:
        due = today - timedelta(days=40)
    verified = due - timedelta(days=interval)
    planned = due + timedelta(days=random.choice((0, 30, 365)))
    if household.kind is Kind.DEMO_HOME:
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

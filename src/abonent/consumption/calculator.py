"""«Расчёт оплаты по счётчику» / «Есептегіш бойынша төлемнің есебі»: what readings would cost.

Nothing is stored. A meter's period begins the day after its previous reading and ends on the day of the new
one; readings are judged as when they are submitted (metering.checks).
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.accounts.queries import Household, households
from abonent.base.money import ZERO
from abonent.consumption.quoting import CannotReckonError, ReckonedLine, in_words, reckon, why_not
from abonent.consumption.typed_readings import NotReckonedError, ReckonedScale, judge, nothing_before
from abonent.metering.charged import charged_meters
from abonent.metering.fields import MeterField, key_of
from abonent.metering.reading_form import reading_form
from abonent.portal.queries import ServiceFacts
from abonent.tariffs.queries import TariffVersionFacts, known

__all__ = ["Calculation", "CalculatorForm", "NotReckonedError", "calculate", "calculator_form"]


@dataclass(frozen=True, slots=True)
class CalculatorScale:
    scale: str
    previous: Decimal | None
    previous_on: date | None


@dataclass(frozen=True, slots=True)
class CalculatorMeter:
    """A meter and what it is charged by."""

    id: int
    service: ServiceFacts
    serial: str
    digits: int
    ratio: Decimal
    scales: tuple[CalculatorScale, ...]
    tariff_code: str
    tariff_name: str
    why_not: str
    """Why it cannot be reckoned, in the reader's language; empty when it can."""


@dataclass(frozen=True, slots=True)
class CalculatorForm:
    account_id: int
    meters: tuple[CalculatorMeter, ...]
    residents: int | None
    categories: tuple[str, ...]
    today: date
    """The organisation's."""


@dataclass(frozen=True, slots=True)
class ReckonedMeter:
    meter: CalculatorMeter
    unit: str
    first: date
    last: date
    days: int
    scales: tuple[ReckonedScale, ...]
    lines: tuple[ReckonedLine, ...]
    total: Decimal
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calculation:
    read_on: date
    meters: tuple[ReckonedMeter, ...]
    total: Decimal
    residents: int | None
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the form and the reckoning stand on: read in four queries, whatever the account holds."""

    meters: tuple[MeterField, ...]
    tariffs: Mapping[int, TariffVersionFacts | None]
    household: Household
    today: date


def _read(account_id: int, *, language: str, version: int, now: datetime) -> _Known:
    form = reading_form(account_id, user_id=None, language=language, now=now)
    named = charged_meters([account_id], first=form.today, last=form.today)
    tariffs, catalogue = {one.meter_id: one.tariff for one in named}, known(version=version)
    return _Known(
        form.meters,
        {
            one.id: catalogue.charged_by(one.service.code, tariffs.get(one.id, ""), form.today)
            for one in form.meters
        },
        households([account_id])[account_id],
        form.today,
    )


def calculator_form(account_id: int, *, language: str, version: int, now: datetime) -> CalculatorForm:
    """The meters in use with their previous readings, and the tariff of each. Four queries."""
    found = _read(account_id, language=language, version=version, now=now)
    return CalculatorForm(
        account_id=account_id,
        meters=tuple(_shown(one, found, language) for one in found.meters),
        residents=found.household.residents,
        categories=tuple(sorted(found.household.categories)),
        today=found.today,
    )


def _shown(meter: MeterField, found: _Known, language: str) -> CalculatorMeter:
    tariff = found.tariffs[meter.id]
    return CalculatorMeter(
        id=meter.id,
        service=meter.service,
        serial=meter.serial,
        digits=meter.digits,
        ratio=meter.ratio,
        scales=tuple(CalculatorScale(one.scale, one.previous, one.previous_on) for one in meter.scales),
        tariff_code=tariff.code if tariff else "",
        tariff_name=tariff.name(language) if tariff else "",
        why_not=_cannot(meter, tariff),
    )


def _cannot(meter: MeterField, tariff: TariffVersionFacts | None) -> str:
    if tariff is None:
        return why_not("no_tariff")
    return "" if all(one.previous is not None for one in meter.scales) else nothing_before()


def calculate(
    account_id: int,
    *,
    readings: Mapping[str, str],
    read_on: date | None,
    residents: int | None = None,
    confirmed: Collection[str] = (),
    language: str,
    version: int,
    now: datetime,
) -> Calculation:
    """What the readings (as typed, by `<meter id>-<scale>`) cost, taken on `read_on`; stores nothing.

    A meter of which nothing was typed is left out. `residents` takes the place of the account's own number.
    A meter that may have rolled over is asked about: `confirmed` then holds `<meter id>-<scale>:rollover`.
    Raises NotReckonedError with everything that is wrong, by field. Four queries.
    """
    found = _read(account_id, language=language, version=version, now=now)
    if residents is not None:
        found = replace(found, household=found.household._replace(residents=residents))
    typed = judge(found.meters, readings, read_on=read_on, confirmed=confirmed, today=found.today)
    meters = _neighbours_said([_meter(meter, scales, found, language) for meter, scales in typed.meters])
    return Calculation(
        read_on=typed.read_on,
        meters=tuple(meters),
        total=sum((one.total for one in meters), ZERO),
        residents=found.household.residents,
        categories=tuple(sorted(found.household.categories)),
    )


def _meter(
    meter: MeterField, scales: tuple[ReckonedScale, ...], found: _Known, language: str
) -> ReckonedMeter:
    """The period begins after the latest of its scales' previous readings: they are read together."""
    first = max(one.previous_on for one in scales) + timedelta(days=1)
    last = scales[0].read_on
    volumes = {one.scale: one.volume for one in scales}
    shown, tariff = _shown(meter, found, language), found.tariffs[meter.id]
    try:
        quote = reckon(
            tariff.tariff if tariff else None,
            first=first,
            last=last,
            volumes=volumes,
            household=found.household,
        )
    except CannotReckonError as error:
        raise NotReckonedError(problems={key_of(meter.id, scales[0].scale): str(error)}) from error
    reckoned = in_words(quote, shown.tariff_name)
    return ReckonedMeter(
        meter=shown,
        unit=meter.service.unit,
        first=first,
        last=last,
        days=reckoned.days,
        scales=scales,
        lines=reckoned.lines,
        total=reckoned.total,
        notes=reckoned.notes,
    )


def _neighbours_said(meters: list[ReckonedMeter]) -> list[ReckonedMeter]:
    """Limits are a household's: two meters of one service share them on the bill, and do not here."""
    of_service = Counter(one.meter.service.id for one in meters)
    return [
        replace(one, notes=(*one.notes, _("Each meter of the service is reckoned by itself.")))
        if of_service[one.meter.service.id] > 1
        else one
        for one in meters
    ]

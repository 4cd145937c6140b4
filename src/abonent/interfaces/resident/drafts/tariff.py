"""What the calculator answers by a tariff's draft: a whole month of each set of scales, line by line."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from abonent.accounts.queries import Household
from abonent.base.money import ZERO
from abonent.consumption.calculator import Calculation, CalculatorForm, ReckonedMeter
from abonent.consumption.quoting import CannotReckonError, in_words, reckon
from abonent.interfaces.resident.calculator.drawing import Typed, draw_answer, draw_form
from abonent.interfaces.resident.drafts import sample
from abonent.interfaces.resident.drafts.frame import NOWHERE, address_with, drawn
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import local
from abonent.tariffs.calculator import Tariff
from abonent.tariffs.calculator.comparing import Comparison, compare


def tariff_page(request: HttpRequest, tariff: Tariff, back: str, today: date) -> HttpResponse:
    """`?volume=200`: one of the volumes that the office's comparison has."""
    seen = compare(None, tariff, takes_effect_on=today)
    volumes = [one.volume for one in seen.examples]
    asked = request.GET.get("volume", "")
    volume = next((one for one in volumes if str(one) == asked), volumes[len(volumes) // 2])
    found = _calculation(tariff, seen, volume)
    values: dict[str, Any] = {
        "found": found,
        "answers": draw_answer(found),
        "drawn": draw_form(_form(found), Typed()),
        "what_if_url": NOWHERE,
    }
    unit = local(tariff.unit)
    switch = [
        (f"{formatting.quantity(one)} {unit}", address_with(request, volume=str(one)), one == volume)
        for one in volumes
    ]
    return drawn(
        request, "resident/calculator/page.html", section="calculator", back=back, choices=switch, **values
    )


def _calculation(tariff: Tariff, seen: Comparison, volume: Decimal) -> Calculation:
    """The first whole month of the draft's last rates, as the office's comparison has it."""
    period = tariff.period_on(seen.on)
    sets = period.scale_sets if period else ()
    meters = [_meter(tariff, seen, volume, scales, number) for number, scales in enumerate(sets, start=1)]
    known = tuple(one for one in meters if one)
    total = sum((one.total for one in known), ZERO)
    return Calculation(seen.month.last_day, known, total, seen.residents, seen.categories)


def _meter(
    tariff: Tariff, seen: Comparison, volume: Decimal, scales: tuple[str, ...], number: int
) -> ReckonedMeter | None:
    """The volume in even parts; None where the tariff has no answer."""
    part = (volume / len(scales)).quantize(Decimal("0.1"))
    volumes = dict.fromkeys(scales[1:], part)
    volumes = {scales[0]: volume - sum(volumes.values(), ZERO), **volumes}
    first, last = seen.month.first_day, seen.month.last_day
    home = Household(seen.residents, frozenset(seen.categories))
    try:
        found = reckon(tariff, first=first, last=last, volumes=volumes, household=home)
    except CannotReckonError:
        return None
    words = in_words(found, local(tariff.name))
    return sample.reckoned_meter(
        words, volumes, number=number, unit=local(tariff.unit), first=first, last=last
    )


def _form(found: Calculation) -> CalculatorForm:
    meters = tuple(one.meter for one in found.meters)
    return CalculatorForm(0, meters, found.residents, found.categories, found.read_on)

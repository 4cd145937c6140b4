"""The points of a submitted reading: counted with the submission, and later for those that came without."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from abonent.metering.checks import CheckedValue, consumption
from abonent.metering.fields import MeterField, ReadingForm
from abonent.metering.review import Facts, Sign, risk, signs

Key = tuple[int, str]
"""(meter id, scale)"""


class Scored(NamedTuple):
    """The points of one scale's row: its own signs, and the risk of its meter."""

    signs: tuple[Sign, ...]
    risk: int


def scored(
    form: ReadingForm,
    values: Sequence[CheckedValue],
    *,
    taken_on: date,
    photos: Collection[int],
    corrected: Mapping[int, int],
) -> dict[Key, Scored]:
    """The points of the checked values of one submission. No query."""
    meters = {meter.id: meter for meter in form.meters}
    found = {
        (one.meter_id, one.scale): signs(
            _facts(meters[one.meter_id], one, taken_on, one.meter_id in photos, corrected)
        )
        for one in values
    }
    return with_risk(found)


def with_risk(found: Mapping[Key, tuple[Sign, ...]]) -> dict[Key, Scored]:
    """Give every scale the points of its meter's riskiest one: they are accepted and rejected together."""
    most: dict[int, int] = {}
    for (meter_id, _), own in found.items():
        most[meter_id] = max(most.get(meter_id, 0), risk(own))
    return {key: Scored(own, most[key[0]]) for key, own in found.items()}


def _facts(
    meter: MeterField, one: CheckedValue, taken_on: date, photo: bool, corrected: Mapping[int, int]
) -> Facts:
    scale = next(field for field in meter.scales if field.scale == one.scale)
    return Facts(
        use=use_since(one.previous, one.value, meter.digits, meter.ratio, rolled_over=one.rolled_over),
        days=max((taken_on - scale.previous_on).days, 1) if scale.previous_on else 1,
        usual_per_day=scale.usual_per_day,
        unit=meter.service.unit,
        rolled_over=one.rolled_over,
        photo=photo,
        corrections=corrected.get(meter.id, 0),
        overdue=meter.overdue,
    )


def use_since(
    previous: Decimal | None, value: Decimal, digits: int, ratio: Decimal, *, rolled_over: bool
) -> Decimal | None:
    """What was used since the previous reading; None for a meter's first."""
    return None if previous is None else consumption(previous, value, digits, ratio, rolled_over=rolled_over)

"""The section of the meters: each with its last readings, and what was sent in this window."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from abonent.interfaces.resident.readings.drawing import (
    Standing,
    meter_dates,
    overdue_words,
    previous_words,
)
from abonent.interfaces.resident.readings.words import (
    BADGES,
    figures,
    meter_says,
    moment,
    scale_label,
    state_name,
)
from abonent.interfaces.ui import formatting
from abonent.metering.fields import MeterField, ReadingForm
from abonent.metering.windows import zone


@dataclass(frozen=True, slots=True)
class SentNow:
    """What was sent of a meter in this window."""

    state: str
    badge: str
    words: str
    number: str


@dataclass(frozen=True, slots=True)
class MeterCard:
    id: int
    title: str
    says: str
    rows: tuple[Standing, ...]
    dates: tuple[str, ...]
    warning: str | None
    sent: SentNow | None


@dataclass(frozen=True, slots=True)
class SentSummary:
    all: bool
    some: bool
    until: str
    """Until when it can be corrected; empty when it cannot be any more."""


def meter_cards(form: ReadingForm) -> tuple[MeterCard, ...]:
    """Every meter of the account as the section shows it."""
    return tuple(_card(meter, form.rules.time_zone) for meter in form.meters)


def sent_summary(form: ReadingForm) -> SentSummary:
    """Whether the readings of this window have been sent; meters that are refused do not count."""
    asked = [meter for meter in form.meters if not meter.refused]
    sent = [meter for meter in asked if meter.sent]
    correctable = any(one.can_be_corrected for meter in sent for one in meter.sent)
    return SentSummary(
        all=bool(asked) and len(sent) == len(asked),
        some=bool(sent),
        until=moment(form.cut_off) if correctable and form.cut_off else "",
    )


def _card(meter: MeterField, time_zone: str) -> MeterCard:
    return MeterCard(
        id=meter.id,
        title=meter.service.name,
        says=meter_says(meter.serial),
        rows=tuple(_rows(meter)),
        dates=meter_dates(meter),
        warning=overdue_words(meter),
        sent=_sent(meter, time_zone),
    )


def _rows(meter: MeterField) -> Iterator[Standing]:
    for scale in meter.scales:
        unit = meter.service.unit if scale.previous is not None else ""
        says = previous_words(scale) or _("no readings yet")
        yield scale_label(scale.scale), figures(scale.previous), unit, says


def _sent(meter: MeterField, time_zone: str) -> SentNow | None:
    if not meter.sent:
        return None
    first = meter.sent[0]
    values = ", ".join(_value(scale.scale, scale.sent.value) for scale in meter.scales if scale.sent)
    words = _("In this period: %(values)s, sent on %(day)s") % {
        "values": values,
        "day": formatting.date(first.submitted_at.astimezone(zone(time_zone)).date()),
    }
    return SentNow(state_name(first.state), BADGES[first.state], words, first.submission_number)


def _value(scale: str, value: Any) -> str:
    return figures(value) if scale == "total" else f"{scale_label(scale).lower()} {figures(value)}"

"""The section of the meters: each with its last readings, and what was sent in this window."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from abonent.interfaces.resident.readings.drawing import (
    Standing,
    meter_dates,
    overdue_words,
    previous_words,
    sent_words,
)
from abonent.interfaces.resident.readings.words import (
    BADGES,
    figures,
    meter_says,
    scale_label,
    state_name,
    until,
)
from abonent.metering.fields import MeterField, ReadingForm


@dataclass(frozen=True, slots=True)
class SentNow:
    """What was sent of a meter in this window."""

    state: str
    badge: str
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
    return tuple(_card(meter) for meter in form.meters)


def sent_summary(form: ReadingForm) -> SentSummary:
    """Whether the readings of this window have been sent; meters that are refused do not count."""
    asked = [meter for meter in form.meters if not meter.refused]
    sent = [meter for meter in asked if meter.sent]
    correctable = any(one.can_be_corrected for meter in sent for one in meter.sent)
    return SentSummary(
        all=bool(asked) and len(sent) == len(asked),
        some=bool(sent),
        until=until(form.cut_off) if correctable and form.cut_off else "",
    )


def _card(meter: MeterField) -> MeterCard:
    return MeterCard(
        id=meter.id,
        title=meter.service.name,
        says=meter_says(meter.serial),
        rows=tuple(_rows(meter)),
        dates=meter_dates(meter),
        warning=overdue_words(meter),
        sent=_sent(meter),
    )


def _rows(meter: MeterField) -> Iterator[Standing]:
    """The last reading of each scale: what was sent in this window, else what was known before."""
    for scale in meter.scales:
        value = scale.sent.value if scale.sent else scale.previous
        says = sent_words(scale.sent) if scale.sent else previous_words(scale) or _("no readings yet")
        yield scale_label(scale.scale), figures(value), meter.service.unit if value is not None else "", says


def _sent(meter: MeterField) -> SentNow | None:
    if not meter.sent:
        return None
    first = meter.sent[0]
    return SentNow(state_name(first.state), BADGES[first.state], first.submission_number)

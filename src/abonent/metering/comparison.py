"""What was typed beside what is submitted already in this window. Pure.

A meter may be new, the same as it is, a correction, overtaken by somebody, or out of the customer's hands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from abonent.metering.checks import NotANumberError, parse, typed
from abonent.metering.fields import MeterField, ReadingForm, key_of
from abonent.metering.problems import Problem

RECEIVED = "received"


@dataclass
class Compared:
    new: list[MeterField] = field(default_factory=list)
    """To be written: nothing was submitted yet, or something that can still be corrected."""
    same: list[MeterField] = field(default_factory=list)
    """Submitted already, with these values."""
    overtaken: bool = False
    """Somebody has submitted other values since the form was shown."""
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def submission_id(self) -> int:
        """The submission that holds what was typed, when nothing is new."""
        return max(sent.submission_id for meter in self.same for sent in meter.sent)


def compare(
    form: ReadingForm,
    values: Mapping[str, str],
    *,
    taken_on: date | None,
    photos: Collection[int],
    seen: int,
) -> Compared:
    found = Compared()
    for meter in form.meters:
        texts = typed(meter, values)
        if texts:
            _compare_meter(meter, texts, taken_on, meter.id in photos, seen, found)
        elif meter.id in photos:
            found.problems[f"photo-{meter.id}"] = Problem("photo_without_reading")
    strange = set(photos) - {meter.id for meter in form.meters}
    found.problems |= {f"photo-{meter_id}": Problem("taken_off") for meter_id in strange}
    return found


def repeats(values: Mapping[str, str], sent: Mapping[str, Decimal]) -> bool:
    """Whether a form says nothing but what its key has sent before, both by `<meter id>-<scale>`."""
    filled = {key: text for key, text in values.items() if text.strip()}
    return all(key in sent and _parsed(text) == sent[key] for key, text in filled.items())


def _compare_meter(
    meter: MeterField,
    texts: Mapping[str, str],
    taken_on: date | None,
    photo: bool,
    seen: int,
    found: Compared,
) -> None:
    if not meter.sent:
        found.new.append(meter)
        return
    equal = all(_parsed(texts[one.scale]) == one.sent.value for one in meter.scales if one.sent)
    taken = any(sent.state != RECEIVED for sent in meter.sent)
    unseen = any(sent.id > seen for sent in meter.sent)
    other_day = not unseen and any(sent.taken_on != taken_on for sent in meter.sent)
    if equal and taken and photo:
        found.problems[f"photo-{meter.id}"] = Problem("already_taken", {"value": meter.sent[0].value})
    elif equal and (taken or not (other_day or photo)):
        found.same.append(meter)
    elif not equal and unseen:
        found.overtaken = True
    elif taken:
        facts = {key_of(meter.id, one.scale): one.sent.value for one in meter.scales if one.sent}
        found.problems |= {key: Problem("already_taken", {"value": value}) for key, value in facts.items()}
    else:
        found.new.append(meter)


def _parsed(text: str) -> Decimal | None:
    try:
        return parse(text)
    except NotANumberError:
        return None

"""The form of readings made ready for its macro (`resident/readings/_fields.html`): words, values, errors."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from markupsafe import Markup

from abonent.interfaces.resident.readings.words import (
    figures,
    meter_says,
    scale_label,
    source_name,
    state_name,
    typed,
)
from abonent.interfaces.ui import formatting
from abonent.metering.fields import MeterField, ReadingForm, ScaleField, SentValue, key_of
from abonent.metering.problems import Problem, Question
from abonent.metering.scale_names import scale_name

#: What a question's box is: (value, words, answer, ticked).
Asked = tuple[str, str, str, bool]
Standing = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A scale to type. Its name is its id too."""

    key: str
    name: str
    label: str
    place: str
    """How the error summary tells it from the other fields: «Электроэнергия, день»."""
    value: str
    before: Markup | None
    note: str | None
    error: str | None
    questions: tuple[Asked, ...]
    attrs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DrawnPhoto:
    name: str
    error: str | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class DrawnMeter:
    id: int
    title: str
    says: str
    unit: str
    dates: tuple[str, ...]
    warning: str | None
    error: str | None
    """A problem of a meter that has no field to say it at."""
    standing: tuple[Standing, ...]
    """What cannot be typed now: already with billing, or refused."""
    fields: tuple[DrawnField, ...]
    photo: DrawnPhoto


@dataclass(frozen=True, slots=True)
class Drawn:
    meters: tuple[DrawnMeter, ...]
    taken_on: str
    taken_on_error: str | None
    today: date
    key: str
    seen: int
    wrong: bool
    """Something must be mended; else the form only asks."""
    errors: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    """(id of what to mend, words), in the order of the page."""

    @property
    def can_send(self) -> bool:
        return any(meter.fields for meter in self.meters)

    @property
    def corrects(self) -> bool:
        """Something was sent in this window that may still be corrected."""
        return any(one.note for meter in self.meters for one in meter.fields)


@dataclass(frozen=True, slots=True)
class _Given:
    """What came with the form, if it was sent."""

    form: ReadingForm
    values: Mapping[str, str] | None
    problems: Mapping[str, Problem]
    questions: Mapping[str, Question]
    confirmed: Collection[str]
    photos_lost: Collection[int]
    usual: bool


def draw(
    form: ReadingForm,
    *,
    values: Mapping[str, str] | None = None,
    taken_on: str | None = None,
    problems: Mapping[str, Problem] | None = None,
    questions: Mapping[str, Question] | None = None,
    confirmed: Collection[str] = (),
    key: str = "",
    seen: int | None = None,
    photos_lost: Collection[int] = (),
    usual: bool = True,
) -> Drawn:
    """The form for its macro. Without `values`: what was kept, else what was sent and can be corrected.

    `key` empty makes a new one. `seen` is what the person saw first, when a form comes back to be mended:
    what somebody else sends meanwhile is told then. `photos_lost` are the meters whose photo came with a
    form that is shown again: a browser does not send a file twice. `usual=False` names no usual (the page
    of a link).
    """
    given = _Given(form, values, problems or {}, questions or {}, confirmed, photos_lost, usual)
    meters = tuple(_meter(given, meter) for meter in form.meters)
    day_problem = given.problems.get("taken_on")
    return Drawn(
        meters=meters,
        taken_on=_usual_day(form).isoformat() if taken_on is None else taken_on,
        taken_on_error=day_problem.message if day_problem else None,
        today=form.today,
        key=key or uuid4().hex,
        seen=form.seen if seen is None else seen,
        wrong=bool(given.problems),
        errors=tuple(_errors(given, meters)),
    )


def with_nothing_typed(drawn: Drawn, words: str) -> Drawn:
    """The form that came back empty: said at its first field, and above."""
    at = next((place for place, meter in enumerate(drawn.meters) if meter.fields), None)
    if at is None:
        return drawn
    meter = drawn.meters[at]
    first, *others = meter.fields
    meter = replace(meter, fields=(replace(first, error=words), *others))
    meters = (*drawn.meters[:at], meter, *drawn.meters[at + 1 :])
    return replace(drawn, meters=meters, wrong=True, errors=((first.name, words),))


def _usual_day(form: ReadingForm) -> date:
    """Today; of readings that are being corrected, the day on which they were read."""
    days = (one.taken_on for meter in form.meters for one in meter.sent if one.can_be_corrected)
    return max(days, default=form.today)


@dataclass(frozen=True, slots=True)
class Kept:
    """A meter of which something was typed while the window was closed."""

    title: str
    says: str
    rows: tuple[Standing, ...]


def kept_values(form: ReadingForm) -> tuple[Kept, ...]:
    """What was typed while the window was closed, as it waits for the next one."""
    return tuple(
        Kept(meter.service.name, meter_says(meter.serial), rows)
        for meter in form.meters
        if (rows := tuple(_kept_rows(form, meter)))
    )


def _kept_rows(form: ReadingForm, meter: MeterField) -> Iterator[Standing]:
    for scale in meter.scales:
        text = form.kept.get(key_of(meter.id, scale.scale))
        if text:
            yield scale_label(scale.scale), text, meter.service.unit, ""


def meter_dates(meter: MeterField) -> tuple[str, ...]:
    """When it is to be verified and replaced, and its ratio where it has one."""
    lines = []
    if meter.next_verification_on and not meter.overdue:
        lines.append(_("Next verification: %(day)s") % {"day": formatting.date(meter.next_verification_on)})
    if meter.planned_replacement_on:
        lines.append(
            _("Planned replacement: %(day)s") % {"day": formatting.date(meter.planned_replacement_on)}
        )
    if meter.ratio != 1:
        lines.append(_("Transformation ratio: %(ratio)s") % {"ratio": formatting.quantity(meter.ratio)})
    return tuple(lines)


def overdue_words(meter: MeterField) -> str | None:
    """What to do about a verification that ran out; None while it is in order."""
    day = {"on": meter.next_verification_on}
    if meter.refused:
        return Problem("overdue", day).message
    if meter.overdue:
        words = _(
            "The verification of this meter ran out on %(day)s. Readings are still taken, but have it "
            "verified or replaced: the contact centre tells how."
        )
        return words % {"day": formatting.date(meter.next_verification_on)}
    return None


def previous_words(scale: ScaleField) -> str:
    """`25.10.2026, от абонента`; empty without a previous reading."""
    told = (formatting.date(scale.previous_on), source_name(scale.previous_source))
    return ", ".join(part for part in told if part)


def sent_words(sent: SentValue) -> str:
    """`21.11.2026, передано Вами`."""
    who = _("sent by you") if sent.by_you else _("sent by another user of this account")
    return f"{formatting.date(sent.taken_on)}, {who}"


def _meter(given: _Given, meter: MeterField) -> DrawnMeter:
    locked = meter.refused or any(not one.can_be_corrected for one in meter.sent if given.form.window.is_open)
    error = next(_problems_of(given, meter), None) if locked else None
    return DrawnMeter(
        id=meter.id,
        title=meter.service.name,
        says=meter_says(meter.serial),
        unit=meter.service.unit,
        dates=meter_dates(meter),
        warning=None if error else overdue_words(meter),
        error=error,
        standing=tuple(_standing(meter, scale) for scale in meter.scales) if locked else (),
        fields=() if locked else tuple(_field(given, meter, scale) for scale in meter.scales),
        photo=_photo(given, meter),
    )


def _problems_of(given: _Given, meter: MeterField) -> Iterator[str]:
    keys = (key_of(meter.id, scale.scale) for scale in meter.scales)
    return (given.problems[key].message for key in keys if key in given.problems)


def _standing(meter: MeterField, scale: ScaleField) -> Standing:
    """A scale that cannot be typed now: what was sent, and where it is; or what was known before."""
    name, unit = scale_label(scale.scale), meter.service.unit
    if scale.sent:
        return name, figures(scale.sent.value), unit, state_name(scale.sent.state)
    return name, figures(scale.previous), unit, previous_words(scale)


def _field(given: _Given, meter: MeterField, scale: ScaleField) -> DrawnField:
    key = key_of(meter.id, scale.scale)
    problem = given.problems.get(key)
    attrs = {"data-meter": meter.id, "data-scale": scale.scale}
    if scale.previous is not None:
        attrs["data-previous"] = f"{scale.previous.normalize():f}"
    return DrawnField(
        key=key,
        name=f"reading-{key}",
        label=scale_label(scale.scale),
        place=_place(meter, scale, alone=len(given.form.meters) == 1),
        value=_value(given, key, scale.sent),
        before=_before(scale),
        note=_note(given.form, scale.sent),
        error=problem.message if problem else None,
        questions=_questions(given, key),
        attrs=attrs,
    )


def _place(meter: MeterField, scale: ScaleField, *, alone: bool) -> str:
    if alone:
        return scale_label(scale.scale)
    name = f"{meter.service.name}, №{formatting.NBSP}{meter.serial}"
    return name if len(meter.scales) == 1 else f"{name}, {scale_name(scale.scale)}"


def _value(given: _Given, key: str, sent: SentValue | None) -> str:
    if given.values is not None:
        return given.values.get(key, "")
    if given.form.kept.get(key):
        return given.form.kept[key]  # typed later: a submission forgets what was kept
    return typed(sent.value) if sent and sent.can_be_corrected else ""


def _before(scale: ScaleField) -> Markup | None:
    if scale.previous is None:
        return None
    words = Markup("{} <strong>{}</strong><br>{}")
    return words.format(_("Previous reading:"), figures(scale.previous), previous_words(scale))


def _note(form: ReadingForm, sent: SentValue | None) -> str | None:
    if sent is None or form.cut_off is None:
        return None
    told = {"value": figures(sent.value), "day": formatting.date(sent.taken_on)}
    if sent.by_you:
        return _("You have sent %(value)s (read on %(day)s).") % told
    return _("Another user of this account has sent %(value)s (read on %(day)s).") % told


def _questions(given: _Given, key: str) -> tuple[Asked, ...]:
    question = given.questions.get(key)
    if question is None:
        return ()
    value = f"{key}:{question.code}"
    return ((value, _asked(question, given.usual), question.answer, value in given.confirmed),)


def _asked(question: Question, usual: bool) -> str:
    if usual or question.code != "unusual":
        return question.message
    facts = {name: _number(question.facts[name]) for name in ("use", "unit", "days")}
    return (
        _("That makes %(use)s %(unit)s in %(days)s days, much more than before. Is the figure right?") % facts
    )


def _number(value: Any) -> str:
    return formatting.quantity(value) if isinstance(value, Decimal) else str(value)


def _photo(given: _Given, meter: MeterField) -> DrawnPhoto:
    problem = given.problems.get(f"photo-{meter.id}")
    lost = meter.id in given.photos_lost and problem is None
    hint = _("The photo could not be kept: please choose it again.") if lost else None
    return DrawnPhoto(f"photo-{meter.id}", problem.message if problem else None, hint)


def _errors(given: _Given, meters: tuple[DrawnMeter, ...]) -> Iterator[tuple[str, str]]:
    several = sum(len(meter.fields) for meter in meters) > 1
    shown: set[str] = set()
    for meter in meters:
        if meter.error:
            yield f"meter-{meter.id}", meter.error
        for one in meter.fields:
            shown.add(one.key)
            place = f"{one.place}: " if several else ""
            if one.error:
                yield one.name, place + one.error
            for index, (_value, words, _answer, _ticked) in enumerate(one.questions, start=1):
                yield f"{one.name}-answer-{index}", place + words
        if meter.photo.error and meter.fields:
            yield meter.photo.name, meter.photo.error
    for key, problem in given.problems.items():
        if key != "taken_on" and not _is_said(key, meters, shown):
            yield "", problem.message
    if "taken_on" in given.problems:
        yield "id_taken_on", given.problems["taken_on"].message


def _is_said(key: str, meters: tuple[DrawnMeter, ...], shown: Collection[str]) -> bool:
    """The problem stands at a field, or at the meter that has none."""
    known = {str(meter.id) for meter in meters}
    return key in shown or key.removeprefix("photo-").partition("-")[0] in known

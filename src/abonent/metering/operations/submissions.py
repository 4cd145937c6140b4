"""A customer submits readings, and corrects them until billing takes them (docs/domain/readings.md)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, partial

from django.utils.translation import get_language

from abonent.base.errors import DomainError
from abonent.metering.checks import LONGEST, check
from abonent.metering.comparison import compare, repeats
from abonent.metering.fields import ReadingForm, key_of
from abonent.metering.models import KeptForm, Submission, SubmittedReading
from abonent.metering.operations.bounds import corrected_too_often, corrections, drawn_anew
from abonent.metering.operations.storing import Overtaken, Sending, of_known, store
from abonent.metering.photos import Picture
from abonent.metering.problems import Problem, Question
from abonent.metering.reading_form import ReadForm, read_form
from abonent.metering.typed_form import TypedForm
from abonent.metering.windows import WindowState
from abonent.portal.current import portal
from abonent.users.models import User

#: How often a submission that another one overtook is looked at again.
ATTEMPTS = 4
#: Values of one form that are kept: more than any account has scales.
MOST_KEPT = 100
Draw = Callable[[], tuple[dict[int, Picture], dict[str, Problem]]]


class NotTaken(DomainError):  # noqa: N818 - named after what the form says
    """Some fields are wrong or ask something; nothing was stored. Both by `<meter id>-<scale>`; a problem
    also by `taken_on` or `photo-<meter id>`."""

    def __init__(self, problems: Mapping[str, Problem], questions: Mapping[str, Question]) -> None:
        super().__init__(", ".join([*problems, *questions]))
        self.problems, self.questions = dict(problems), dict(questions)


class WindowClosed(DomainError):  # noqa: N818
    """Readings are not taken now. What was typed is kept for this person (`ReadingForm.kept`)."""

    def __init__(self, state: WindowState) -> None:
        super().__init__(f"closed until {state.next.opens}")
        self.state = state


class SentMeanwhile(DomainError):  # noqa: N818
    """Somebody else has submitted other values since the form was shown; `form` shows them. Nothing was
    stored."""

    def __init__(self, form: ReadingForm) -> None:
        super().__init__("submitted meanwhile")
        self.form = form


class NothingTyped(DomainError):  # noqa: N818
    """Every field is empty."""


def submit(
    *,
    account_id: int,
    user: User | None,
    way: str,
    typed: TypedForm,
    now: datetime,
    address: str | None = None,
) -> Submission:
    """Submit readings of some meters of an account, or correct those of this window. One transaction.

    Safe to repeat: the same key with the same values, or the same values from another tab, give the
    submission that is there. Of two that come at once one wins (unique keys of the database decide, no lock
    is held), the other is looked at again and told `SentMeanwhile`. Raises `NotTaken`, `NothingTyped`,
    `WindowClosed`. What came while the window was closed, and what came by itself from a device that had been
    without a network and cannot be taken as it stands, is kept for the form first, in a transaction of its
    own.
    """
    sending = Sending(account_id, user, way, typed, now, address)
    try:
        return _submit_in_turn(sending)
    except (NotTaken, SentMeanwhile, WindowClosed) as refusal:
        if user and (way == Submission.Way.OFFLINE or isinstance(refusal, WindowClosed)):
            keep_form(account_id=account_id, user=user, typed=typed, now=now)
        raise


def _submit_in_turn(sending: Sending) -> Submission:
    draw = cache(partial(drawn_anew, sending.typed.photos))  # once, and only for what may be taken
    for _attempt in range(ATTEMPTS):
        try:
            return _submit(sending, draw)
        except Overtaken:
            continue
    raise SentMeanwhile(_read(sending).form)


def _submit(sending: Sending, draw: Draw) -> Submission:
    read = _read(sending)
    if read.known:
        mended = _mended(sending, read.known.id) if read.form.window.is_open else None
        if mended is None:
            return of_known(sending, read.known)
        sending = mended
    if not any(text.strip() for text in sending.typed.values.values()) and not sending.typed.photos:
        raise NothingTyped
    if not read.form.window.is_open:
        raise WindowClosed(read.form.window)
    return _take(sending, read.form, draw)


def _mended(sending: Sending, submission_id: int) -> Sending | None:
    """A form whose key has been used, with other values: somebody went back and mended what they had sent,
    so it is a sending of its own, which has seen the first. None when it only repeats."""
    readings = list(SubmittedReading.objects.filter(submission_id=submission_id))
    sent = {key_of(one.meter_id, one.scale): one.value for one in readings}
    if repeats(sending.typed.values, sent):
        return None
    seen = max(sending.typed.seen, *(one.pk for one in readings))
    return replace(sending, typed=replace(sending.typed, key="", seen=seen))


def _take(sending: Sending, form: ReadingForm, draw: Draw) -> Submission:
    typed = sending.typed
    found = compare(form, typed.values, taken_on=typed.taken_on, photos=typed.photos, seen=typed.seen)
    if found.overtaken:
        raise SentMeanwhile(form)
    new = {meter.id for meter in found.new}
    checked = check(form, typed.values, taken_on=typed.taken_on, confirmed=typed.confirmed, meters=new)
    drawn, bad = draw()
    so_far = corrections(form, found.new)
    problems = {**checked.problems, **found.problems, **bad} or corrected_too_often(found.new, so_far)
    if problems or checked.questions:
        raise NotTaken(problems, checked.questions)
    if not new:
        return Submission.objects.get(pk=found.submission_id)
    with_these = {meter_id: picture for meter_id, picture in drawn.items() if meter_id in new}
    return store(sending, form, found.new, checked.values, with_these, so_far.of_meter)


def _read(sending: Sending) -> ReadForm:
    return read_form(
        sending.account_id,
        user_id=sending.user_id,
        key=sending.key,
        language=get_language() or portal().language,
        now=sending.now,
    )


def keep_form(*, account_id: int, user: User, typed: TypedForm, now: datetime) -> None:
    """Keep what a person typed for an account, for the next time the form is shown (`ReadingForm.kept`).

    In the place of what was kept before. One upsert, safe to repeat.
    """
    values = {key[:LONGEST]: text[:LONGEST] for key, text in typed.values.items() if text.strip()}
    kept = KeptForm(
        account_id=account_id,
        user=user,
        values=dict(list(values.items())[:MOST_KEPT]),
        taken_on=typed.taken_on,
        saved_at=now,
    )
    KeptForm.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["account", "user"],
        update_fields=["values", "taken_on", "saved_at"],
    )

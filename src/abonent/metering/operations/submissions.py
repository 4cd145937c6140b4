"""A customer submits readings, and corrects them until billing takes them (docs/domain/readings.md)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NoReturn

from django.utils.translation import get_language

from abonent.base.errors import DomainError
from abonent.metering import photos as pictures
from abonent.metering.checks import LONGEST, check
from abonent.metering.comparison import compare
from abonent.metering.fields import ReadingForm
from abonent.metering.models import KeptForm, Submission
from abonent.metering.operations.storing import Overtaken, Sending, of_known, own_key, store
from abonent.metering.photos import BadPictureError, Picture
from abonent.metering.problems import Problem, Question
from abonent.metering.reading_form import ReadForm, read_form
from abonent.metering.windows import WindowState
from abonent.portal.current import portal
from abonent.users.models import User

#: How often a submission that another one overtook is looked at again.
ATTEMPTS = 4
#: Values of one form that are kept: more than any account has scales.
MOST_KEPT = 100


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
    values: Mapping[str, str],
    taken_on: date | None,
    confirmed: Collection[str] = (),
    photos: Mapping[int, bytes] | None = None,
    key: str,
    seen: int,
    now: datetime,
    address: str | None = None,
) -> Submission:
    """Submit readings of some meters of an account, or correct those of this window. One transaction.

    `values` are texts as typed, by `<meter id>-<scale>`; a meter whose fields are all empty is not submitted.
    `taken_on` is the day of the readings, `confirmed` what was answered (`<meter id>-<scale>:unusual`),
    `photos` files by meter, `key` the form's own mark (one key is one submission), `seen` `ReadingForm.seen`.

    Safe to repeat: the same key, or the same values from another tab, give the submission that is there. Of
    two that come at once one wins (unique keys of the database decide, no lock is held), the other is looked
    at again and told `SentMeanwhile`. Raises `NotTaken`, `NothingTyped`, `WindowClosed` (what was typed is
    kept first, in a transaction of its own).
    """
    sending = Sending(
        account_id, user, way, values, taken_on, confirmed, photos or {}, own_key(key), seen, now, address
    )
    drawn, bad = _draw(sending.photos)
    for _attempt in range(ATTEMPTS):
        try:
            return _submit(sending, drawn, bad)
        except Overtaken:
            continue
    raise SentMeanwhile(_read(sending).form)


def _submit(sending: Sending, drawn: Mapping[int, Picture], bad: Mapping[str, Problem]) -> Submission:
    read = _read(sending)
    if read.known:
        return of_known(sending, read.known)
    if not any(text.strip() for text in sending.values.values()) and not sending.photos:
        raise NothingTyped
    if not read.form.window.is_open:
        _turn_away(sending, read.form.window)
    return _take(sending, read.form, drawn, bad)


def _turn_away(sending: Sending, state: WindowState) -> NoReturn:
    if sending.user:
        keep_form(
            account_id=sending.account_id,
            user=sending.user,
            values=sending.values,
            taken_on=sending.taken_on,
            now=sending.now,
        )
    raise WindowClosed(state)


def _take(
    sending: Sending, form: ReadingForm, drawn: Mapping[int, Picture], bad: Mapping[str, Problem]
) -> Submission:
    found = compare(form, sending.values, taken_on=sending.taken_on, photos=sending.photos, seen=sending.seen)
    if found.overtaken:
        raise SentMeanwhile(form)
    new = {meter.id for meter in found.new}
    checked = check(form, sending.values, taken_on=sending.taken_on, confirmed=sending.confirmed, meters=new)
    problems = {**checked.problems, **found.problems, **bad}
    if problems or checked.questions:
        raise NotTaken(problems, checked.questions)
    if not new:
        return Submission.objects.get(pk=found.submission_id)
    with_these = {meter_id: picture for meter_id, picture in drawn.items() if meter_id in new}
    return store(sending, form, found.new, checked.values, with_these)


def _read(sending: Sending) -> ReadForm:
    return read_form(
        sending.account_id,
        user_id=sending.user_id,
        key=sending.key,
        language=get_language() or portal().language,
        now=sending.now,
    )


def _draw(photos: Mapping[int, bytes]) -> tuple[dict[int, Picture], dict[str, Problem]]:
    """The photos as they are kept, and what is wrong with the others."""
    drawn: dict[int, Picture] = {}
    bad: dict[str, Problem] = {}
    for meter_id, file in photos.items():
        try:
            drawn[meter_id] = pictures.prepare(file)
        except BadPictureError as error:
            bad[f"photo-{meter_id}"] = error.problem
    return drawn, bad


def keep_form(
    *, account_id: int, user: User, values: Mapping[str, str], taken_on: date | None, now: datetime
) -> None:
    """Keep what a person typed for an account, for the next time the form is shown (`ReadingForm.kept`).

    In the place of what was kept before. One upsert, safe to repeat.
    """
    typed = {key[:LONGEST]: text[:LONGEST] for key, text in values.items() if text.strip()}
    kept = KeptForm(
        account_id=account_id,
        user=user,
        values=dict(list(typed.items())[:MOST_KEPT]),
        taken_on=taken_on,
        saved_at=now,
    )
    KeptForm.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["account", "user"],
        update_fields=["values", "taken_on", "saved_at"],
    )

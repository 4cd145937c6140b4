"""Settings without code: draft, publish, revert, withdraw. Each is one transaction with its audit row.

None is safe to repeat as it stands: what the caller saw (a draft's `revision`, the place's `latest` number)
goes along, and a second time it is no longer so (ChangedMeanwhile).
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from abonent.base.errors import DomainError
from abonent.configuration.queries import NoSuchSetting, latest_number, may_set, name_of, of_place, place_of
from abonent.portal import current
from abonent.portal.models import SettingsNumber, SettingsVersion
from abonent.portal.overlay import (
    WINDOW,
    InvalidSetting,
    Mistake,
    Place,
    as_json,
    checked_window,
    value_of,
    with_value,
)
from abonent.users.audit import record
from abonent.users.models import StaffMembership

State = SettingsVersion.State
LONGEST_NOTE = 300


class ChangedMeanwhile(DomainError):  # noqa: N818 - named after what is the matter
    """Somebody else changed the draft, or published, since the page was opened: `by` (may be unknown)."""

    def __init__(self, by: str = "") -> None:
        super().__init__(by)
        self.by = by


class InThePast(DomainError):  # noqa: N818
    """A setting comes into force today at the earliest: what held on past days stays what held."""


class NoReason(DomainError):  # noqa: N818
    """Whoever publishes or withdraws says why."""


class AlreadyInForce(DomainError):  # noqa: N818
    """Only a version whose day is to come may be withdrawn; one in force is reverted."""


@transaction.atomic
def save_draft(
    *,
    staff: StaffMembership,
    place: Place,
    value: Any,
    revision: int | None,
    latest: int | None = None,
    now: datetime,
) -> SettingsVersion:
    """Keep `value` as the place's one draft. `revision`: of the draft that was edited, None: there was none.
    `latest`: the number of the place's latest publication that it was begun from; None is not compared.

    Raises NoSuchSetting (also when it is not theirs), InvalidSetting, ChangedMeanwhile.
    """
    _check_theirs(staff, place)
    value = checked(place, value)
    draft = SettingsVersion.objects.select_for_update().filter(state=State.DRAFT, **of_place(place)).first()
    if (draft.revision if draft else None) != revision:
        raise ChangedMeanwhile(draft.changed_by if draft else _last_publisher(place))
    if latest is not None and latest_number(place) != latest:
        raise ChangedMeanwhile(_last_publisher(place))
    if draft is None:
        draft = SettingsVersion(**of_place(place), state=State.DRAFT, revision=0)
    draft.value, draft.revision = value, draft.revision + 1
    draft.changed_by_id, draft.changed_by, draft.changed_at = staff.user_id, _named(staff), now
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:  # two began at once: the unique constraint let one through
        raise ChangedMeanwhile from error
    _record("setting_draft_saved", staff, draft, now=now, revision=draft.revision)
    return draft


@transaction.atomic
def discard_draft(*, staff: StaffMembership, place: Place, revision: int, now: datetime) -> None:
    """Raises NoSuchSetting, ChangedMeanwhile."""
    _check_theirs(staff, place)
    draft = _draft(place, revision)
    _record("setting_draft_discarded", staff, draft, now=now, revision=revision)
    draft.delete()


@transaction.atomic
def publish(
    *,
    staff: StaffMembership,
    place: Place,
    revision: int,
    latest: int,
    in_force_from: date,
    note: str,
    today: date,
    now: datetime,
) -> SettingsVersion:
    """The draft comes into force on its day, everywhere: in this process at once, in others within seconds.

    `latest`: the number of the place's latest publication as the page showed it. Raises NoSuchSetting,
    InvalidSetting, ChangedMeanwhile, InThePast, NoReason.
    """
    _check_theirs(staff, place)
    number = _next_number()
    draft = _draft(place, revision)
    if latest_number(place) != latest:
        raise ChangedMeanwhile
    draft.value = checked(place, draft.value)
    return _publish(draft, number, staff, in_force_from, note, today=today, now=now)


@transaction.atomic
def revert(
    *,
    staff: StaffMembership,
    place: Place,
    to: int | None,
    latest: int,
    in_force_from: date,
    note: str,
    today: date,
    now: datetime,
) -> SettingsVersion:
    """The TOML's word again (None), or that of the place's version `to`, as a version of its own.

    Kinds of requests and teams that only the office made stay known, and are not offered: requests of theirs
    have been filed. Errors as `publish`.
    """
    _check_theirs(staff, place)
    number = _next_number()
    if latest_number(place) != latest:
        raise ChangedMeanwhile
    value = None if to is None else _value_of_version(place, to)
    value = checked(place, _with_what_is_known(place, value))
    row = SettingsVersion(**of_place(place), value=value, changed_at=now)
    row.changed_by_id, row.changed_by = staff.user_id, _named(staff)
    return _publish(row, number, staff, in_force_from, note, today=today, now=now, reverted_to=to or "toml")


@transaction.atomic
def withdraw(*, staff: StaffMembership, version_id: int, note: str, today: date, now: datetime) -> None:
    """A published version whose day is to come never comes into force. It stays in the history.

    Raises NoSuchSetting, NoReason, AlreadyInForce, ChangedMeanwhile (it is withdrawn already).
    """
    _next_number()
    row = SettingsVersion.objects.select_for_update().filter(pk=version_id).exclude(state=State.DRAFT).first()
    if row is None or not may_set(staff, place_of(row)):
        raise NoSuchSetting(str(version_id))
    if row.state == State.WITHDRAWN:
        raise ChangedMeanwhile(row.withdrawn_by)
    if row.in_force_from is None or row.in_force_from <= today:
        raise AlreadyInForce
    row.withdrawn_note, row.state = _reason(note), State.WITHDRAWN
    row.withdrawn_by_id, row.withdrawn_by, row.withdrawn_at = staff.user_id, _named(staff), now
    row.save()
    _record("setting_withdrawn", staff, row, now=now, reason=row.withdrawn_note)
    transaction.on_commit(current.ask_again)


def checked(place: Place, value: Any) -> Any:
    """The value as the profile's own model has it (None: the TOML's). Raises InvalidSetting, also when a kind
    of request or a team that is in force is missing: what was filed needs its words."""
    if value is None:
        return None
    if place.part == WINDOW:
        return as_json(checked_window(value))
    profile = current.in_force().profile
    made = value_of(with_value(current.in_force().default, place, value), place)
    if place.part == "requests":
        _check_nothing_lost(profile.requests, made)
    return made


def _check_nothing_lost(known: Any, made: dict[str, Any]) -> None:
    for name in ("kinds", "teams"):
        stay = {one["code"] for one in made[name]}
        gone = [one.code for one in getattr(known, name) if one.code not in stay]
        if gone:
            raise InvalidSetting([Mistake(name, "gone", f"{gone[0]} was in use: switch it off instead")])


def _with_what_is_known(place: Place, value: Any) -> Any:
    """With the kinds and teams that are in force now, so that `_check_nothing_lost` has nothing to say."""
    if place.part != "requests":
        return value
    now_known = value_of(current.in_force().profile, place)
    target = value_of(current.in_force().default, place) if value is None else value
    missing = {
        name: [one for one in now_known[name] if one["code"] not in {row["code"] for row in target[name]}]
        for name in ("kinds", "teams")
    }
    if not any(missing.values()):
        return value
    kinds = [{**one, "offered": False, "about_bill_line": False} for one in missing["kinds"]]
    return {**target, "kinds": [*target["kinds"], *kinds], "teams": [*target["teams"], *missing["teams"]]}


def _check_theirs(staff: StaffMembership, place: Place) -> None:
    if not may_set(staff, place):
        raise NoSuchSetting(name_of(place))


def _draft(place: Place, revision: int) -> SettingsVersion:
    draft = SettingsVersion.objects.select_for_update().filter(state=State.DRAFT, **of_place(place)).first()
    if draft is None or draft.revision != revision:
        raise ChangedMeanwhile(draft.changed_by if draft else "")
    return draft


def _last_publisher(place: Place) -> str:
    rows = SettingsVersion.objects.filter(**of_place(place)).exclude(state=State.DRAFT).order_by("-number")
    return rows.values_list("published_by", flat=True).first() or ""


def _next_number() -> int:
    """One more; whoever publishes holds the row until the transaction ends."""
    row = SettingsNumber.objects.select_for_update().get(pk=1)
    row.number += 1
    row.save(update_fields=["number"])
    return row.number


def _value_of_version(place: Place, version_id: int) -> Any:
    row = SettingsVersion.objects.filter(pk=version_id, **of_place(place)).exclude(state=State.DRAFT).first()
    if row is None:
        raise NoSuchSetting(str(version_id))
    return row.value


def _publish(
    row: SettingsVersion,
    number: int,
    staff: StaffMembership,
    in_force_from: date,
    note: str,
    *,
    today: date,
    now: datetime,
    **details: Any,
) -> SettingsVersion:
    if in_force_from < today:
        raise InThePast
    row.note, row.in_force_from, row.number = _reason(note), in_force_from, number
    row.state, row.published_at = State.PUBLISHED, now
    row.published_by_id, row.published_by = staff.user_id, _named(staff)
    row.save()
    day = in_force_from.isoformat()
    _record("setting_published", staff, row, now=now, reason=row.note, in_force_from=day, **details)
    transaction.on_commit(current.ask_again)
    return row


def _reason(note: str) -> str:
    note = " ".join(note.split())[:LONGEST_NOTE]
    if not note:
        raise NoReason
    return note


def _named(staff: StaffMembership) -> str:
    return staff.user.full_name or staff.user.login


def _record(
    action: str,
    staff: StaffMembership,
    row: SettingsVersion,
    *,
    now: datetime,
    reason: str = "",
    **details: Any,
) -> None:
    record(
        action=action,
        actor=staff.user,
        subject=f"setting:{name_of(place_of(row))}",
        organisation=row.organisation,
        reason=reason,
        now=now,
        version=row.pk,
        **details,
    )

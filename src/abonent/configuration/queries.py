"""Reads of settings for the office: what the TOML says, what is in force, what waits, what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from abonent.base.errors import DomainError
from abonent.configuration.differences import Difference, differences
from abonent.portal import current
from abonent.portal.models import Organisation, SettingsVersion
from abonent.portal.overlay import (
    COMMISSION,
    WHOLE_PARTS,
    WINDOW,
    InForce,
    Place,
    Published,
    overlay,
    value_of,
    with_draft,
)
from abonent.portal.profile import Profile
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

MOST_HISTORY = 50
State = SettingsVersion.State
_PORTALS_WINDOW = Q(part="readings", state=State.PUBLISHED)
"""What holds for an organisation without a window of its own."""


class NoSuchSetting(DomainError):  # noqa: N818 - named after what is the matter
    """The portal has no such setting, or it is not this member of the staff's."""


@dataclass(frozen=True)
class Setting:
    """One setting as the office shows it. Values are JSON in the shape of the profile's own model."""

    place: Place
    organisation: Organisation | None
    default: Any
    """The TOML's word; of an organisation's window billing's, else what holds for the whole portal."""
    value: Any
    """In force today."""
    version: SettingsVersion | None
    """The version in force; None: nothing was ever published, or the last one is the TOML's word again
    and was never the office's."""
    draft: SettingsVersion | None
    upcoming: tuple[SettingsVersion, ...]
    history: tuple[SettingsVersion, ...]
    """Published and withdrawn, newest first; empty in the overview."""
    latest: int
    """Number of the place's latest publication, 0: there was none. Whoever publishes says what they saw."""
    broken: dict[int, str]
    """Versions that no longer fit the profile, and why."""

    @property
    def name(self) -> str:
        return name_of(self.place)

    @property
    def differs(self) -> list[Difference]:
        """What is in force instead of the TOML's word."""
        return differences(self.default, self.value)

    @property
    def proposed(self) -> list[Difference]:
        """What the draft would change of what is in force."""
        return differences(self.value, self.draft_value)

    @property
    def overtaken_by(self) -> SettingsVersion | None:
        """What somebody published after the draft was saved: it was begun from something else."""
        saved_at = self.draft.changed_at if self.draft else None
        if saved_at is None:
            return None
        later = (row for row in self.history if row.published_at and row.published_at > saved_at)
        return next(later, None)

    @property
    def draft_value(self) -> Any:
        if self.draft is None:
            return self.value
        return self.default if self.draft.value is None else self.draft.value


def drafted(one: Setting) -> InForce:
    """What is in force with the setting's draft in it, for `portal.current.seen_as` and one page. No query.

    Raises NoSuchSetting (there is no draft), InvalidSetting (it no longer fits).
    """
    if one.draft is None:
        raise NoSuchSetting(one.name)
    number, revision = one.draft.pk, one.draft.revision
    return with_draft(current.in_force(), one.place, one.draft_value, number=number, revision=revision)


def name_of(place: Place) -> str:
    """In addresses: `offices`, `commission-card`, `window-17`."""
    return "-".join(str(step) for step in (place.part, place.method, place.organisation_id) if step)


def place_named(name: str) -> Place:
    """The place of `name_of`. Raises NoSuchSetting when it names none (whether it is there is not asked)."""
    part, _, whose = name.partition("-")
    if part in WHOLE_PARTS and not whose:
        return Place(part)
    if part == COMMISSION and whose:
        return Place(part, method=whose)
    if part == WINDOW and whose.isdecimal() and len(whose) < 18:
        return Place(part, organisation_id=int(whose))
    raise NoSuchSetting(name)


def may_set(staff: StaffMembership, place: Place) -> bool:
    """Whether it is theirs: all is the portal's administrators', its own window an organisation's."""
    if place.part != WINDOW:
        return may(staff, Right.SETTINGS)
    return may(staff, Right.WINDOWS) and staff.organisation_id in (None, place.organisation_id)


def places(profile: Profile) -> list[Place]:
    """Every setting of the portal as a whole; a part that it has not (no requests) is none."""
    found = [Place(part) for part in WHOLE_PARTS if part != "requests" or profile.requests.kinds]
    return found + [Place(COMMISSION, method=one.code) for one in profile.paying.methods]


def overview(*, today: date) -> list[Setting]:
    """Every setting of the portal, without its history. One query."""
    default = settings.PORTAL
    rows = list(_rows().filter(organisation=None).exclude(state=State.WITHDRAWN))
    found = _in_force(rows, today)
    return [_setting(place, None, rows, found, today) for place in places(default)]


def windows(*, staff: StaffMembership, today: date, limit: int, offset: int) -> list[Setting]:
    """The organisations in reach with their windows, by name. Two queries."""
    organisations = Organisation.objects.order_by("name_ru", "pk")
    if staff.organisation_id is not None:
        organisations = organisations.filter(pk=staff.organisation_id)
    shown = list(organisations[offset : offset + limit])
    rows = list(_rows().filter(Q(part=WINDOW, organisation__in=shown) | _PORTALS_WINDOW))
    rows = [row for row in rows if row.state != State.WITHDRAWN]
    found = _in_force(rows, today)
    return [_setting(Place(WINDOW, one.pk), one, rows, found, today) for one in shown]


def setting(*, staff: StaffMembership, place: Place, today: date) -> Setting:
    """One setting with its history. Raises NoSuchSetting. One query, of an organisation's window two."""
    if not may_set(staff, place):
        raise NoSuchSetting(name_of(place))
    organisation = None
    if place.part == WINDOW:
        organisation = Organisation.objects.filter(pk=place.organisation_id or 0).first()
        if organisation is None:
            raise NoSuchSetting(name_of(place))
    elif place not in places(settings.PORTAL):
        raise NoSuchSetting(name_of(place))
    rows = list(
        _of(place) if organisation is None else _rows().filter(Q(**of_place(place)) | _PORTALS_WINDOW)
    )
    return _setting(place, organisation, rows, _in_force(rows, today), today, history=True)


def latest_number(place: Place) -> int:
    """Of the place's publications; 0 when there was none."""
    return _of(place).aggregate(latest=Max("number"))["latest"] or 0


def of_place(place: Place) -> dict[str, Any]:
    """The columns that name a place."""
    return {"part": place.part, "organisation_id": place.organisation_id, "method": place.method}


def broken_settings(*, today: date) -> list[tuple[Place, str]]:
    """Published versions that no longer fit the profile and are left out. One query."""
    rows = list(_rows().filter(state=State.PUBLISHED))
    return [(one.place, one.reason) for one in _in_force(rows, today).broken]


def _rows() -> Any:
    return SettingsVersion.objects.order_by("-id")


def _of(place: Place) -> Any:
    return _rows().filter(**of_place(place))


def place_of(row: SettingsVersion) -> Place:
    return Place(row.part, row.organisation_id, row.method)


def _in_force(rows: Sequence[SettingsVersion], today: date) -> InForce:
    published = [
        Published(row.pk, row.number or 0, place_of(row), row.value, row.in_force_from)
        for row in rows
        if row.state == State.PUBLISHED and row.in_force_from
    ]
    return overlay(settings.PORTAL, published, today)


def _setting(
    place: Place,
    organisation: Organisation | None,
    rows: Sequence[SettingsVersion],
    found: InForce,
    today: date,
    *,
    history: bool = False,
) -> Setting:
    own = [row for row in rows if place_of(row) == place]
    applied = found.applied.get(place)
    default = _default(place, organisation, found)
    waiting = [row for row in own if row.state == State.PUBLISHED and _waits(row, today)]
    return Setting(
        place=place,
        organisation=organisation,
        default=default,
        value=_value(place, found, default),
        version=next((row for row in own if row.pk == applied), None),
        draft=next((row for row in own if row.state == State.DRAFT), None),
        upcoming=tuple(sorted(waiting, key=lambda row: (row.in_force_from, row.number))),
        history=tuple(row for row in own if row.state != State.DRAFT)[:MOST_HISTORY] if history else (),
        latest=max((row.number or 0 for row in own), default=0),
        broken={one.id: one.reason for one in found.broken if one.place == place},
    )


def _waits(row: SettingsVersion, today: date) -> bool:
    """Its day is still to come."""
    return row.in_force_from is not None and row.in_force_from > today


def _default(place: Place, organisation: Organisation | None, found: InForce) -> Any:
    if organisation and organisation.readings_from and organisation.readings_to:
        return {"first_day": organisation.readings_from, "last_day": organisation.readings_to}
    return value_of(found.profile if place.part == WINDOW else found.default, place)


def _value(place: Place, found: InForce, default: Any) -> Any:
    if place.part != WINDOW:
        return value_of(found.profile, place)
    own = found.windows.get(place.organisation_id or 0)
    return {"first_day": own[0], "last_day": own[1]} if own else default

"""Published settings laid over the profile (docs/operations/profile.md, «Settings in the office»). Pure.

A setting is a **part** of the profile: of the whole portal, of one way to pay (`method`), or of one
organisation. Its value has the shape of the profile's own model, and is checked by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, Field, ValidationError

from abonent.base.errors import DomainError
from abonent.portal.profile import Commission, Profile, missing_texts
from abonent.portal.profile_parts import Language, Part

#: Parts that are a key of the profile, whole.
WHOLE_PARTS = ("contact_centre", "offices", "readings", "requests")
COMMISSION, WINDOW = "commission", "window"
PARTS = (*WHOLE_PARTS, COMMISSION, WINDOW)


class Place(NamedTuple):
    """Which setting: a part, and whose."""

    part: str
    organisation_id: int | None = None
    """Of `window`: the organisation that has its own."""
    method: str = ""
    """Of `commission`: the code of the way to pay."""


class Window(Part):
    """An organisation's own days of taking readings, both included, as `[readings]` has them."""

    first_day: int = Field(ge=1, le=31)
    last_day: int = Field(ge=1, le=31)


class Published(NamedTuple):
    """A published version. `value` None: the profile's own word again."""

    id: int
    number: int
    """Of all publications: a later one has the greater number."""
    place: Place
    value: Any
    in_force_from: date


class Mistake(NamedTuple):
    path: str
    """`hours.kk`, `offices.0.name`; empty: the value as a whole."""
    kind: str
    """pydantic's name of the mistake, or `text_missing`, `text_unknown`, `no_method`."""
    told: str
    """In English, for logs."""
    limits: Mapping[str, Any] = {}


class InvalidSetting(DomainError):  # noqa: N818 - named after what is the matter
    """A value that the profile's own model refuses: `mistakes` says where and why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(f"{one.path or '(value)'}: {one.told}" for one in mistakes))
        self.mistakes = tuple(mistakes)


class Broken(NamedTuple):
    """A published version that no longer fits the profile: it is left out."""

    id: int
    place: Place
    reason: str


@dataclass(frozen=True)
class InForce:
    """What holds on a day: the profile, the organisations' own windows, and which versions made them so."""

    default: Profile
    profile: Profile
    windows: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    applied: Mapping[Place, int] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()
    draft: tuple[int, ...] = ()
    """What a page that shows a draft is drawn from (`with_draft`): its number and revision, below
    zero, so that nothing that is kept of that page is ever a customer's."""

    @property
    def edition(self) -> tuple[int, ...]:
        """Names this state among all that the same TOML may have: part of the key of whatever is kept."""
        return (*sorted(self.applied.values()), *self.draft)


def overlay(default: Profile, versions: Iterable[Published], today: date | None) -> InForce:
    """The state of `today` (None: nothing is laid over).

    Of a place's versions whose day has come holds that with the latest day, of one day the one published
    last. One that no longer fits is left out, and the one before it holds.
    """
    profile, windows = default, dict[int, tuple[int, int]]()
    applied, broken = dict[Place, int](), list[Broken]()
    for place, candidates in _by_place(versions, today):
        for version in candidates:
            try:
                if place.part == WINDOW:
                    windows |= _window(place, version.value)
                else:
                    profile = with_value(profile, place, version.value)
            except InvalidSetting as error:
                broken.append(Broken(version.id, place, str(error)))
                continue
            applied[place] = version.id
            break
    return InForce(default, profile, windows, applied, tuple(broken))


def with_draft(state: InForce, place: Place, value: Any, *, number: int, revision: int) -> InForce:
    """The state as it would be with `value` in force, for one page. Raises InvalidSetting."""
    mark = (-number, -revision)
    if place.part == WINDOW:
        return replace(state, windows={**state.windows, **_window(place, value)}, draft=mark)
    return replace(state, profile=with_value(state.profile, place, value), draft=mark)


def _by_place(versions: Iterable[Published], today: date | None) -> Iterator[tuple[Place, list[Published]]]:
    come = [one for one in versions if today is not None and one.in_force_from <= today]
    come.sort(key=lambda one: _order(one.place))
    for _, found in groupby(come, key=lambda one: _order(one.place)):
        rows = sorted(found, key=lambda one: (one.in_force_from, one.number), reverse=True)
        yield rows[0].place, rows


def _order(place: Place) -> tuple[str, int, str]:
    return place.part, place.organisation_id or 0, place.method


def _window(place: Place, value: Any) -> dict[int, tuple[int, int]]:
    if value is None or place.organisation_id is None:
        return {}
    found = checked_window(value)
    return {place.organisation_id: (found.first_day, found.last_day)}


def checked_window(value: Any) -> Window:
    """Raises InvalidSetting."""
    try:
        return Window.model_validate(value)
    except ValidationError as error:
        raise InvalidSetting(_mistakes(error, "")) from error


def with_value(profile: Profile, place: Place, value: Any) -> Profile:
    """The profile with this setting in it, checked as a whole (None: as it is). Raises InvalidSetting."""
    if value is None:
        return profile
    if place.part == COMMISSION:
        return _with_commission(profile, place.method, value)
    kept = {name: getattr(profile, name) for name in Profile.model_fields}
    try:
        made = Profile.model_validate(kept | {place.part: value})
    except ValidationError as error:
        unsaid = _unsaid(value, list(profile.languages))
        raise InvalidSetting([*_mistakes(error, place.part), *unsaid]) from error
    wrong = missing_texts({place.part: getattr(made, place.part)}, list(profile.languages))
    if wrong:
        raise InvalidSetting([_text_mistake(reason, place.part) for reason in wrong])
    return made


def _unsaid(value: Any, languages: list[str], path: str = "") -> list[Mistake]:
    """Texts without a language, of a value that has other mistakes too: all are told at once."""
    if isinstance(value, dict) and value and value.keys() <= set(get_args(Language)):
        lacking = [code for code in languages if not str(value.get(code, "")).strip()]
        return [Mistake(f"{path}{code}", "text_missing", f"no text in {code!r}") for code in lacking]
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in rows for found in _unsaid(one, languages, f"{path}{key}.")]


def _with_commission(profile: Profile, method: str, value: Any) -> Profile:
    if method not in {one.code for one in profile.paying.methods}:
        raise InvalidSetting([Mistake("", "no_method", f"paying.methods: no {method!r} in the profile")])
    try:
        commission = Commission.model_validate(value)
    except ValidationError as error:
        raise InvalidSetting(_mistakes(error, "")) from error
    if commission.maximum is not None and commission.maximum < commission.minimum:
        raise InvalidSetting([Mistake("maximum", "bounds", "minimum is more than maximum")])
    methods = [
        one.model_copy(update={"commission": commission}) if one.code == method else one
        for one in profile.paying.methods
    ]
    return profile.model_copy(update={"paying": profile.paying.model_copy(update={"methods": methods})})


def value_of(profile: Profile, place: Place) -> Any:
    """The profile's own value of this setting as JSON; None where it has none."""
    if place.part == COMMISSION:
        found = [one.commission for one in profile.paying.methods if one.code == place.method]
        return as_json(found[0]) if found else None
    if place.part == WINDOW:
        return {"first_day": profile.readings.first_day, "last_day": profile.readings.last_day}
    return as_json(getattr(profile, place.part))


def as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [as_json(one) for one in value] if isinstance(value, list) else value


def _mistakes(error: ValidationError, part: str) -> list[Mistake]:
    found = []
    for one in error.errors(include_url=False):
        steps = [str(step) for step in one["loc"]]
        path = ".".join(steps[1:] if steps[:1] == [part] else steps)
        found.append(Mistake(path, one["type"], one["msg"], one.get("ctx", {})))
    return found


def _text_mistake(reason: str, part: str) -> Mistake:
    """From what `profile.missing_texts` says: `offices[0].name: no text in 'kk'`."""
    where, _, why = reason.partition(": ")
    path = where.replace("[", ".").replace("]", "").removeprefix(part).lstrip(".")
    language = why.split("'")[1]
    unknown = "not in languages" in why
    return Mistake(f"{path}.{language}".lstrip("."), "text_unknown" if unknown else "text_missing", why)

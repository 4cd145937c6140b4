"""What a draft will look like to customers, and what it will cost them: beside the list of differences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.template import engines
from markupsafe import Markup

from abonent.base.months import Month
from abonent.configuration.queries import Setting
from abonent.metering.rules import OwnRules, rules_of
from abonent.metering.windows import Window as Opening
from abonent.metering.windows import window_of
from abonent.payments.commission import charged, commission_of
from abonent.portal.current import in_force, seen_as
from abonent.portal.overlay import InvalidSetting, with_value
from abonent.portal.profile import Commission, Profile
from abonent.portal.profile_requests import RequestKind

#: What customers pay at a time, in either currency.
EXAMPLES = (Decimal(500), Decimal(1000), Decimal(5000), Decimal(20000), Decimal(100000))
MONTHS = 3


class Example(NamedTuple):
    amount: Decimal
    before: Decimal
    """The commission a customer pays besides."""
    after: Decimal
    leaves: Decimal
    """What leaves the card afterwards."""


class Openings(NamedTuple):
    before: Opening
    after: Opening


@dataclass(frozen=True)
class Preview:
    contacts: Markup | None = None
    examples: Sequence[Example] = ()
    openings: Sequence[Openings] = ()
    kinds: Sequence[RequestKind] = ()
    """Those that the draft changes, as they will be."""


def preview(one: Setting, today: date) -> Preview:
    """Of the setting's draft; without what a draft that no longer fits cannot show."""
    draft = one.draft_value
    if one.place.part == "window":
        return Preview(openings=_openings(_days(one.value), _days(draft), one, today))
    if one.place.part == "readings":
        return Preview(openings=_openings(_days(one.value), _days(draft), one, today))
    try:
        after = with_value(in_force().default, one.place, draft)
    except InvalidSetting:
        return Preview()
    if one.place.part == "commission":
        return Preview(examples=_examples(one.value, draft))
    if one.place.part == "requests":
        return Preview(kinds=_changed_kinds(one.value, after))
    return Preview(contacts=_contacts(one, after))


def _contacts(one: Setting, after: Profile) -> Markup:
    """The block beside every page, as the draft makes it."""
    now = in_force()
    part: Any = {one.place.part: getattr(after, one.place.part)}
    with seen_as(replace(now, profile=now.profile.model_copy(update=part))):
        drawn = engines["jinja2"].get_template("ui/contacts.html").render({"shown": None})
    return Markup(drawn)  # noqa: S704 - our own template's output, escaped there


def _examples(before: Any, after: Any) -> list[Example]:
    was, becomes = Commission.model_validate(before), Commission.model_validate(after)
    return [
        Example(one, commission_of(one, was), commission_of(one, becomes), charged(one, becomes))
        for one in EXAMPLES
    ]


def _days(value: Any) -> tuple[int, int]:
    return value["first_day"], value["last_day"]


def _openings(before: tuple[int, int], after: tuple[int, int], one: Setting, today: date) -> list[Openings]:
    zone = one.organisation.time_zone if one.organisation else ""
    first = Month.of(today)
    return [
        Openings(
            window_of(rules_of(OwnRules(0, *before, zone, "")), month),
            window_of(rules_of(OwnRules(0, *after, zone, "")), month),
        )
        for month in first.through(first + (MONTHS - 1))
    ]


def _changed_kinds(before: Any, after: Profile) -> list[RequestKind]:
    was = {one["code"]: one for one in before["kinds"]}
    return [one for one in after.requests.kinds if was.get(one.code) != one.model_dump(mode="json")]

"""The audit trail searched by what staff know: a login, an account's number, words of a reason."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from abonent.accounts.models import Account
from abonent.base.identifiers import account_key
from abonent.users import audit
from abonent.users.audit import TrailAsked, events
from abonent.users.backends import by_email, by_login
from abonent.users.models import AuditEvent, StaffMembership, User

MOST_DOWNLOADED = 5_000
"""Rows of a file: the newest."""


@dataclass(frozen=True, slots=True)
class TrailWords:
    """As the form has it."""

    who: str = ""
    """Login or e-mail of the one who acted."""
    action: str = ""
    number: str = ""
    """Of the account it was done to."""
    since: date | None = None
    until: date | None = None
    """Both days included, in the portal's time."""
    reason: str = ""

    @property
    def asked(self) -> list[str]:
        """The names of what was filled in: the words themselves are personal data."""
        names = ("who", "action", "number", "since", "until", "reason")
        return [name for name in names if getattr(self, name)]


class Subject(NamedTuple):
    """To whom it was done: an account by its number, a person by their login, else as it was written."""

    text: str
    account: str
    """The account's public id, where there is a page of it."""


class TrailLine(NamedTuple):
    event: AuditEvent
    subject: Subject
    accounts: list[Subject]
    """Those whose data a list showed, where the event names them."""


class TrailPage(NamedTuple):
    lines: list[TrailLine]
    more: tuple[datetime, int] | None
    """Where the next page begins."""


def search_trail(
    *, staff: StaffMembership, words: TrailWords, before: tuple[datetime, int] | None = None, limit: int
) -> TrailPage:
    """A page of the trail of one's own organisation, or of all. At most eight queries.

    Who or which account is not known finds nothing, and so does another organisation's.
    """
    asked = _asked(staff, words)
    if asked is None:
        return TrailPage([], None)
    found = events(replace(asked, before=before), limit=limit + 1)
    shown = found[:limit]
    more = (shown[-1].at, shown[-1].pk) if len(found) > limit else None
    return TrailPage(_lines(shown), more)


@transaction.atomic
def download_trail(
    *, staff: StaffMembership, words: TrailWords, address: str | None, now: datetime
) -> list[TrailLine]:
    """The newest `MOST_DOWNLOADED` events asked for; that they were taken along is written down. One
    transaction, each call an event of its own."""
    page = search_trail(staff=staff, words=words, limit=MOST_DOWNLOADED)
    audit.record(
        action="trail_downloaded",
        actor=staff.user,
        organisation=staff.organisation,
        address=address,
        now=now,
        asked=words.asked,
        rows=len(page.lines),
    )
    return page.lines


#: No trail is older or younger; days beyond cannot be reckoned with.
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)


def _asked(staff: StaffMembership, words: TrailWords) -> TrailAsked | None:
    """None where nothing can be found: nobody has the login, no account in reach the number."""
    actor = _actor(words.who) if words.who else None
    account = _account(staff, words.number) if words.number else None
    if (words.who and actor is None) or (words.number and account is None):
        return None
    return TrailAsked(
        organisation_id=staff.organisation_id,
        actor_id=actor,
        action=words.action,
        subject=f"account:{account}" if account else "",
        since=_midnight(max(words.since, _FIRST)) if words.since else None,
        until=_midnight(min(words.until, _LAST) + timedelta(days=1)) if words.until else None,
        reason=words.reason,
    )


def _actor(who: str) -> int | None:
    found = by_login(who) or by_email(who)
    return found[0].pk if found else None


def _account(staff: StaffMembership, number: str) -> int | None:
    accounts = Account.objects.filter(key=account_key(number))
    if staff.organisation_id is not None:
        accounts = accounts.filter(organisation_id=staff.organisation_id)
    found: int | None = accounts.values_list("pk", flat=True).first()
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _lines(found: list[AuditEvent]) -> list[TrailLine]:
    """Names in place of ids, for all lines at once."""
    shown = {event.pk: _shown(event) for event in found}
    accounts = Account.objects.in_bulk(_ids(found, "account").union(*shown.values()))
    people = User.objects.in_bulk(_ids(found, "user"))
    return [
        TrailLine(
            event,
            _subject(event.subject, accounts, people),
            [
                Subject(accounts[pk].number, accounts[pk].public_id)
                for pk in shown[event.pk]
                if pk in accounts
            ],
        )
        for event in found
    ]


def _shown(event: AuditEvent) -> list[int]:
    """Ids of the accounts in a list that was read."""
    named = event.details.get("accounts")
    return [one for one in named if isinstance(one, int)] if isinstance(named, list) else []


def _ids(found: list[AuditEvent], kind: str) -> set[int]:
    subjects = (event.subject.partition(":") for event in found)
    return {int(value) for name, _, value in subjects if name == kind and value.isdigit()}


def _subject(text: str, accounts: dict[int, Any], people: dict[int, Any]) -> Subject:
    kind, _, value = text.partition(":")
    number = int(value) if value.isdigit() else 0
    if kind == "account" and number in accounts:
        return Subject(accounts[number].number, accounts[number].public_id)
    if kind == "user" and number in people:
        return Subject(people[number].login, "")
    return Subject(text, "")

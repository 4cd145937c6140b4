"""The signed link of a reminder: its token, and what stands behind it now (docs/domain/readings.md)."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.urls import reverse

from abonent.accounts.models import AccountLink
from abonent.base.errors import DomainError
from abonent.metering.models import ReadingLink
from abonent.metering.reading_form import ReadingForm, reading_form
from abonent.notices.addresses import absolute

_SALT = "abonent.metering.reading_link"


class NoSuchReadingLink(DomainError):  # noqa: N818 - named after what is the matter
    """Forged, cut short, or not of this portal: nothing is told about what exists."""


class ReadingLinkOver(DomainError):  # noqa: N818
    """It was a link of ours and opens nothing any more: used, past its window, replaced, or its person does
    not see the account any more."""


@dataclass(frozen=True, slots=True)
class LinkedMeters:
    """All that a link shows: no name, no address, no balance, of the account number its end."""

    number_ending: str
    form: ReadingForm


def linked_meters(token: str, *, language: str, now: datetime) -> LinkedMeters:
    """The meters behind a link. Looking uses nothing up: mail programs open links before people do. Four
    queries. Raises `NoSuchReadingLink` and `ReadingLinkOver`."""
    link = find(token)
    check(link, now)
    form = reading_form(link.account_id, user_id=link.user_id, language=language, now=now)
    return LinkedMeters(number_ending(link.account.number), form)


def token(link: ReadingLink) -> str:
    """The same for the same row until the link is made anew; holds no number, name or address."""
    return signing.Signer(salt=_SALT).sign_object([link.pk, _issue(link)])


def address(link: ReadingLink) -> str:
    """The absolute address, for the letter."""
    return absolute(reverse("reading_link", args=[token(link)]))


def find(token: str, *, locked: bool = False) -> ReadingLink:
    """The row that a token names, with its account and person. Raises `NoSuchReadingLink`, or
    `ReadingLinkOver` where the row was made anew since."""
    try:
        pk, issue = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NoSuchReadingLink from error
    links = ReadingLink.objects.select_related("account", "user")
    found = (links.select_for_update(of=("self",)) if locked else links).filter(pk=pk).first()
    if found is None or _issue(found) != issue:
        raise ReadingLinkOver
    return found


def check(link: ReadingLink, now: datetime) -> None:
    """Raises `ReadingLinkOver` unless the link takes readings at `now`."""
    if link.used_at is not None or link.expires_at <= now or not _still_theirs(link):
        raise ReadingLinkOver


def _still_theirs(link: ReadingLink) -> bool:
    """The person sees the account by a link that was there when the letter was written: it ends with a new
    owner, and one made later knows nothing of this letter."""
    seen = AccountLink.objects.filter(
        user_id=link.user_id, account_id=link.account_id, ended_at=None, created_at__lte=link.created_at
    )
    return link.user.is_active and seen.exists()


def number_ending(number: str) -> str:
    """The last three characters of an account number, never more than half of it.

    >>> number_ending("000700"), number_ending("7001"), number_ending("7")
    ('700', '01', '')
    """
    shown = min(3, len(number) // 2)
    return number[len(number) - shown :]


def _issue(link: ReadingLink) -> int:
    return int(link.created_at.timestamp())

"""The letter of an announcement: the text in the reader's language, hours and place of an outage, a way out.

It names no account and no person: a letter may be passed on, and one goes to a mailbox with several accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse

from abonent.announcements import wish_links
from abonent.announcements.models import Announcement
from abonent.announcements.texts import text_in
from abonent.notices import letters
from abonent.notices.addresses import absolute
from abonent.notices.subscribed import Wanted, one_click
from abonent.portal.current import portal

_TEMPLATE = "announcements/letters/announcement.txt"
#: Stands in what is drawn where a person's own link will be: signed, so that no text has it by chance.
_NOBODY = 0


class To(NamedTuple):
    """Where a letter goes."""

    user_id: int
    email: str
    language: str
    """Empty: the portal's own."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter as its reader sees it."""

    subject: str
    text: str


def compose(announcement: Announcement, to: Sequence[To]) -> list[Wanted]:
    """A letter for each, in that order. No query: organisation and service came with the announcement.

    Drawn once in each language: letters to a town differ by the reader's own link alone.
    """
    languages = {_language(one) for one in to}
    drawn = {language: _drawn(announcement, language) for language in languages}
    return [_letter(announcement, one, drawn[_language(one)]) for one in to]


def preview(announcement: Announcement, language: str) -> Drawn:
    """The letter in one language, with a link that is nobody's."""
    return _drawn(announcement, language)


def where(announcement: Announcement, language: str) -> str:
    """The house, street, service or organisation it is about; empty when it is for everybody."""
    if announcement.place:
        return announcement.place
    if announcement.service is not None:
        own = getattr(announcement.service, f"name_{language}", "")
        return str(own or announcement.service.name_ru)
    return announcement.organisation.name(language) if announcement.organisation else ""


def _language(to: To) -> str:
    return to.language if to.language in portal().languages else portal().language


def _letter(announcement: Announcement, to: To, drawn: Drawn) -> Wanted:
    outage = announcement.kind == Announcement.Kind.OUTAGE
    own = "" if outage else wish_links.address(to.user_id)
    return Wanted(
        kind=announcement.kind,
        to=to.email,
        user_id=to.user_id,
        language=_language(to),
        subject=drawn.subject,
        text=drawn.text if outage else drawn.text.replace(wish_links.address(_NOBODY), own),
        headers={} if outage else one_click(own),
        urgent=outage,
    )


def _drawn(announcement: Announcement, language: str) -> Drawn:
    title, text = text_in(announcement.texts, language, portal().language)
    context: dict[str, Any] = {
        "title": title,
        "text": text,
        "where": where(announcement, language),
        "audience": announcement.audience,
        "starts_at": announcement.starts_at,
        "ends_at": announcement.ends_at,
        "cabinet": absolute(reverse("home")),
        "unsubscribe": "" if announcement.ends_at else wish_links.address(_NOBODY),
    }
    return Drawn(*letters.compose(_TEMPLATE, language=language, context=context))

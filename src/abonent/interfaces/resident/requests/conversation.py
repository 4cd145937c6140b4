"""What was said and what happened, as `ui/thread.html` draws it: staff have no names here, the portal has."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.requests.files import FileRow, file_rows
from abonent.interfaces.resident.requests.words import event_word, rating_word, state_word
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.queries import RequestPage
from abonent.service_requests.reading import EventLine

#: (who, when, text, files, kind) of `ui/thread.html`.
Entry = tuple[str, str, str, list[FileRow], str]
#: Of the customer, and of the staff: words said; everything else is a line about what happened.
_SAID = frozenset({"message", "asked", "moved", "done", "refused", "cancelled", "reopened", "rated"})


def asked_rows(asked: ServiceRequest) -> list[tuple[str, Any]]:
    """What was asked and answered when it was filed, for `ui/facts.html`."""
    rows: list[tuple[str, Any]] = [
        (local(one["label"]), _typed(local(one["shown"]))) for one in asked.answers
    ]
    if asked.text:
        rows.append((_("Message"), _typed(asked.text)))
    phones = {one["value"] for one in asked.answers if one["type"] == "phone"}
    if asked.phone and asked.phone not in phones:
        rows.append((_("Phone"), asked.phone))
    return rows


def _typed(text: str) -> Markup:
    """Line by line, as it was typed (`said` of resident/requests/_parts.html)."""
    return Markup('<span class="said">{}</span>').format(text)


def entries(account: HeldAccount, seen: RequestPage) -> list[Entry]:
    """The oldest first. What was asked for at first stands above, in words and files of its own."""
    return [_entry(account, seen, one) for one in seen.events if not _is_within(one)]


def _is_within(one: EventLine) -> bool:
    """Back in the queue: of the staff's own work."""
    return one.kind == "moved" and "to" in one.details


def _entry(account: HeldAccount, seen: RequestPage, one: EventLine) -> Entry:
    first = one.kind == "filed"
    files = [] if first else file_rows(account, seen.request.public_id, one.files)
    text = "" if first else "\n".join(part for part in (one.text, *_changes(one.details)) if part)
    said = one.kind in _SAID and (one.text or files)
    kind = ("theirs" if one.by_staff else "mine") if said else "event"
    return _title(one, _who(account, one)), formatting.datetime(timezone.localtime(one.at)), text, files, kind


def _changes(details: Mapping[str, Any]) -> Iterator[str]:
    """What a line changed besides, as far as it is the customer's business."""
    if "kind_label" in details:
        yield _("Kind: %(kind)s") % {"kind": local(details["kind_label"])}
    if details.get("due_on") not in (None, details.get("due_before")):
        day = formatting.date(date.fromisoformat(details["due_on"]))
        yield _("New deadline: %(day)s") % {"day": day}


def _title(one: EventLine, who: str) -> str:
    """Who said it, and what it was where it is more than a message."""
    if one.kind == "message":
        return who
    return f"{who}: {_what(one)}" if one.kind in _SAID else _what(one)


def _who(account: HeldAccount, one: EventLine) -> str:
    if one.by_staff:
        return local(portal().brand.short_name)
    if account.looking:
        return _("A user of this account")
    return _("You") if one.by_you else _("Another user of this account")


def _what(one: EventLine) -> str:
    if one.kind == "asked":
        return _("A question for you")
    if one.kind == "cancelled":
        return state_word(one.kind)
    if one.kind == "rated" and one.details.get("rating"):
        return f"{event_word(one.kind)}: {rating_word(int(one.details['rating']))}"
    return event_word(one.kind)

"""One request as a page, and the message that its form sends."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import context
from abonent.interfaces.resident.entrance.limited import may_send_photos, too_many
from abonent.interfaces.resident.requests.conversation import asked_rows, entries
from abonent.interfaces.resident.requests.drawing import ACCEPT
from abonent.interfaces.resident.requests.files import draft_rows, drop_file, file_rows, keep_files
from abonent.interfaces.resident.requests.typed import Values, keep, posted
from abonent.interfaces.resident.requests.words import (
    BADGES,
    files_hint,
    line_rows,
    rating_word,
    state_word,
)
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.operations import (
    BadFile,
    NoSuchRequest,
    NothingSaid,
    NotPossible,
    Often,
    TooLong,
    add_message,
    seen,
)
from abonent.service_requests.queries import RequestPage, draft_files, request_of
from abonent.users.client import address as client_address
from abonent.users.models import User

Problems = Mapping[str, str]


def page_of(
    request: HttpRequest, account: HeldAccount, request_id: str, values: Values, problems: Problems
) -> HttpResponse:
    """The request, and its form with what was typed; 404 for somebody else's."""
    person, now = cast(User, request.user), timezone.now()
    found = request_of(account, request_id, user_id=person.pk, now=now)
    if found is None:
        raise Http404
    if found.by_you and _is_new(found.request):
        seen(user=person, account=account, public_id=request_id, now=now)
    page = context(
        request,
        section="requests",
        account=account,
        held=account,
        **_shown(account, found),
        **_message_form(request, account, found, values, problems),
    )
    return render(request, "resident/requests/page.html", page)


def _is_new(asked: ServiceRequest) -> bool:
    """The staff wrote something that its author has not read: looking again writes nothing."""
    read, written = asked.seen_by_customer_at, asked.answered_at
    return written is not None and (read is None or read < written)


def _shown(account: HeldAccount, found: RequestPage) -> dict[str, Any]:
    asked = found.request
    first = next((one for one in found.events if one.kind == "filed"), None)
    return {
        "seen": found,
        "state": state_word(asked.state),
        "badge": BADGES[asked.state],
        "answers": asked_rows(asked),
        "line": line_rows(asked.bill_line),
        "first_files": file_rows(account, asked.public_id, first.files) if first else [],
        "said": entries(account, found),
        "rating": rating_word(asked.rating) if asked.rating else "",
        "office_url": reverse("office_request", args=[asked.public_id]) if account.looking else None,
    }


def _message_form(
    request: HttpRequest, account: HeldAccount, found: RequestPage, values: Values, problems: Problems
) -> dict[str, Any]:
    key = values.get("key") or uuid4().hex
    may_write = "message" in found.may
    drafts = draft_files(cast(int, request.user.pk), key) if may_write and values else ()
    return {
        "key": key,
        "text": values.get("text", ""),
        "problems": problems,
        "errors": [(f"id_{name}" if name else "", words) for name, words in problems.items()],
        "drafts": draft_rows(account, drafts),
        "files_hint": files_hint(None),
        "accept": ACCEPT,
        "may_write": may_write,
    }


def send(request: HttpRequest, account: HeldAccount, request_id: str) -> HttpResponse:
    """The form as it was sent: a file is kept or dropped, or the message goes."""
    if not may_send_photos(request, str(request.user.pk)):
        return too_many(request)
    values = posted(request)
    values["key"] = values.get("key") or uuid4().hex
    page = reverse("service_request", args=[account.public_id, request_id])
    back = f"{page}?form={quote(values['key'])}#id_files"
    if "drop" in request.POST:
        drop_file(request, values["key"])
        keep(request, request_id, values)
        return redirect(back)
    wrong = keep_files(request, values["key"])
    if wrong:
        return page_of(request, account, request_id, values, {"files": " ".join(wrong)})
    if "attach" in request.POST:
        keep(request, request_id, values)
        return redirect(back)
    return _add(request, account, request_id, values) or redirect(page)


def _add(request: HttpRequest, account: HeldAccount, request_id: str, values: Values) -> HttpResponse | None:
    """The message goes; else what is wrong with it."""
    try:
        add_message(
            user=cast(User, request.user),
            account=account,
            public_id=request_id,
            text=values.get("text", ""),
            form_key=values["key"],
            address=client_address(request),
            now=timezone.now(),
        )
    except NoSuchRequest as error:
        raise Http404 from error
    except Often:
        return too_many(request)
    except NotPossible:
        messages.warning(request, _("This cannot be done now: the request has changed meanwhile."))
    except NothingSaid:
        found = {"text": _("Write a message or attach a file.")}
        return page_of(request, account, request_id, values, found)
    except TooLong as refused:
        found = {"text": _("Write at most %(most)s characters.") % {"most": refused.most}}
        return page_of(request, account, request_id, values, found)
    except BadFile as refused:
        return page_of(request, account, request_id, values, {"files": refused.problem.message})
    else:
        messages.success(request, _("Your message has been sent."))
    return None

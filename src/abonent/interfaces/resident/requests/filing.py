"""Choosing a kind, its form, the check of the answers, and the number."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import OF_AN_ACCOUNT, account_or_404, address, context
from abonent.interfaces.resident.entrance.limited import may_send_photos, too_many
from abonent.interfaces.resident.requests.drawing import ACCEPT, questions
from abonent.interfaces.resident.requests.files import draft_rows, drop_file, keep_files
from abonent.interfaces.resident.requests.typed import Values, form_key, keep, kept, posted, typed_request
from abonent.interfaces.resident.requests.words import file_word, files_hint, line_rows, refusal_words
from abonent.interfaces.ui.environment import language, local
from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.operations import MayNotFile, NotFiled, file_request
from abonent.service_requests.queries import RequestForm, check_request, form_of, kinds_for, request_of
from abonent.users.client import address as client_address
from abonent.users.models import User
from abonent.users.permissions import confirmed_email_required


@require_safe
@confirmed_email_required
def kinds_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What may be asked for, each kind with when to choose it; 404 for strangers."""
    account = account_or_404(request, public_id)
    offered = [one for one in kinds_for(account, now=timezone.now()) if one.kind.offered]
    refusals = {one.refusal for one in offered if one.refusal and not one.kind.leads_to}
    values = {
        "held": account,
        "kinds": [_kind_link(one.kind, account) for one in offered if not one.refusal or one.kind.leads_to],
        "refused": [refusal_words(reason) for reason in sorted(refusals)],
        "file_word": file_word(),
    }
    page = context(request, section="requests", account=account, **values)
    return render(request, "resident/requests/kinds.html", page)


def _kind_link(kind: RequestKind, account: HeldAccount) -> tuple[str, str, str, str]:
    return _kind_address(kind, account), local(kind.label), local(kind.hint), kind.icon


def _kind_address(kind: RequestKind, account: HeldAccount) -> str:
    """The kind's form, or the section in which it is done instead."""
    if kind.leads_to:
        return address(kind.leads_to, account if kind.leads_to in OF_AN_ACCOUNT else None)
    return reverse("service_request_new", args=[account.public_id, kind.code])


def _kind_or_404(code: str) -> RequestKind:
    kind = next((one for one in portal().requests.offered if one.code == code), None)
    if kind is None:
        raise Http404
    return kind


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def new_page(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The form of a kind. `?bill=2026-10.17` is about a line of a bill, `?form=<key>` what was typed before.

    «Приложить» and «Удалить» of a file come back to it with what was typed; a form without problems goes on
    to the check. 404 for strangers and for a kind that is not offered.
    """
    account, asked = account_or_404(request, public_id), _kind_or_404(kind)
    if asked.leads_to:
        return redirect(_kind_address(asked, account))
    if request.method == "POST":
        return _sent(request, account, asked)
    values = posted(request) or kept(request, kind, form_key(request.GET.get("form", "")))
    return _form(request, account, asked, values or _first_values(request, asked), {})


def _first_values(request: HttpRequest, kind: RequestKind) -> Values:
    """What is known of the person already, and the bill's line of the address."""
    person = cast(User, request.user)
    known = {"phone": person.phone, "email": person.email}
    answers = {f"answer-{one.code}": known[one.type] for one in kind.fields if one.type in known}
    return {"key": uuid4().hex, "phone": person.phone, "bill": request.GET.get("bill", "")[:20], **answers}


def _sent(request: HttpRequest, account: HeldAccount, kind: RequestKind) -> HttpResponse:
    if not may_send_photos(request, str(request.user.pk)):
        return too_many(request)
    values = posted(request)
    values["key"] = values.get("key") or uuid4().hex
    back = f"{_kind_address(kind, account)}?form={quote(values['key'])}#id_files"
    if "drop" in request.POST:
        drop_file(request, values["key"])
        keep(request, kind.code, values)
        return redirect(back)
    wrong = keep_files(request, values["key"])
    if "attach" in request.POST and not wrong:
        keep(request, kind.code, values)
        return redirect(back)
    found = {} if "attach" in request.POST else _problems(request, account, kind, values)
    if wrong:
        found["files"] = " ".join(wrong)
    if found:
        return _form(request, account, kind, values, found)
    keep(request, kind.code, values)
    return redirect(_check_address(kind, account, values["key"]))


def _check_address(kind: RequestKind, account: HeldAccount, key: str) -> str:
    page = reverse("service_request_check", args=[account.public_id, kind.code])
    return f"{page}?form={quote(key)}"


def _problems(
    request: HttpRequest, account: HeldAccount, kind: RequestKind, values: Values
) -> dict[str, str]:
    typed = typed_request(kind, values)
    found = check_request(account, typed, user_id=cast(int, request.user.pk), now=timezone.now())
    return {name: problem.message for name, problem in found.problems.items()}


def _asked(request: HttpRequest, account: HeldAccount, kind: RequestKind, values: Values) -> RequestForm:
    return form_of(
        account,
        kind.code,
        user_id=cast(int, request.user.pk),
        form_key=values["key"],
        bill=typed_request(kind, values).bill,
        now=timezone.now(),
    )


def _form(
    request: HttpRequest,
    account: HeldAccount,
    kind: RequestKind,
    values: Values,
    problems: Mapping[str, str],
    refusal: str = "",
) -> HttpResponse:
    values["key"] = values.get("key") or uuid4().hex
    asked = _asked(request, account, kind, values)
    page = form_values(asked, account, values, problems, refusal)
    page = context(request, section="requests", account=account, **page)
    return render(request, "resident/requests/form.html", page)


def form_values(
    asked: RequestForm,
    account: HeldAccount,
    values: Values,
    problems: Mapping[str, str],
    refusal: str = "",
) -> dict[str, Any]:
    """What `resident/requests/form.html` is drawn from, beside the frame."""
    form, kind = questions(asked, values, problems), asked.kind
    return {
        "held": account,
        "kind": kind,
        "asked": asked,
        "form": form,
        "values": values,
        "errors": form.summary(),
        "files": draft_rows(account, asked.files),
        "files_error": problems.get("files"),
        "files_hint": files_hint(kind),
        "accept": ACCEPT,
        "line": line_rows(asked.line.as_json() if asked.line else None),
        "refusal": refusal or (refusal_words(asked.refusal) if asked.refusal else ""),
        "action": _kind_address(kind, account),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def check_page(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The answers to check, at `?form=<key>`; their button files the request. A form sent twice is one."""
    account, asked = account_or_404(request, public_id), _kind_or_404(kind)
    given = request.POST if request.method == "POST" else request.GET
    values = kept(request, kind, form_key(given.get("form", "")))
    if values is None:
        return redirect(_kind_address(asked, account))
    return (_file if request.method == "POST" else _check)(request, account, asked, values)


def _check(request: HttpRequest, account: HeldAccount, kind: RequestKind, values: Values) -> HttpResponse:
    typed = typed_request(kind, values)
    checked = check_request(account, typed, user_id=cast(int, request.user.pk), now=timezone.now())
    if checked.problems:
        found = {name: problem.message for name, problem in checked.problems.items()}
        return _form(request, account, kind, values, found)
    asked = _asked(request, account, kind, values)
    page = context(
        request,
        section="requests",
        account=account,
        held=account,
        kind=kind,
        asked=asked,
        checked=checked,
        files=[row[:3] for row in draft_rows(account, asked.files)],
        line=line_rows(asked.line.as_json() if asked.line else None),
        key=values["key"],
        change=f"{_kind_address(kind, account)}?form={quote(values['key'])}",
        file_word=file_word(),
        email=cast(User, request.user).email,
    )
    return render(request, "resident/requests/check.html", page)


def _file(request: HttpRequest, account: HeldAccount, kind: RequestKind, values: Values) -> HttpResponse:
    try:
        made = file_request(
            user=cast(User, request.user),
            account=account,
            typed=typed_request(kind, values),
            language=language(),
            address=client_address(request),
            now=timezone.now(),
        )
    except NotFiled as refused:
        found = {name: problem.message for name, problem in refused.problems.items()}
        return _form(request, account, kind, values, found)
    except MayNotFile as refused:
        return _form(request, account, kind, values, {}, refusal=refused.message)
    return redirect("service_request_filed", account.public_id, made.public_id)


@require_safe
@login_required
def filed_page(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """The number, the deadline and what happens next; 404 for a request of somebody else."""
    account, person = account_or_404(request, public_id), cast(User, request.user)
    seen = request_of(account, request_id, user_id=person.pk, now=timezone.now())
    if seen is None:
        raise Http404
    kind = portal().requests.kind(seen.request.kind)
    page = context(
        request,
        section="requests",
        account=account,
        held=account,
        seen=seen,
        says=local(kind.filed) if kind and kind.filed else "",
        email=person.email if person.email_confirmed else "",
    )
    return render(request, "resident/requests/filed.html", page)

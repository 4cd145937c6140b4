"""What to pay, the check of it, and the step to the bank."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from abonent.interfaces.resident.cabinet import accounts_of, context, current_account, pay_word, section_label
from abonent.interfaces.resident.entrance.limited import too_many
from abonent.interfaces.resident.pay.choices import Asked, Judged, Problem, Share, judge
from abonent.interfaces.resident.pay.drawing import as_before, cards, fitting, initial
from abonent.interfaces.resident.pay.kept import keep, kept
from abonent.interfaces.resident.pay.words import commission_says
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import month
from abonent.interfaces.ui.language import typed_initial
from abonent.payments.due import AccountDue, paid_before, what_is_due
from abonent.payments.operations.paying import NotPayable, pay
from abonent.payments.queries import payment_of_form
from abonent.portal.current import portal
from abonent.portal.profile import Commission, Method
from abonent.users.client import address as client_address
from abonent.users.models import User

_LONGEST_KEY = 40


@require_safe
@login_required
def pay_page(request: HttpRequest) -> HttpResponse:
    """The form. `?account=<public id>&what=bill|debt|other|services` chooses, `?account=all` every bill,
    `?again=<payment>` what an earlier payment was for, `?form=<key>` («Изменить») what was chosen before."""
    dues = what_is_due(accounts_of(request), language=language())
    values = _typed(request) or kept(request, request.GET.get("form", "")) or _first_values(request, dues)
    return _form(request, dues, values, ())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check_page(request: HttpRequest) -> HttpResponse:
    """The form judged: back to it with what is wrong, or the answers to check at `?form=<key>`; their button
    pays. A form that has paid already leads to its payment, whatever is typed in it now."""
    return _checked(request) if request.method == "POST" else _to_check(request)


def _to_check(request: HttpRequest) -> HttpResponse:
    key, typed = _name(request.GET.get("form", "")), _typed(request)
    if typed:  # the language of the form was switched
        dues = what_is_due(accounts_of(request), language=language())
        return _form(request, dues, typed, ())
    if made := payment_of_form(cast(int, request.user.pk), key):
        return redirect("payment", public_id=made)
    values = kept(request, key)
    return redirect("pay") if values is None else _judged(request, values)


def _checked(request: HttpRequest) -> HttpResponse:
    typed = _typed(request)
    key = _name(typed.get("key", "")) or uuid4().hex
    if made := payment_of_form(cast(int, request.user.pk), key):
        return redirect("payment_go", public_id=made)
    agreed = typed.get("agreed")
    values = typed | {"key": key} if agreed is None else kept(request, key)
    if values is None or len(typed) < 2:
        return redirect("pay")
    return _judged(request, values, agreed=agreed)


def _judged(request: HttpRequest, values: Mapping[str, str], *, agreed: str | None = None) -> HttpResponse:
    """What is wrong in the form; else the check, at its own address; and what was agreed to there is paid."""
    dues = what_is_due(accounts_of(request), language=language())
    judged = judge(values, dues, today=timezone.localdate())
    if judged.problems:
        return _form(request, dues, values, judged.problems)
    if request.method != "POST":
        return _check(request, values, judged)
    if agreed is None:
        keep(request, values["key"], values)
        return redirect(f"{reverse('pay_check')}?form={quote(values['key'])}")
    if agreed != judged.agreed:
        return _check(request, values, judged, changed=True)
    return _pay(request, dues, values, judged)


def _pay(
    request: HttpRequest, dues: Sequence[AccountDue], values: Mapping[str, str], judged: Judged
) -> HttpResponse:
    try:
        made = pay(
            user=cast(User, request.user),
            parts=judged.parts,
            method=values["method"],
            email=judged.email,
            language=language(),
            form_key=values["key"],
            address=client_address(request),
            now=timezone.now(),
        )
    except NotPayable as refused:
        if refused.reason == "often":
            return too_many(request)
        # The profile or the account has changed between two looks of this request.
        problem = ("", _("This could not be paid. Look at the choices once more."))
        return _form(request, dues, values, (problem,))
    return redirect("payment_go", public_id=made.public_id)


def _name(text: str) -> str:
    """The name of a form or of a payment; nothing for what is none of ours."""
    return text if len(text) <= _LONGEST_KEY and text.isascii() and text.isprintable() else ""


def _typed(request: HttpRequest) -> dict[str, str]:
    """The fields as they were sent, or as they were typed before the language was switched."""
    if request.method == "POST":
        return {name: value for name, value in request.POST.items() if isinstance(value, str)}
    found = typed_initial(request).items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in found}


def _first_values(request: HttpRequest, dues: Sequence[AccountDue]) -> dict[str, str]:
    person, methods = cast(User, request.user), portal().paying.methods
    values = {
        "email": person.email if person.email_confirmed else "",
        "method": methods[0].code if methods else "",
    }
    asked = _name(request.GET.get("again", ""))
    again = paid_before(asked, person.pk) if asked else None
    if again:
        known = {one.code for one in methods}
        before = as_before(dues, again)
        return values | before | ({} if again.method in known else {"method": values["method"]})
    return values | initial(dues, accounts=_wanted(request, dues), what=request.GET.get("what", ""))


def _wanted(request: HttpRequest, dues: Sequence[AccountDue]) -> list[str]:
    """Whose bills are chosen at first: the account of the address, all that owe, or the one in use; another
    one when that owes nothing."""
    asked = request.GET.get("account", "")
    if asked == "all":
        return [due.account.public_id for due in dues if due.presets.bill > 0]
    if any(due.account.public_id == asked for due in dues):
        return [asked]
    owing = [due.account.public_id for due in dues if due.presets.bill > 0]
    current = current_account(request)
    if current and (current.public_id in owing or not owing):
        return [current.public_id]
    return owing[:1]


def _form(
    request: HttpRequest,
    dues: Sequence[AccountDue],
    values: Mapping[str, str],
    problems: Sequence[Problem],
) -> HttpResponse:
    wrong = dict(reversed(problems))
    fit = fitting(values, dues)
    shown = cards(values, fit, problems, today=timezone.localdate())
    open_ones = [card for card in shown if not card.closed]
    owing = [card for card in open_ones if card.due.presets.bill > 0]
    page: dict[str, Any] = {
        "cards": shown,
        "can_pay": bool(open_ones),
        "problems": problems,
        "key": values.get("key") or uuid4().hex,
        "methods": _methods(values.get("method", "")),
        "method_error": next((words for target, words in problems if target.startswith("method-")), None),
        "email": values.get("email", ""),
        "email_error": wrong.get("id_email"),
        "email_needed": any(one.fiscal for one in portal().paying.methods),
        "pay_all": len(fit) == len(dues) and len(owing) > 1 and request.GET.get("account") != "all",
        "left_out": len(dues) - len(fit),
        "all_bills": sum(card.due.presets.bill for card in owing),
        "payments_word": section_label("payments"),
    }
    asked = request.GET.get("account")
    account = next((due.account for due in dues if due.account.public_id == asked), None)
    return render(request, "resident/pay/form.html", context(request, section="pay", account=account, **page))


def _methods(chosen: str) -> list[dict[str, Any]]:
    methods = portal().paying.methods
    return [
        {
            "code": one.code,
            "label": one.label,
            "hint": one.hint,
            "commission": commission_says(one.commission),
            "attrs": _rule_attrs(one.commission),
            "chosen": one.code == chosen or len(methods) == 1,
        }
        for one in methods
    ]


def _rule_attrs(rule: Commission) -> dict[str, str]:
    """For the script that shows the sum while it is being chosen: the check page counts it anew."""
    if rule.paid_by == "organisation":
        return {}
    found = {"data-percent": str(rule.percent), "data-minimum": str(rule.minimum)}
    return found if rule.maximum is None else found | {"data-maximum": str(rule.maximum)}


def _check(
    request: HttpRequest, values: Mapping[str, str], judged: Judged, *, changed: bool = False
) -> HttpResponse:
    page = check_values(judged, values["key"], changed=changed)
    return render(request, "resident/pay/check.html", context(request, section="pay", **page))


def check_values(judged: Judged, key: str, *, changed: bool = False) -> dict[str, Any]:
    """What `resident/pay/check.html` is drawn from, beside the frame."""
    method = cast(Method, judged.method)  # without one there are problems
    return {
        "judged": judged,
        "changed": changed,
        "method": method,
        "commission_says": commission_says(method.commission),
        "rows": [_row(one, share) for one in judged.asked for share in one.shares],
        "payments_word": section_label("payments"),
        "payees": sorted({share.payee for one in judged.asked for share in one.shares}),
        "expected": [one for one in judged.asked if one.due.expected],
        "key": key,
        "pay_word": pay_word(),
    }


def _row(asked: Asked, share: Share) -> list[Any]:
    account = asked.due.account
    whose = Markup('<span class="service">{}<small>{}</small></span>').format(account.number, account.address)
    return [whose, share.service or _what_for(asked), share.amount]


def _what_for(asked: Asked) -> str:
    if asked.what == "bill":
        return _("Bill of %(month)s") % {"month": month(asked.due.month, language())}
    return _("Debt of earlier months") if asked.what == "debt" else _("To the account")

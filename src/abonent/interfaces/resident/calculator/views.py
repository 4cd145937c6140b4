"""The calculator: a form that stores nothing, and its answer on the same page."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from abonent.accounts.queries import HeldAccount
from abonent.consumption.calculator import Calculation, NotReckonedError, calculate, calculator_form
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.calculator.drawing import RESIDENTS, Typed, draw_answer, draw_form
from abonent.interfaces.resident.readings.posted import Posted, posted, posted_initial
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.language import typed_initial

#: More than any household; a longer number is a slip of the finger.
_MOST_RESIDENTS = 99


def _given(request: HttpRequest) -> tuple[Posted, str] | None:
    """What was typed and the number of residents; None when the page is opened.

    Nothing is stored, so a form that only changed its language is reckoned again.
    """
    if request.method == "POST":
        return posted(request.POST, request.FILES), request.POST.get(RESIDENTS, "").strip()[:10]
    typed = typed_initial(request)
    return (posted_initial(typed), str(typed.get(RESIDENTS, "")).strip()[:10]) if typed else None


def _residents(text: str) -> int | None:
    """None for an empty field; ValueError for what is no number of people."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST_RESIDENTS):
        raise ValueError(text)
    return int(text)


def _reckoned(account: HeldAccount, given: Posted, residents: int | None) -> Calculation:
    return calculate(
        account.id,
        readings=given.values,
        read_on=given.taken_on,
        residents=residents,
        confirmed=given.confirmed,
        language=language(),
        version=account.data_version,
        now=timezone.now(),
    )


def _answer(account: HeldAccount, given: Posted, residents: str) -> tuple[Calculation | None, Typed]:
    """The answer, or None and what is wrong with the form."""
    read_on = given.taken_on.isoformat() if given.taken_on else given.taken_on_text
    typed = Typed(values=given.values, read_on=read_on, residents=residents, confirmed=given.confirmed)
    try:
        return _reckoned(account, given, _residents(residents)), typed
    except NotReckonedError as refused:
        return None, replace(typed, problems=refused.problems, questions=refused.questions)
    except ValueError:
        words = _("Type how many people live here: a whole number, for example 3.")
        return None, replace(typed, problems={RESIDENTS: words})


def _values(account: HeldAccount, given: tuple[Posted, str] | None) -> dict[str, Any]:
    found, typed = _answer(account, *given) if given else (None, Typed())
    form = calculator_form(account.id, language=language(), version=account.data_version, now=timezone.now())
    return {
        "drawn": draw_form(form, typed),
        "found": found,
        "answers": draw_answer(found) if found else [],
        "what_if_url": address("what_if", account),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calculator_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The readings and their day in, every line of the amount out; 404 for strangers. Stores nothing."""
    account = account_or_404(request, public_id)
    return render(
        request,
        "resident/calculator/page.html",
        context(
            request,
            section="calculator",
            account=account,
            held=account,
            **_values(account, _given(request)),
        ),
    )

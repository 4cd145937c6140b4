"""Meters and their readings: what is known, the form, and the way of what was sent."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.entrance.limited import may_send_photos, too_many
from abonent.interfaces.resident.labels import label
from abonent.interfaces.resident.readings.drawing import Drawn, draw, kept_values, with_nothing_typed
from abonent.interfaces.resident.readings.history import history, months_asked
from abonent.interfaces.resident.readings.overview import meter_cards, sent_summary
from abonent.interfaces.resident.readings.posted import Posted, posted, posted_initial
from abonent.interfaces.resident.readings.words import until
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.language import typed_initial
from abonent.metering.fields import ReadingForm
from abonent.metering.operations import NothingTyped, NotTaken, SentMeanwhile, WindowClosed, submit
from abonent.metering.reading_form import reading_form
from abonent.metering.registry import registry
from abonent.metering.reminder_queries import wishes_reminders
from abonent.users.client import address as client_address
from abonent.users.models import User
from abonent.users.permissions import confirmed_email_required


@require_safe
@login_required
def readings_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The section: the window, the meters, what was sent, and the past by month; 404 for strangers."""
    account = account_or_404(request, public_id)
    person = cast(User, request.user)
    form = _form(request, account)
    asked = months_asked(request.GET.get("year", ""), form.today)
    told = registry(account.id, first=asked.first, last=asked.last, language=language(), user_id=person.pk)
    values = {
        "held": account,
        "form": form,
        "meters": meter_cards(form),
        "sent": sent_summary(form),
        "enter": label("enter_readings", _("Submit readings")),
        "reminds": wishes_reminders(account.id, person.pk),
        "history": history(told, asked, public_id=account.public_id, today=form.today),
    }
    page = context(request, section="readings", account=account, **values)
    return render(request, "resident/readings/page.html", page)


def _form(request: HttpRequest, account: HeldAccount) -> ReadingForm:
    return reading_form(account.id, user_id=request.user.pk, language=language(), now=timezone.now())


def _page(
    request: HttpRequest, account: HeldAccount, form: ReadingForm, drawn: Drawn, **extra: bool
) -> HttpResponse:
    """The form as a page; while the window is closed, when it opens and what was kept."""
    values = {
        "held": account,
        "form": form,
        "drawn": drawn,
        "kept": () if form.window.is_open else kept_values(form),
        "cut_off": until(form.cut_off) if form.cut_off else "",
        "save": label("save_readings", _("Submit readings")),
        "meanwhile": False,
        "prefilled": False,
        **extra,
    }
    page = context(request, section="readings", account=account, **values)
    return render(request, "resident/readings/new.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def new_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every meter of the account on one page, with one button for all; 404 for strangers."""
    account = account_or_404(request, public_id)
    if request.method == "POST":
        if not may_send_photos(request, str(request.user.pk)):
            return too_many(request)
        return _send(request, account, posted(request.POST, request.FILES))
    form, typed = _form(request, account), typed_initial(request)
    if typed:
        return _page(request, account, form, _as_typed(form, posted_initial(typed)))
    drawn = draw(form)
    return _page(request, account, form, drawn, prefilled=bool(form.kept))


def _as_typed(form: ReadingForm, sent: Posted, **found: Any) -> Drawn:
    return draw(
        form,
        values=sent.values,
        taken_on=sent.taken_on_text,
        confirmed=sent.confirmed,
        key=sent.key,
        **{"seen": sent.seen, "photos_lost": frozenset(sent.photos), **found},
    )


def _send(request: HttpRequest, account: HeldAccount, sent: Posted) -> HttpResponse:
    try:
        done = submit(
            account_id=account.id,
            user=cast(User, request.user),
            way="cabinet",
            typed=sent.form,
            now=timezone.now(),
            address=client_address(request),
        )
    except NotTaken as refused:
        form = _form(request, account)
        found = {"problems": refused.problems, "questions": refused.questions}
        return _page(request, account, form, _as_typed(form, sent, **found))
    except SentMeanwhile as meanwhile:
        form = meanwhile.form
        drawn = _as_typed(form, sent, seen=form.seen)
        return _page(request, account, form, drawn, meanwhile=True)
    except NothingTyped:
        form = _form(request, account)
        drawn = with_nothing_typed(_as_typed(form, sent), _("Type the reading of at least one meter."))
        return _page(request, account, form, drawn)
    except WindowClosed:
        return redirect(address("readings_new", account))
    return redirect("submission", public_id=account.public_id, submission=done.number)

"""The demo's own pages: whom to sign in as, and the letters that a real portal would have sent."""

import re
from collections.abc import Callable, Iterator
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from abonent.demo.queries import is_complete, is_town, letter, letters, people, planted_account
from abonent.demo.town import Kind
from abonent.notices import attachments

_LINK = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]")

_FACTS = {
    "last_payment_month": _("Month and year of the last payment"),
    "last_payment_month_and_day": _("Day and month of the last payment"),
    "last_payment_date": _("Date of the last payment"),
    "last_payment_amount": _("Amount of the last payment"),
    "surname": _("Surname"),
    "flat": _("Flat number"),
}
_OWN = {
    Kind.DEMO_HOME: _("Home: readings sent, used in bills, and one that was rejected"),
    Kind.DEMO_PARENTS: _("The parents: the electricity meter passed 99 999 and began anew"),
    Kind.DEMO_LET: _("A flat that is let: a meter past its verification date, one month charged wrong"),
}


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Outside the demo the page does not exist: letters hold secret links."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return never_cache(require_safe(view))(request, *args, **kwargs)

    return shown


@demo_only
def index(request: HttpRequest) -> HttpResponse:
    """Who may sign in, and the account that is nobody's yet with the facts that link it.

    Where the data are not a town's there are only letters.
    """
    if not is_town():
        return redirect("demo_mail")
    account = planted_account(Kind.TO_LINK)
    facts = [(_FACTS[fact], text) for fact, text in account.facts_asked.items()]
    own = [(planted_account(kind).number, text) for kind, text in _OWN.items()] if is_complete() else []
    context = {"people": people(), "number": account.number, "facts": facts, "own": own}
    context["bank"] = settings.SANDBOX_BANK
    return render(request, "demo/index.html", context)


@demo_only
def mail(request: HttpRequest) -> HttpResponse:
    """The newest letters of the whole portal, newest first."""
    return render(request, "demo/mail.html", {"letters": letters()})


@demo_only
def read(request: HttpRequest, number: int) -> HttpResponse:
    """One letter as plain text; only its links are links."""
    found = letter(number)
    if found is None:
        raise Http404
    return render(request, "demo/letter.html", {"letter": found, "lines": lines(found.text)})


@demo_only
def attachment(request: HttpRequest, number: int) -> HttpResponse:
    """What a letter carries, drawn as for its delivery; 404 where it carries nothing, or nothing any more."""
    found = letter(number)
    if found is None or not found.attachment:
        raise Http404
    try:
        made = attachments.make(found.attachment, now=timezone.now())
    except attachments.NothingToSend as nothing:
        raise Http404 from nothing
    shown = {"Content-Disposition": f'inline; filename="{made.name}"'}
    return HttpResponse(made.content, content_type=made.media_type, headers=shown)


def lines(text: str) -> list[list[tuple[str, bool]]]:
    """The lines that hold something, each in the pieces of `linked`."""
    return [list(linked(line)) for line in text.splitlines() if line.strip()]


def linked(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a link; together they are the text again."""
    end = 0
    for found in _LINK.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False

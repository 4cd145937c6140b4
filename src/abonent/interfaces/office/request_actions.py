"""What the staff do with a request: each posted form is one operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.base.errors import DomainError
from abonent.interfaces.office.request_forms import FORMS
from abonent.service_requests import operations
from abonent.service_requests.operations import (
    BadDeadline,
    BadFile,
    NoSuchKind,
    NoSuchPerson,
    NoSuchRequest,
    NoSuchTeam,
    NothingSaid,
    NotPossible,
    TakenBy,
    TooLong,
)
from abonent.service_requests.typed import SentFile
from abonent.users.client import address
from abonent.users.models import StaffMembership


@dataclass(frozen=True, slots=True)
class Done:
    """How it went: `form` is one with mistakes; `refusal` why nothing was done; `leaves`: on to the next."""

    says: str = ""
    refusal: str = ""
    leaves: bool = False
    form: Any = None


def act(request: HttpRequest, staff: StaffMembership, public_id: str, action: str) -> Done:
    """Carry out what was posted. 404 for another organisation's request and for an action that is none."""
    who: dict[str, Any] = {
        "staff": staff,
        "public_id": public_id,
        "address": address(request),
        "now": timezone.now(),
    }
    try:
        if action == "take":
            operations.take(**who)
            return Done(_("The request is yours now."))
        if action not in FORMS:
            raise Http404
        file = operations.read_request(**who)
        form = FORMS[action](request.POST, file=file)
        if not form.is_valid():
            return Done(form=form)
        return _carry_out(action, form, request, who)
    except NoSuchRequest as error:
        raise Http404 from error
    except TakenBy as error:
        return Done(refusal=_("%(name)s has taken it already.") % {"name": error.name})
    except NotPossible:
        return Done(refusal=_("Somebody was quicker: the request is in another state now. Look at it again."))


def _carry_out(action: str, form: Any, request: HttpRequest, who: dict[str, Any]) -> Done:
    try:
        return _OPERATIONS[action](form, request, who)
    except BadFile as error:
        form.add_error(None, error.problem.message)
    except (NothingSaid, TooLong, NoSuchPerson, NoSuchTeam, NoSuchKind, BadDeadline) as error:
        form.add_error(None, str(_WRONG[type(error)]))
    return Done(form=form)


_WRONG: dict[type[DomainError], Any] = {
    NothingSaid: gettext_lazy("Write something: an empty message says nothing."),
    TooLong: gettext_lazy("The text is too long. Write less, or attach it as a PDF."),
    NoSuchPerson: gettext_lazy("This person does not work with these requests any more. Choose another one."),
    NoSuchTeam: gettext_lazy("There is no such team any more. Choose another one."),
    NoSuchKind: gettext_lazy("There is no such kind any more. Choose another one."),
    BadDeadline: gettext_lazy("Choose a working day from today to a year from now."),
}


def _sent(request: HttpRequest) -> list[SentFile]:
    return [SentFile(one.name or "", one.read()) for one in request.FILES.getlist("files")]


def _answer(form: Any, request: HttpRequest, who: dict[str, Any]) -> Done:
    said = form.cleaned_data
    operations.answer(text=said["text"], form_key=said["form_key"], files=_sent(request), **who)
    return Done(_("The answer is sent."))


def _ask(form: Any, request: HttpRequest, who: dict[str, Any]) -> Done:
    said = form.cleaned_data
    operations.ask(text=said["text"], form_key=said["form_key"], files=_sent(request), **who)
    return Done(_("The question is sent; the deadline stands still until the customer answers."), leaves=True)


def _finish(how: str) -> Callable[[Any, HttpRequest, dict[str, Any]], Done]:
    def finish(form: Any, request: HttpRequest, who: dict[str, Any]) -> Done:
        said = form.cleaned_data
        operations.finish(how=how, text=said["text"], form_key=said["form_key"], files=_sent(request), **who)
        return Done(_("The request is closed; the customer gets a letter."), leaves=True)

    return finish


def _give(form: Any, _request: HttpRequest, who: dict[str, Any]) -> Done:
    operations.give(to=form.person, text=form.cleaned_data["text"], **who)
    return Done(_("The request is given on."), leaves=True)


def _move(form: Any, _request: HttpRequest, who: dict[str, Any]) -> Done:
    said = form.cleaned_data
    operations.move(kind=said["kind"], team=said["team"], due_on=said["due_on"], reason=said["reason"], **who)
    return Done(_("The request is changed; the customer can read why."))


def _note(form: Any, _request: HttpRequest, who: dict[str, Any]) -> Done:
    operations.note(text=form.cleaned_data["text"], **who)
    return Done(_("The note is kept; only the staff read it."))


_OPERATIONS: dict[str, Callable[[Any, HttpRequest, dict[str, Any]], Done]] = {
    "answer": _answer,
    "ask": _ask,
    "done": _finish("done"),
    "refused": _finish("refused"),
    "give": _give,
    "move": _move,
    "note": _note,
}

"""What a customer does about a request: cancels it, opens it again, rates it. Each asks on its own page."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import account_or_404, context
from abonent.interfaces.resident.entrance.limited import too_many
from abonent.interfaces.resident.requests.words import rating_words
from abonent.interfaces.ui.language import typed_initial
from abonent.service_requests.operations import (
    MayNotFile,
    NoSuchRequest,
    NotPossible,
    Often,
    cancel,
    rate,
    reopen,
)
from abonent.service_requests.queries import request_of
from abonent.users.client import address as client_address
from abonent.users.models import User
from abonent.users.permissions import confirmed_email_required

_LONGEST = 1000


def _area() -> forms.Widget:
    return forms.Textarea(attrs={"rows": 4})


class CancelForm(forms.Form):
    text = forms.CharField(
        label=_("Why? You may leave it empty."), required=False, max_length=_LONGEST, widget=_area()
    )


class ReopenForm(forms.Form):
    text = forms.CharField(label=_("What is not settled?"), max_length=_LONGEST, widget=_area())


class RateForm(forms.Form):
    rating = forms.TypedChoiceField(label=_("How did we do?"), coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What was good, what should be better?"),
        required=False,
        max_length=_LONGEST,
        widget=_area(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rating"].choices = rating_words()  # type: ignore[attr-defined]


def _act(
    request: HttpRequest,
    public_id: str,
    request_id: str,
    act: Callable[..., object],
    form_class: type[forms.Form],
    name: str,
) -> HttpResponse:
    """The page of an act, and the act; what is not possible (any more) leads back to the request."""
    account = account_or_404(request, public_id)
    form = (
        form_class(request.POST) if request.method == "POST" else form_class(initial=typed_initial(request))
    )
    back = redirect("service_request", public_id, request_id)
    if form.is_valid():
        return _done(request, account, request_id, act, form.cleaned_data) or back
    seen = request_of(account, request_id, user_id=cast(int, request.user.pk), now=timezone.now())
    if seen is None:
        raise Http404
    if name not in seen.may:
        return back
    page = context(request, section="requests", account=account, held=account, seen=seen, form=form)
    return render(request, f"resident/requests/{name}.html", page)


def _done(
    request: HttpRequest,
    account: HeldAccount,
    request_id: str,
    act: Callable[..., object],
    answers: Mapping[str, Any],
) -> HttpResponse | None:
    try:
        act(
            user=cast(User, request.user),
            account=account,
            public_id=request_id,
            address=client_address(request),
            now=timezone.now(),
            **answers,
        )
    except NoSuchRequest as error:
        raise Http404 from error
    except MayNotFile as refused:
        messages.warning(request, refused.message)
    except NotPossible:
        messages.warning(request, gettext("This cannot be done now: the request has changed meanwhile."))
    except Often:
        return too_many(request)
    else:
        if act is rate:
            messages.success(request, gettext("Thank you! Those who did the work will read your rating."))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def cancel_page(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """Asks, and cancels; 404 for a request of somebody else."""
    return _act(request, public_id, request_id, cancel, CancelForm, "cancel")


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def reopen_page(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """What is not settled, and the request is open again; 404 for a request of somebody else."""
    return _act(request, public_id, request_id, reopen, ReopenForm, "reopen")


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_email_required
def rate_page(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """How it went, 1 to 5 in words; 404 for a request of somebody else."""
    return _act(request, public_id, request_id, rate, RateForm, "rate")

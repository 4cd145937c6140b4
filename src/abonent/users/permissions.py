"""What a person may do before anything is asked about an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from abonent.users.models import StaffMembership, User

View = Callable[..., HttpResponseBase]


def person_may_act(user: User | AnonymousUser) -> bool:
    """The e-mail is confirmed: readings, payments, requests and subscriptions are open, not only reading."""
    return user.is_authenticated and user.is_active and user.email_confirmed


def confirmed_email_required(view: View) -> View:
    """For views that take something from a person: unconfirmed people are sent to confirm first.

    The manual of PES: «до подтверждения адреса функциональность личного кабинета будет ограничена».
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person_may_act(request.user):
            return view(request, *args, **kwargs)
        messages.warning(request, _("Your e-mail address is not confirmed! Confirm it to do this."))
        return redirect("settings")

    return guarded


def staff_of(user: User | AnonymousUser) -> StaffMembership | None:
    """The person's place among the staff, or None; no query where the session brought it along."""
    if not user.is_authenticated:
        return None
    try:
        return user.staff_membership
    except StaffMembership.DoesNotExist:
        return None

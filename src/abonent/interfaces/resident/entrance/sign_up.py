"""Sign-up, with the account proven in the same form where the profile asks for it."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from abonent.accounts.operations import link_proven, prove_account
from abonent.interfaces.resident.entrance.forms import SignUpForm
from abonent.users.client import address
from abonent.users.operations import sign_up


def register(request: HttpRequest, form: SignUpForm, *, now: datetime) -> None:
    """Make the user of a valid form. A proof that fails makes none; it is tried first and on its own.

    Raises `DoesNotMatch`, `LoginTaken`, `PasswordRefused`.
    """
    told = form.cleaned_data
    proof = None
    if form.for_proof:
        proof = prove_account(number=told["number"], facts=form.facts, address=address(request), now=now)
    with transaction.atomic():
        user = sign_up(
            email=told["email"],
            password=told["password"],
            login=told.get("login", ""),
            full_name=told.get("full_name", ""),
            phone=told.get("phone", ""),
            agreed=form.agreed,
            language=(get_language() or "")[:2],
            address=address(request),
            now=now,
        )
        if user and proof:
            link_proven(user=user, proof=proof, now=now)

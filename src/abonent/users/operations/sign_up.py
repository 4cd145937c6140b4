"""A stranger becomes a user. Nobody learns by it whether an e-mail address is known."""

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from abonent.base.errors import DomainError
from abonent.portal.current import portal
from abonent.users.audit import record
from abonent.users.backends import CLAIMS, by_login
from abonent.users.models import User
from abonent.users.operations.consents import agree
from abonent.users.operations.emails import post_already_registered, post_confirmation
from abonent.users.operations.passwords import check_new_password


class LoginTaken(DomainError):  # noqa: N818 - named after the rule it states
    """Somebody has this login, perhaps in other letters' case."""


def sign_up(
    *,
    email: str,
    password: str,
    login: str = "",
    full_name: str = "",
    phone: str = "",
    language: str,
    agreed: bool = False,
    address: str | None,
    now: datetime,
) -> User | None:
    """Make the user and post the letter that confirms the address; one transaction, not safe to repeat.

    Without `login` (people sign in by e-mail) a name nobody sees is made. Where an address has been given
    as often as may be, no user is made (None), a letter says so to the mailbox, and the caller shows the
    same page. `agreed`: to all that this portal asks for (users.documents). Raises `LoginTaken`,
    `PasswordRefused`.
    """
    email = email.strip().lower()
    user = User(
        login=login or f"u{secrets.token_hex(12)}",
        email=email,
        full_name=full_name.strip(),
        phone=phone,
        language=language,
        months_shown=portal().default_months,
    )
    check_new_password(password, user)
    user.set_password(password)  # before the transaction: it takes its time, and the same for everybody
    if login and by_login(login):
        raise LoginTaken
    with transaction.atomic():
        if not login and _claimed_as_often_as_may_be(email, language=language, now=now):
            return None
        _save(user)
        if agreed:
            agree(user=user, language=language, address=address, now=now)
        claim = EmailAddress.objects.create(user_id=user.pk, email=email, primary=True, verified=False)
        post_confirmation(user=user, email_address=claim, now=now)
        record(action="sign_up", actor=user, subject=f"user:{user.pk}", address=address, now=now)
    return user


def _save(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise LoginTaken from error


def _claimed_as_often_as_may_be(email: str, *, language: str, now: datetime) -> bool:
    """Two unconfirmed users of one address at most; a confirmed one is not counted, so nobody notices it."""
    claims = User.objects.filter(email=email, email_confirmed=False).order_by("pk")[: CLAIMS - 1]
    if len(claims) < CLAIMS - 1:
        return False
    post_already_registered(email=email, owner=claims[0], language=language, now=now)
    return True

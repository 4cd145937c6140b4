"""E-mail addresses: confirmed by a link, changed only through one. `User.email_confirmed` goes with allauth's
`EmailAddress.verified` in one transaction.

Several people may give one address; one of them can confirm it. So nothing anybody does at sign-up tells
whether an address is known (docs/domain/people.md).
"""

from datetime import datetime

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import IntegrityError, transaction

from abonent.base.errors import DomainError
from abonent.users.audit import record
from abonent.users.models import User
from abonent.users.post import absolute, post


class SameAddress(DomainError):  # noqa: N818 - named after the rule it states
    """It is the confirmed address already."""


class AddressTaken(DomainError):  # noqa: N818
    """Somebody else has confirmed this address. Said only to those who read its mailbox."""


def send_confirmation(*, user: User, now: datetime) -> None:
    """Send the letter with the link once more, to the address that waits for it. Each call is a letter.

    Nothing happens when nothing waits.
    """
    waiting = EmailAddress.objects.filter(user_id=user.pk, verified=False).order_by("primary", "-pk").first()
    if waiting:
        with transaction.atomic():
            post_confirmation(user=user, email_address=waiting, now=now)


def post_confirmation(*, user: User, email_address: EmailAddress, now: datetime) -> None:
    """The link, or, where the address is somebody's confirmed one, a letter that says so to its reader."""
    email = email_address.email
    owner = EmailAddress.objects.filter(email=email, verified=True).exclude(user_id=user.pk).first()
    if owner:
        return post_already_registered(email=email, owner=owner.user, language=user.language, now=now)
    link = absolute("account_confirm_email", EmailConfirmationHMAC(email_address).key)
    post("confirm_email", to=email, user=user, language=user.language, now=now, person=user, link=link)
    return None


def post_already_registered(*, email: str, owner: User, language: str, now: datetime) -> None:
    post(
        "already_registered",
        to=email,
        user=owner,
        language=owner.language or language,
        now=now,
        person=owner,
        sign_in_link=absolute("account_login"),
        reset_link=absolute("account_reset_password"),
    )


def change_email(*, user: User, email: str, address: str | None, now: datetime) -> None:
    """Ask for a new address. It works once confirmed; the old one is told. One transaction, safe to repeat.

    An address that was never confirmed proves nothing and is replaced at once. Raises `SameAddress`.
    """
    email = email.strip().lower()
    if email == user.email.lower() and user.email_confirmed:
        raise SameAddress
    with transaction.atomic():
        EmailAddress.objects.filter(user_id=user.pk, verified=False).delete()
        fresh = EmailAddress.objects.create(
            user_id=user.pk, email=email, verified=False, primary=not user.email_confirmed
        )
        if user.email_confirmed:
            post("email_change_asked", to=user.email, user=user, language=user.language, now=now, person=user)
        else:
            user.email = email
            user.save(update_fields=["email"])
        post_confirmation(user=user, email_address=fresh, now=now)
        record(action="email_change_asked", actor=user, subject=f"user:{user.pk}", address=address, now=now)


def confirm_email(*, email_address: EmailAddress, address: str | None, now: datetime) -> None:
    """The mailbox's reader pressed the button: the address is the person's, and their others go.

    One transaction, safe to repeat. Raises `AddressTaken`. The old confirmed address is told.
    """
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=email_address.user_id)
            before = user.email if user.email_confirmed else ""
            EmailAddress.objects.filter(user_id=user.pk).exclude(pk=email_address.pk).delete()
            EmailAddress.objects.filter(pk=email_address.pk).update(verified=True, primary=True)
            user.email, user.email_confirmed = email_address.email, True
            user.save(update_fields=["email", "email_confirmed"])
            if before and before != user.email:
                post("email_changed", to=before, user=user, language=user.language, now=now, person=user)
            record(action="email_confirmed", actor=user, subject=f"user:{user.pk}", address=address, now=now)
    except IntegrityError as error:
        raise AddressTaken from error

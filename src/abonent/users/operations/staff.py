"""People whom the portal itself adds: staff, and the demo's customers."""

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.backends import by_login
from abonent.users.models import StaffMembership, User
from abonent.users.operations.emails import AddressTaken
from abonent.users.operations.passwords import check_new_password
from abonent.users.operations.sign_up import LoginTaken


def add_person(
    *, login: str = "", email: str, password: str, full_name: str = "", language: str = "", now: datetime
) -> User:
    """Make a user whose address counts as confirmed, without the rules for passwords. One transaction.

    Not safe to repeat: raises `LoginTaken` or `AddressTaken` then.
    """
    email = email.strip().lower()
    login = login or f"u{secrets.token_hex(12)}"
    if by_login(login):
        raise LoginTaken
    user = User(login=login, email=email, full_name=full_name, language=language, email_confirmed=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user_id=user.pk, email=email, primary=True, verified=True)
            record(action="person_added", actor=None, subject=f"user:{user.pk}", now=now)
    except IntegrityError as error:
        raise AddressTaken from error
    return user


def add_staff_member(
    *,
    login: str,
    email: str,
    password: str,
    organisation: Organisation | None = None,
    role: str,
    now: datetime,
) -> User:
    """Make a member of the staff: of one organisation, or (None) of the portal itself. One transaction.

    `role` is one of users.rights.RIGHTS. They set up a second factor at their first sign-in
    (settings.STAFF_SECOND_FACTOR). Raises `LoginTaken`, `AddressTaken`, `PasswordRefused` (not in the demo).
    """
    if role not in dict(StaffMembership._meta.get_field("role").flatchoices):
        raise ValueError(f"no such role: {role!r}")
    if not settings.DEMO:
        check_new_password(password, User(login=login, email=email))
    with transaction.atomic():
        user = add_person(login=login, email=email, password=password, full_name=login, now=now)
        StaffMembership.objects.create(user=user, organisation=organisation, role=role)
        record(
            action="staff_added",
            actor=None,
            subject=f"user:{user.pk}",
            organisation=organisation,
            now=now,
            role=role,
        )
    return user

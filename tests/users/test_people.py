"""What is done to people: staff, consents, the trail, and which passwords are refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from abonent.portal.models import Organisation
from abonent.portal.profile import Profile
from abonent.users.audit import name_typed, record
from abonent.users.models import AuditEvent, Consent, User
from abonent.users.operations import (
    AddressTaken,
    LoginTaken,
    PasswordRefused,
    add_person,
    add_staff_member,
    give_consent,
    set_password,
    sign_up,
)
from abonent.users.passwords import NotANumberOnPaper, NotTheName, NotTooLong
from abonent.users.permissions import person_may_act, staff_of
from tests.users.cast import PASSWORD


def _staff(now: datetime, **facts: Any) -> User:
    usual: dict[str, Any] = {
        "login": "eve",
        "email": "eve@example.kz",
        "password": PASSWORD,
        "role": "operator",
    }
    return add_staff_member(**{**usual, **facts}, now=now)


@pytest.mark.django_db
def test_staff_of_an_organisation_and_of_the_portal(charlie: User, now: datetime) -> None:
    place = staff_of(charlie)
    assert place is not None
    assert place.organisation == Organisation.objects.get()
    portals = staff_of(_staff(now, role="administrator"))
    assert portals is not None
    assert (portals.organisation, portals.role) == (None, "administrator")


@pytest.mark.django_db
def test_staff_that_cannot_be_added(alice: User, now: datetime) -> None:
    with pytest.raises(LoginTaken):
        _staff(now, login="ALICE")
    with pytest.raises(AddressTaken):
        _staff(now, email=alice.email)
    with pytest.raises(PasswordRefused):
        _staff(now, password="eve")
    with pytest.raises(ValueError, match="no such role"):
        _staff(now, role="king")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_person_is_no_staff_and_a_visitor_neither(alice: User) -> None:
    assert staff_of(alice) is None
    assert staff_of(AnonymousUser()) is None


@pytest.mark.django_db
def test_who_may_act(alice: User, bob: User) -> None:
    assert person_may_act(alice)
    assert not person_may_act(bob)
    assert not person_may_act(AnonymousUser())
    alice.is_active = False
    assert not person_may_act(alice)


@pytest.mark.django_db
def test_a_fresh_portal_has_nobody_in_it() -> None:
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_consent_counts_from_the_first_time(alice: User, now: datetime) -> None:
    for _ in range(2):
        give_consent(user=alice, document="agreement", version="2026-01", now=now)
    give_consent(user=alice, document="agreement", version="2026-02", now=now)
    assert [one.version for one in Consent.objects.order_by("pk")] == ["2026-01", "2026-02"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_trail_cannot_be_changed(alice: User, now: datetime, change: str) -> None:
    record(action="test", actor=alice, subject="user:1", now=now, reason="because", door="office")
    event = AuditEvent.objects.filter(action="test")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.update(action="other") if change == "update" else event.delete()
    assert (event.get().details, event.get().reason) == ({"door": "office"}, "because")


def test_a_typed_name_is_marked_and_not_kept() -> None:
    assert name_typed("Alice ") == name_typed("alice")
    assert "alice" not in name_typed("alice")
    assert len(name_typed("x" * 1000)) <= 40


@pytest.mark.django_db
def test_every_name_of_a_login_is_one_name(now: datetime) -> None:
    add_person(login="Дана", email="dana@example.kz", password=PASSWORD, now=now)
    with pytest.raises(LoginTaken):
        sign_up(
            email="other@example.kz", password=PASSWORD, login="ДАНА", language="ru", address=None, now=now
        )


@pytest.mark.django_db
def test_a_password_set_anew_ends_what_was_counted(alice: User, now: datetime) -> None:
    from abonent.users import limits

    for _ in range(100):
        assert limits.count_try(name="alice", now=now)
    assert not limits.count_try(name="Alice", now=now)
    set_password(user=alice, new="a new and long one", address=None, now=now)
    assert limits.count_try(name="alice", now=now)


@pytest.mark.django_db
def test_the_records_of_an_address_go_together(alice: User, bob: User) -> None:
    for user in (alice, bob):
        assert EmailAddress.objects.get(user=user).verified is user.email_confirmed


# Passwords


@pytest.mark.parametrize(
    "password", ["АлматыЭнергоСбыт", "алматыэнергосбыт-2026", "AES", "aes12345", "«Ж Ш С»АлматыЭнергоСбыт"]
)
def test_the_organisations_name_is_no_password(password: str) -> None:
    if password == "«Ж Ш С»АлматыЭнергоСбыт":
        NotTheName().validate(password)  # more than the name
        return
    with pytest.raises(ValidationError):
        NotTheName().validate(password)


def test_the_names_of_every_portal(portal_named: Callable[[str], Profile]) -> None:
    for code, name in (("pes", "Петроэлектросбыт1"), ("housing", "зелёный дом"), ("alseco", "ALSECO2026")):
        portal_named(code)
        with pytest.raises(ValidationError):
            NotTheName().validate(name)


@pytest.mark.parametrize(
    "password", ["alice1234", "ALICE!!!!", "alice@example.kz", "АлисаКим77", "ким--Алиса"]
)
def test_ones_own_names_are_no_password(password: str) -> None:
    person = User(login="alice", email="alice@example.kz", full_name="Алиса Ким")
    if password == "ким--Алиса":
        NotTheName().validate(password, person)  # another order is another thing
        return
    with pytest.raises(ValidationError):
        NotTheName().validate(password, person)


@pytest.mark.parametrize(
    "password", ["12345678", "0012345", "+7 701 234-56-78", "870123456789", "01.02.1980"]
)
def test_numbers_on_paper_are_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        NotANumberOnPaper().validate(password)


@given(st.text(min_size=8, max_size=1000).filter(lambda text: any(ch.isalpha() for ch in text)))
def test_any_text_of_letters_is_no_number_and_not_too_long(password: str) -> None:
    NotANumberOnPaper().validate(password)
    NotTooLong().validate(password)


def test_a_megabyte_is_not_hashed() -> None:
    with pytest.raises(ValidationError):
        NotTooLong().validate("x" * 1001)


def test_passwords_are_kept_by_argon2_and_older_hashes_are_renewed(settings: Any) -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

    settings.PASSWORD_HASHERS = ["abonent.users.hashers.PortalArgon2"]
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    renewed: list[str] = []
    older = Argon2PasswordHasher().encode(PASSWORD, "salt-of-sixteen-bytes")
    assert check_password(PASSWORD, older, setter=renewed.append)
    assert renewed == [PASSWORD]
    assert not check_password(PASSWORD.upper(), older, setter=renewed.append)

"""Confirming an address: by a button on the page of the letter's link, and by nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import signing
from django.test import Client

from abonent.notices.models import Letter
from abonent.users.models import User
from abonent.users.operations import send_confirmation
from abonent.users.permissions import person_may_act

Letters = Callable[[], list[Letter]]
Clock = Callable[[timedelta], datetime]
pytestmark = pytest.mark.django_db


@pytest.fixture
def path(bob: User) -> str:
    return f"/confirm-email/{EmailConfirmationHMAC(bob.emailaddress_set.get()).key}/"


def _states(user: User) -> tuple[bool, bool]:
    return User.objects.get(pk=user.pk).email_confirmed, EmailAddress.objects.get(user=user).verified


def test_opening_the_link_asks_and_the_button_confirms(client: Client, bob: User, path: str) -> None:
    page = client.get(path, headers={"accept-language": "ru"}).content.decode()
    assert "bob@example.kz" in page
    assert _states(bob) == (False, False), "mail programs open links on their own"
    done = client.post(path, headers={"accept-language": "ru"}).content.decode()
    assert "Адрес эл. почты подтверждён." in done
    assert _states(bob) == (True, True)
    assert person_may_act(User.objects.get(pk=bob.pk))


def test_the_link_works_signed_out_and_signs_nobody_in(client: Client, bob: User, path: str) -> None:
    client.post(path)
    assert client.get("/settings/").status_code == 302


def test_a_used_link_says_so(client: Client, bob: User, path: str) -> None:
    client.post(path)
    assert "уже использована" in client.get(path, headers={"accept-language": "ru"}).content.decode()


def test_the_link_lives_three_days(client: Client, bob: User, clock: Clock) -> None:
    path = f"/confirm-email/{EmailConfirmationHMAC(bob.emailaddress_set.get()).key}/"
    clock(timedelta(days=2, hours=23))
    assert "bob@example.kz" in client.get(path).content.decode()
    clock(timedelta(days=3, seconds=2))
    assert client.post(path).status_code == 404
    assert _states(bob) == (False, False)


def test_a_cut_changed_or_foreign_token_confirms_nothing(client: Client, bob: User, path: str) -> None:
    other_purpose = signing.dumps(bob.emailaddress_set.get().pk, salt="another purpose")
    for wrong in (
        path[:-3] + "/",
        path.replace("/confirm-email/", "/confirm-email/A"),
        f"/confirm-email/{other_purpose}/",
    ):
        assert client.post(wrong).status_code == 404, wrong
    assert _states(bob) == (False, False)


def test_both_records_change_or_neither(
    client: Client, bob: User, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("abonent.users.operations.emails.record", fail)
    with pytest.raises(RuntimeError):
        client.post(path)
    assert _states(bob) == (False, False)


def test_an_address_confirmed_by_another_meanwhile(client: Client, bob: User, alice: User, path: str) -> None:
    EmailAddress.objects.filter(user=alice).update(email=bob.email)
    page = client.post(path, headers={"accept-language": "ru"}).content.decode()
    assert "уже принадлежит другому" in page
    assert _states(bob) == (False, False)


def test_asking_again_writes_to_the_address_that_waits(
    bob: User, alice: User, letters: Letters, now: datetime
) -> None:
    send_confirmation(user=alice, now=now)
    assert not letters(), "nothing waits"
    send_confirmation(user=bob, now=now)
    assert [(one.kind, one.to) for one in letters()] == [("confirm_email", "bob@example.kz")]

"""Becoming staff by a letter: who may say yes, what they stay, what nobody learns (docs/domain/office.md)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.invitation_links import NoSuchInvitation, token
from abonent.users.models import AuditEvent, Session, StaffInvitation, StaffMembership, User
from abonent.users.operations import AddressTaken, LoginTaken, PasswordRefused
from abonent.users.operations.invitations import (
    KEPT,
    LASTS,
    AlreadyStaff,
    InvitationOver,
    NotForYou,
    accept_invitation,
    accept_with_new_login,
    forget_invitations,
    invite_staff,
    revoke_invitation,
)
from abonent.users.operations.places import NoSuchPlace, take_place
from tests.users.cast import NOW, PASSWORD, link_in, signed_in

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def chief(charlie: User) -> StaffMembership:
    StaffMembership.objects.filter(user=charlie).update(role="administrator")
    return StaffMembership.objects.select_related("user", "organisation").get(user=charlie)


@pytest.fixture
def invite(chief: StaffMembership) -> Callable[..., StaffInvitation]:
    def make(email: str, **facts: Any) -> StaffInvitation:
        given = {"organisation": chief.organisation, "role": "operator", "now": NOW, **facts}
        return invite_staff(
            by=given.pop("by", chief), email=email, full_name="Дана Ли", language="ru", address=None, **given
        )

    return make


def accept(
    invitation: StaffInvitation, user: User, now: datetime = NOW, keep: str | None = None
) -> StaffMembership:
    return accept_invitation(token=token(invitation), user=user, keep=keep, address=None, now=now)


def test_a_customer_becomes_staff_and_stays_a_customer(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership
) -> None:
    place = accept(invite("Alice@example.kz", team=""), alice)
    assert (place.user, place.organisation, place.role) == (alice, chief.organisation, "operator")
    alice.refresh_from_db()
    assert (alice.full_name, alice.check_password(PASSWORD)) == ("Алиса Ким", True), "nothing of hers changes"
    event = AuditEvent.objects.get(action="staff_added", actor=alice)
    assert (event.subject, event.organisation) == (f"user:{alice.pk}", chief.organisation)
    take_place(by=chief, member=place.pk, address=None, now=NOW)
    assert not StaffMembership.objects.filter(user=alice).exists()
    assert User.objects.get(pk=alice.pk).is_active


def test_other_sessions_end_when_the_place_is_taken_and_all_when_it_is_taken_away(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership,
    session_of: Callable[[User], Any],
) -> None:  # fmt: skip
    here, elsewhere = session_of(alice), session_of(alice)
    place = accept(invite(alice.email), alice, keep=here.session_key)
    assert set(Session.objects.filter(user=alice).values_list("session_key", flat=True)) == {here.session_key}
    assert elsewhere.session_key != here.session_key
    take_place(by=chief, member=place.pk, address=None, now=NOW)
    assert not Session.objects.filter(user=alice).exists()


def test_only_the_confirmed_owner_of_the_address_may_accept(
    invite: Callable[..., StaffInvitation], alice: User, bob: User
) -> None:
    for person, email in ((alice, "somebody@example.kz"), (bob, bob.email)):
        with pytest.raises(NotForYou):
            accept(invite(email), person)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(NotForYou):
        accept(invite(alice.email), alice)
    assert StaffMembership.objects.count() == 1


def test_a_link_works_once_and_a_week_and_until_it_is_taken_back(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership
) -> None:
    old = invite(alice.email)
    with pytest.raises(InvitationOver):
        accept(old, alice, now=NOW + LASTS)
    newer = invite(alice.email, now=NOW + SECOND)
    with pytest.raises(InvitationOver):
        accept(old, alice, now=NOW + SECOND)
    revoke_invitation(by=chief, invitation=newer.pk, address=None, now=NOW + SECOND)
    with pytest.raises(InvitationOver):
        accept(newer, alice, now=NOW + SECOND)
    with pytest.raises(NoSuchInvitation):
        revoke_invitation(by=chief, invitation=newer.pk, address=None, now=NOW + SECOND)
    last = invite(alice.email, now=NOW + 2 * SECOND)
    accept(last, alice, now=NOW + LASTS)
    with pytest.raises(InvitationOver):
        accept(last, alice, now=NOW + LASTS)
    with pytest.raises(NoSuchInvitation):
        revoke_invitation(by=chief, invitation=last.pk, address=None, now=NOW + 3 * SECOND)


def test_what_the_one_who_invited_may_no_longer_give_is_void(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership
) -> None:
    invitation = invite(alice.email, role="administrator")
    for change in (
        {"role": "operator"},
        {"organisation": Organisation.objects.create(code="x", name_ru="X")},
    ):
        StaffMembership.objects.filter(pk=chief.pk).update(**change)
        with pytest.raises(InvitationOver):
            accept(invitation, alice)
        StaffMembership.objects.filter(pk=chief.pk).update(
            role="administrator", organisation=chief.organisation
        )
    User.objects.filter(pk=chief.user_id).update(is_active=False)
    with pytest.raises(InvitationOver):
        accept(invitation, alice)


def test_out_of_reach_nothing_is_offered(
    invite: Callable[..., StaffInvitation], chief: StaffMembership
) -> None:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    for facts in ({"organisation": other}, {"organisation": None}, {"role": "god"}, {"team": "nobody"}):
        with pytest.raises(NoSuchPlace):
            invite("new@example.kz", **facts)
    operator = StaffMembership(user=chief.user, organisation=chief.organisation, role="operator")
    with pytest.raises(NoSuchPlace):
        invite("new@example.kz", by=operator)
    assert not StaffInvitation.objects.exists()


def test_a_person_has_one_place(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership
) -> None:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    invitation = invite(alice.email)
    StaffMembership.objects.create(user=alice, organisation=other, role="operator")
    with pytest.raises(AlreadyStaff):
        accept(invitation, alice)
    invite(alice.email, now=NOW + SECOND)  # another organisation's colleague is not told of
    with pytest.raises(AlreadyStaff):
        invite(chief.user.email)


def test_who_has_no_login_makes_one_and_the_address_is_confirmed(
    invite: Callable[..., StaffInvitation], chief: StaffMembership
) -> None:
    invitation = invite("dana@example.kz")
    made = {"language": "ru", "address": None, "now": NOW, "token": token(invitation)}
    with pytest.raises(PasswordRefused):
        accept_with_new_login(login="dana", password="password", **made)
    with pytest.raises(LoginTaken):
        accept_with_new_login(login="Charlie", password=PASSWORD, **made)
    dana = accept_with_new_login(login="dana", password=PASSWORD, **made)
    assert (dana.email, dana.email_confirmed, dana.full_name) == ("dana@example.kz", True, "Дана Ли")
    assert dana.staff_membership.organisation == chief.organisation
    with pytest.raises(InvitationOver):
        accept_with_new_login(login="dana2", password=PASSWORD, **made)


def test_nobody_gets_a_second_login_for_a_customers_address(
    invite: Callable[..., StaffInvitation], alice: User
) -> None:
    """The link alone, without the password, gives nothing of the customer's: no place, no new password."""
    invitation = invite(alice.email)
    with pytest.raises(AddressTaken):
        accept_with_new_login(
            login="alice2", password=PASSWORD, language="ru", address=None, now=NOW, token=token(invitation)
        )
    assert not StaffMembership.objects.filter(user=alice).exists()
    assert User.objects.filter(email=alice.email).count() == 1
    accept(invitation, alice)


@pytest.mark.django_db(transaction=True)
def test_accepted_twice_at_once_or_taken_back_meanwhile_it_is_one_or_the_other(
    invite: Callable[..., StaffInvitation], alice: User, chief: StaffMembership
) -> None:
    invitation = invite(alice.email)
    start = Barrier(6)

    def act(number: int) -> str:
        start.wait()
        try:
            if number % 3:
                accept(invitation, alice)
            else:
                revoke_invitation(by=chief, invitation=invitation.pk, address=None, now=NOW)
        except (InvitationOver, NoSuchInvitation) as error:
            return type(error).__name__
        else:
            return "accepted" if number % 3 else "revoked"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        done = [one for one in pool.map(act, range(6)) if one in ("accepted", "revoked")]
    assert len(done) == 1
    assert StaffMembership.objects.filter(user=alice).exists() == (done == ["accepted"])


def test_what_is_over_for_a_month_is_forgotten(invite: Callable[..., StaffInvitation], alice: User) -> None:
    invite(alice.email)
    assert forget_invitations(now=NOW + LASTS + KEPT) == 0
    assert forget_invitations(now=NOW + LASTS + KEPT + SECOND) == 1


class TestAtTheDoors:
    """The office and the letter's page."""

    @pytest.fixture(autouse=True)
    def _clock(self, clock: Callable[[timedelta], datetime]) -> None:
        """The clock stands still."""

    def _invited(self, chief: StaffMembership, email: str) -> tuple[str, list[str], int]:
        """The page, the statements it took, the events it left."""
        client = signed_in(Client(), chief.user)
        form = {"full_name": "Дана Ли", "email": email, "role": "operator", "team": ""}
        events = AuditEvent.objects.count()
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(reverse("office_staff_add"), form, follow=True)
        html = re.sub(r"[\w-]{40,}|csrf\S+|nonce\S+", "", answer.content.decode()).replace(email, "X")
        texts = (one["sql"] or "" for one in asked)
        statements = [re.sub(r'"s\d+\S*', "", one)[:24] for one in texts]
        return html, statements, AuditEvent.objects.count() - events

    def test_an_administrator_never_learns_whether_a_customer_has_the_address(
        self, chief: StaffMembership, alice: User, bob: User, settings: Any
    ) -> None:
        settings.STAFF_SECOND_FACTOR = False
        answers = []
        for email in (alice.email, bob.email, "nobody@example.kz"):
            answers.append(self._invited(chief, email))
            StaffInvitation.objects.all().delete()
        first, *others = answers
        for html, statements, events in others:
            assert events == first[2]
            assert len(statements) == len(first[1])
            # of a statement that is prepared already its text is not told
            assert all(one == other for one, other in zip(statements, first[1], strict=True) if one and other)
            assert re.sub(r"\d+", "", html) == re.sub(r"\d+", "", first[0])

    def test_the_customer_signs_in_accepts_and_sets_up_the_second_factor(
        self, chief: StaffMembership, alice: User, letters: Callable[[], list[Letter]],
        invite: Callable[..., StaffInvitation], settings: Any,
    ) -> None:  # fmt: skip
        settings.STAFF_SECOND_FACTOR = True
        account = Account.objects.create(
            number="700", key="700", organisation=chief.organisation, payer="Ким Алиса", address="Абая 1"
        )
        AccountLink.objects.create(user=alice, account=account, method="code", created_at=timezone.now())
        invite(alice.email)
        client, link = Client(headers={"accept-language": "ru"}), link_in(letters()[-1])
        shown = client.get(link)
        assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
        assert alice.full_name not in shown.content.decode()
        (sign_in,) = re.findall(r'href="(/login/\?next=[^"]+)"', shown.content.decode())
        answer = client.post(sign_in, {"login": "alice", "password": PASSWORD})
        assert answer.headers["Location"] == link
        assert "Алиса Ким" in client.get(link).content.decode()
        assert not StaffMembership.objects.filter(user=alice).exists(), "looking is not accepting"
        asked = client.post(link).headers["Location"]
        assert asked.startswith(reverse("account_reauthenticate")), "the password once more, as for every key"
        assert client.post(asked, {"password": PASSWORD}).headers["Location"] == reverse("office_home")
        assert client.get(reverse("office_home")).headers["Location"] == reverse("mfa_index")
        Authenticator.objects.create(user=alice, type="totp", data={})
        assert client.get(reverse("office_home")).status_code == 200
        assert client.get(reverse("account", args=[account.public_id])).status_code == 200, "a customer still"

    def test_without_a_fresh_password_it_is_asked_first(
        self, alice: User, letters: Callable[[], list[Letter]], invite: Callable[..., StaffInvitation]
    ) -> None:
        invite(alice.email)
        client = signed_in(Client(), alice)
        answer = client.post(link_in(letters()[-1]))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
        assert not StaffMembership.objects.filter(user=alice).exists()
        client.post(answer.headers["Location"], {"password": PASSWORD})
        assert StaffMembership.objects.filter(user=alice).exists()

    def test_another_person_signed_in_is_told_to_change_the_login(
        self,
        alice: User,
        bob: User,
        letters: Callable[[], list[Letter]],
        invite: Callable[..., StaffInvitation],
    ) -> None:
        invite(alice.email)
        link, client = link_in(letters()[-1]), signed_in(Client(), bob)
        for answer in (client.get(link), client.post(link)):
            assert "другого логина" in answer.content.decode()
            assert alice.email not in answer.content.decode()
        assert StaffMembership.objects.count() == 1

    def test_a_new_colleague_makes_a_login_and_signs_in_by_it(
        self, letters: Callable[[], list[Letter]], invite: Callable[..., StaffInvitation], settings: Any
    ) -> None:
        settings.STAFF_SECOND_FACTOR = True
        invite("dana@example.kz")
        client, link = Client(headers={"accept-language": "ru"}), link_in(letters()[-1])
        wrong = client.post(link, {"login": "charlie", "password": PASSWORD, "password_again": PASSWORD})
        assert "Этот логин занят" in wrong.content.decode()
        form = {"login": "dana.li", "password": PASSWORD, "password_again": PASSWORD}
        form["login"] = "dana_li"
        assert client.post(link, form).headers["Location"] == reverse("account_login")
        assert client.get(link).status_code == 410
        client.post(reverse("account_login"), {"login": "dana_li", "password": PASSWORD})
        assert client.get(reverse("office_home")).headers["Location"] == reverse("mfa_index")

    def test_where_people_sign_in_by_email_no_login_is_asked(
        self,
        letters: Callable[[], list[Letter]],
        invite: Callable[..., StaffInvitation],
        portal_named: Callable[[str], Any],
    ) -> None:
        portal_named("housing")
        invite("dana@example.kz")
        client, link = Client(), link_in(letters()[-1])
        assert 'name="login"' not in client.get(link).content.decode()
        assert client.post(link, {"password": PASSWORD, "password_again": "other"}).status_code == 200
        form = {"password": PASSWORD, "password_again": PASSWORD}
        assert client.post(link, form).headers["Location"] == reverse("account_login")
        answer = client.post(reverse("account_login"), {"login": "dana@example.kz", "password": PASSWORD})
        assert answer.status_code == 302
        assert StaffMembership.objects.filter(user__email="dana@example.kz").exists()

    @pytest.mark.parametrize("wrong", ["x", "a.b", "WzEsMV0:forged", ""])
    def test_a_forged_link_opens_nothing(self, wrong: str, invite: Callable[..., StaffInvitation]) -> None:
        good = token(invite("dana@example.kz"))
        for forged in (wrong or "_", good[:-1], good + "x"):
            for method in ("get", "post"):
                answer = getattr(Client(), method)(reverse("staff_invitation", args=[forged]))
                assert answer.status_code == 404
        assert not User.objects.filter(email="dana@example.kz").exists()

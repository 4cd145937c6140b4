"""Members of the staff: who sees whom, who is added by a letter, changed and taken away, and by whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.invitation_links import token
from abonent.users.models import AuditEvent, Session, StaffInvitation, StaffMembership, User
from tests.interfaces.office.test_office import chief, page, text
from tests.users.cast import _quick_hashes, alice, charlie, clock, letters, link_in, signed_in

__all__ = ["_quick_hashes", "alice", "charlie", "chief", "clock", "letters"]

pytestmark = pytest.mark.django_db
NEW = {"full_name": "Дана Ли", "email": "dana@example.kz", "role": "operator", "team": ""}


@pytest.fixture(autouse=True)
def _doors(clock: Callable[[timedelta], datetime], settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def other() -> Organisation:
    return Organisation.objects.create(code="other", name_ru="Другая")


def member(login: str, organisation: Organisation | None, role: str = "operator") -> StaffMembership:
    user = User.objects.create(login=login, email=f"{login}@example.kz", email_confirmed=True)
    return StaffMembership.objects.create(user=user, organisation=organisation, role=role)


@pytest.fixture
def office(client: Client, chief: User) -> Client:
    """An organisation's administrator."""
    return signed_in(client, chief)


@pytest.fixture
def portal_office(client: Client, chief: User) -> Client:
    """An administrator of the portal itself."""
    StaffMembership.objects.filter(user=chief).update(organisation=None)
    return signed_in(client, chief)


def test_an_organisation_sees_its_own_staff(office: Client, chief: User, other: Organisation) -> None:
    ours, theirs = member("erlan", chief.staff_membership.organisation), member("dana", other)
    boss = member("boss", None, "administrator")
    Authenticator.objects.create(user=ours.user, type="totp", data={})
    shown = text(page(office, "office_staff"))
    for words in ("erlan", "charlie", "настроен", "ещё нет", "Сбыт"):
        assert words in shown
    for one in (theirs, boss):
        assert one.user.login not in shown
        for name in ("office_staff_member", "office_staff_remove"):
            assert page(office, name, one.pk).status_code == 404
            assert page(office, name, one.pk, post={"role": "operator", "team": ""}).status_code == 404
        assert page(office, "office_staff_sessions", one.pk, post={}).status_code == 404
    assert StaffMembership.objects.count() == 4


def test_only_administrators_open_it(client: Client, charlie: User) -> None:
    for role in ("operator", "accountant"):
        StaffMembership.objects.update(role=role)
        signed_in(client, charlie)
        assert page(client, "office_staff").status_code == 404
        assert page(client, "office_staff_add", post=NEW).status_code == 404


def test_who_is_invited_gets_a_letter_and_stands_in_the_list(
    office: Client, chief: User, letters: Callable[[], list[Letter]]
) -> None:
    answer = page(office, "office_staff_add", post=NEW, follow=True)
    for words in ("dana@example.kz", "Дана Ли", "оператор", "Отозвать"):
        assert words in text(answer)
    invitation = StaffInvitation.objects.get()
    assert (invitation.organisation, invitation.role) == (chief.staff_membership.organisation, "operator")
    [letter] = letters()
    assert letter.to == "dana@example.kz"
    assert reverse("staff_invitation", args=[token(invitation)]) in letter.text
    event = AuditEvent.objects.get(action="staff_invited", actor=chief)
    assert (event.subject, event.details["role"]) == (f"invitation:{invitation.pk}", "operator")
    assert StaffMembership.objects.count() == 1, "a letter gives no place"
    assert not User.objects.filter(email="dana@example.kz").exists()


def test_an_organisation_makes_no_portal_staff_and_no_strangers(
    office: Client, chief: User, other: Organisation
) -> None:
    for forged in ("", str(other.pk)):
        page(
            office, "office_staff_add", post={**NEW, "organisation": forged, "email": f"d{forged}@example.kz"}
        )
        made = StaffInvitation.objects.filter(email=f"d{forged}@example.kz").first()
        assert made is None or made.organisation == chief.staff_membership.organisation
    assert not StaffInvitation.objects.filter(organisation=None).exists()
    ours = member("erlan", chief.staff_membership.organisation)
    page(
        office,
        "office_staff_member",
        ours.pk,
        post={"role": "administrator", "team": "", "organisation": "", "user": "1"},
    )
    ours.refresh_from_db()
    assert (ours.role, ours.organisation) == ("administrator", chief.staff_membership.organisation)


def test_the_portals_own_invite_to_any_organisation(portal_office: Client, other: Organisation) -> None:
    page(portal_office, "office_staff_add", post={**NEW, "organisation": str(other.pk)})
    page(portal_office, "office_staff_add", post={**NEW, "email": "b@example.kz"})
    assert StaffInvitation.objects.get(email="dana@example.kz").organisation == other
    assert StaffInvitation.objects.get(email="b@example.kz").organisation is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"email": "charlie@example.kz"}, "уже сотрудник"),
        ({"email": "x"}, "name@example.kz"),
        ({"full_name": ""}, "Введите ФИО"),
        ({"role": "god"}, ""),
        ({"team": "nobody"}, ""),
    ],
)
def test_what_cannot_be_added_comes_back(office: Client, wrong: dict[str, str], says: str) -> None:
    answer = page(office, "office_staff_add", post={**NEW, **wrong})
    assert answer.status_code == 200
    assert says in text(answer)
    assert not StaffInvitation.objects.exists()


def test_an_invitation_is_taken_back_by_those_in_reach(
    office: Client, chief: User, other: Organisation, letters: Callable[[], list[Letter]]
) -> None:
    page(office, "office_staff_add", post=NEW)
    ours = StaffInvitation.objects.get()
    theirs = StaffInvitation.objects.create(
        email="x@example.kz", organisation=other, role="operator", created_at=ours.created_at,
        expires_at=ours.expires_at,
    )  # fmt: skip
    assert "x@example.kz" not in text(page(office, "office_staff"))
    assert page(office, "office_staff_invitation_revoke", theirs.pk, post={}).status_code == 404
    answer = page(office, "office_staff_invitation_revoke", ours.pk, post={}, follow=True)
    assert "Приглашение отозвано" in text(answer)
    assert "dana@example.kz" not in text(answer)
    assert page(office, "office_staff_invitation_revoke", ours.pk, post={}).status_code == 404
    assert Client().get(link_in(letters()[0])).status_code == 410
    assert AuditEvent.objects.filter(action="staff_invitation_revoked", actor=chief).count() == 1


def test_the_last_administrator_stays(office: Client, chief: User, other: Organisation) -> None:
    own = StaffMembership.objects.get(user=chief)
    member("far", other, "administrator")
    member("boss", None, "administrator")
    for name, post in (
        ("office_staff_member", {"role": "operator", "team": ""}),
        ("office_staff_remove", {}),
    ):
        assert "единственный администратор" in text(page(office, name, own.pk, post=post, follow=True))
        own.refresh_from_db()
        assert own.role == "administrator"
    closed = member("gone", own.organisation, "administrator")
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    assert "единственный" in text(page(office, "office_staff_remove", own.pk, post={}, follow=True))
    member("erlan", own.organisation, "administrator")
    page(office, "office_staff_member", own.pk, post={"role": "operator", "team": ""})
    own.refresh_from_db()
    assert own.role == "operator"
    assert page(office, "office_staff").status_code == 404, "at once"


def test_a_change_holds_at_once_and_is_written_down(office: Client, chief: User) -> None:
    erlan = member("erlan", chief.staff_membership.organisation)
    his = signed_in(Client(), erlan.user)
    assert page(his, "office_linking").status_code == 200
    page(office, "office_staff_member", erlan.pk, post={"role": "accountant", "team": ""})
    assert page(his, "office_linking").status_code == 404
    event = AuditEvent.objects.get(action="staff_changed")
    assert (event.details["role_before"], event.details["role"]) == ("operator", "accountant")
    page(office, "office_staff_member", erlan.pk, post={"role": "accountant", "team": ""})
    assert AuditEvent.objects.filter(action="staff_changed").count() == 1, (
        "what is so already changes nothing"
    )


def test_a_place_taken_away_ends_the_sessions(office: Client, chief: User) -> None:
    erlan = member("erlan", chief.staff_membership.organisation)
    his = signed_in(Client(), erlan.user)
    assert (
        "больше не" in text(page(office, "office_staff_remove", erlan.pk))
        or page(office, "office_staff_remove", erlan.pk).status_code == 200
    )
    assert page(his, "office_find").status_code == 200
    page(office, "office_staff_remove", erlan.pk, post={})
    assert page(his, "office_find").status_code == 404
    assert not Session.objects.filter(user=erlan.user).exists()
    assert User.objects.filter(login="erlan").exists(), "as a customer they may come again"
    assert AuditEvent.objects.get(action="staff_removed").subject == f"user:{erlan.user_id}"


def test_a_member_is_signed_out_everywhere(office: Client, chief: User) -> None:
    erlan = member("erlan", chief.staff_membership.organisation)
    his = signed_in(Client(), erlan.user)
    answer = page(office, "office_staff_sessions", erlan.pk, post={}, follow=True)
    assert "Завершён 1 сеанс" in text(answer)
    assert page(his, "office_find").status_code == 404


def test_queries_do_not_grow_with_the_staff(portal_office: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(portal_office, "office_staff").status_code == 200
        return len(seen)

    before = asked()
    for number in range(15):
        member(f"m{number}", Organisation.objects.create(code=f"o{number}", name_ru=f"О{number}"))
    assert asked() == before <= 5


def test_the_pages_speak_three_languages(client: Client, chief: User) -> None:
    for language, words in {"ru": "Второй фактор", "kk": "Екінші фактор", "en": "Second factor"}.items():
        signed_in(client, chief, language)
        assert words in text(client.get(reverse("office_staff")))


def test_whoever_signs_themselves_out_elsewhere_stays_here(office: Client, chief: User) -> None:
    elsewhere = signed_in(Client(), chief)
    own = StaffMembership.objects.get(user=chief)
    assert "Завершён 1 сеанс" in text(page(office, "office_staff_sessions", own.pk, post={}, follow=True))
    assert page(elsewhere, "office_staff").status_code == 404
    assert page(office, "office_staff").status_code == 200


def test_an_administrator_may_leave_when_there_is_another(office: Client, chief: User) -> None:
    own = StaffMembership.objects.get(user=chief)
    member("erlan", own.organisation, "administrator")
    answer = page(office, "office_staff_remove", own.pk, post={})
    assert answer.headers["Location"] == reverse("home")
    assert page(office, "office_staff").status_code == 404

"""Who is told of a link, who ends it, and what a limited link waits for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from abonent.accounts import codes, not_me
from abonent.accounts.link_queries import people_of_account
from abonent.accounts.models import Account, AccountLink, LinkAttempt
from abonent.accounts.operations import (
    DoesNotMatch,
    NoSuchLink,
    confirm_limited_link,
    confirm_link,
    end_link,
    end_link_by_staff,
    link_account,
    object_to_link,
    unlink_account,
)
from abonent.accounts.queries import held_account
from abonent.base.months import Month
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DOOR = {"surname": "иванов", "flat": "12"}


@pytest.fixture(autouse=True)
def housing(linking_of: Callable[..., Any]) -> None:
    """The housing manager's rules: surname and flat, a limited first link."""
    linking_of(facts=["surname", "flat"], first_link_limited=True, limited_days=10)


def link(user: User, account: Account, now: datetime, **how: Any) -> AccountLink:
    return link_account(
        user=user, number=account.number, now=now, **{"facts": DOOR, "address": "203.0.113.7"} | how
    )


def code_of(account: Account) -> str:
    return codes.bill_code(account_id=account.pk, owner_version=1, month=Month(2026, 10))


def limited(user: User, account: Account, now: datetime) -> bool:
    held = held_account(user.pk, account.public_id, now=now)
    assert held is not None
    return held.limited


def letters(to: str) -> list[Letter]:
    return list(Letter.objects.filter(to=to).order_by("pk"))


# Limited links


def test_a_link_by_what_is_read_on_a_door_is_limited_for_ten_days(
    alice: User, account: Account, now: datetime
) -> None:
    new = link(alice, account, now)
    assert (new.method, new.limited_until) == ("name_and_flat", now + 10 * DAY)
    held = held_account(alice.pk, account.public_id, now=now)
    assert held is not None
    assert held.payer == "И***в И. И."
    assert limited(alice, account, now + 10 * DAY - timedelta(seconds=1))
    assert not limited(alice, account, now + 10 * DAY)


def test_a_link_by_the_code_is_not_limited(alice: User, account: Account, now: datetime) -> None:
    assert link(alice, account, now, code=code_of(account)).limited_until is None


def test_the_code_confirms_a_limited_link_once(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    mine, other = link(alice, account, now), link(bob, account, now)
    how: dict[str, Any] = {"address": None, "now": now}
    with pytest.raises(DoesNotMatch):
        confirm_limited_link(link=mine.public_id, user=alice, code="ABCD-EFGH", **how)
    with pytest.raises(NoSuchLink):
        confirm_limited_link(link=mine.public_id, user=bob, code=code_of(account), **how)
    confirm_limited_link(link=mine.public_id, user=alice, code=codes.shown(code_of(account)).lower(), **how)
    assert not limited(alice, account, now)
    with pytest.raises(DoesNotMatch):
        confirm_limited_link(link=other.public_id, user=bob, code=code_of(account), **how)
    assert limited(bob, account, now)
    assert LinkAttempt.objects.filter(method="code", outcome="mismatch").count() == 2
    assert AuditEvent.objects.get(action="account_link_confirmed").details["how"] == "code"


def test_a_limited_link_sees_no_people_and_ends_nobody(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    owner = link(alice, account, now - 20 * DAY)
    link(bob, account, now)
    with pytest.raises(NoSuchLink):
        end_link(link=owner.public_id, by=bob, now=now)
    assert AccountLink.objects.get(pk=owner.pk).ended_at is None


# Letters and «not me»


def test_those_who_see_the_account_and_the_contact_of_billing_are_told_at_once(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    Account.objects.update(contact_email="billing-knows@example.kz")
    link(alice, account, now - 20 * DAY)
    link(bob, account, now)
    [letter] = letters("alice@example.kz")
    assert "b***b@example.kz" in letter.text
    assert "21.11.2026, 14:00" in letter.text, "the portal's time, Almaty's"
    assert "bob@example.kz" not in letter.text
    assert len(letters("billing-knows@example.kz")) == 2
    assert letters("bob@example.kz") == []
    token = letter.text.split("/not-me/")[1].split("/")[0]
    object_to_link(token=token, now=now + 30 * DAY)
    ended = bob.links.get()
    assert (ended.ended_at, ended.end_reason) == (now + 30 * DAY, "objected")
    assert alice.links.get().ended_at is None
    assert letters("bob@example.kz")[0].kind == "account_link_ended"


def test_a_link_by_code_is_told_to_the_linked_but_not_to_billings_contact(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    Account.objects.update(contact_email="billing-knows@example.kz")
    link(alice, account, now, code=code_of(account))
    Account.objects.update(contact_email="not a mailbox")
    link(bob, account, now)
    assert letters("billing-knows@example.kz") == []
    assert len(letters("alice@example.kz")) == 1


@pytest.mark.parametrize(
    "spoil", [lambda token: token[:-1], lambda token: "x" + token, lambda _: "", str.swapcase]
)
def test_a_forged_not_me_link_ends_nothing(
    alice: User, account: Account, now: datetime, spoil: Callable[[str], str]
) -> None:
    new = link(alice, account, now)
    with pytest.raises(not_me.BadNotMeLinkError):
        object_to_link(token=spoil(not_me.token(link=new.public_id, now=now)), now=now)
    assert alice.links.get().ended_at is None


def test_a_not_me_link_is_good_for_thirty_days_and_twice_is_once(
    alice: User, account: Account, now: datetime
) -> None:
    new = link(alice, account, now)
    token = not_me.token(link=new.public_id, now=now)
    assert account.number not in token
    with pytest.raises(not_me.BadNotMeLinkError):
        object_to_link(token=token, now=now + 30 * DAY + timedelta(seconds=1))
    for _ in range(2):
        object_to_link(token=token, now=now + DAY)
    assert alice.links.get().ended_at == now + DAY
    assert len(letters("alice@example.kz")) == 1


def test_an_objection_keeps_a_link_limited_for_good(alice: User, account: Account, now: datetime) -> None:
    new = link(alice, account, now)
    AccountLink.objects.filter(pk=new.pk).update(objected_at=now)
    assert limited(alice, account, now + 100 * DAY)


# Ending


def test_a_person_takes_an_account_off_the_list_and_adds_it_again(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    mine = link(alice, account, now)
    with pytest.raises(NoSuchLink):
        unlink_account(link=mine.public_id, user=bob, now=now)
    unlink_account(link=mine.public_id, user=alice, now=now)
    assert held_account(alice.pk, account.public_id, now=now) is None
    with pytest.raises(NoSuchLink):
        unlink_account(link=mine.public_id, user=alice, now=now)
    assert letters("alice@example.kz") == [], "their own wish"
    assert link(alice, account, now).pk != mine.pk


def test_one_who_sees_an_account_in_full_ends_any_link_of_it(
    alice: User,
    bob: User,
    charlie: User,
    account: Account,
    new_account: Callable[..., Account],
    now: datetime,
) -> None:
    link(alice, account, now - 20 * DAY)
    other = link(bob, account, now)
    link(charlie, new_account("800"), now - 20 * DAY)
    with pytest.raises(NoSuchLink):
        end_link(link=other.public_id, by=charlie, now=now)
    end_link(link=other.public_id, by=alice, now=now)
    assert bob.links.get().end_reason == "resident"
    assert letters("bob@example.kz")[-1].kind == "account_link_ended"
    event = AuditEvent.objects.get(action="account_link_ended")
    assert (event.actor, event.details["person"]) == (alice, bob.pk)


def test_people_of_an_account_are_shown_without_their_names_and_whole_addresses(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    link(alice, account, now - 20 * DAY)
    link(bob, account, now)
    seen = people_of_account(account_id=account.pk, user_id=alice.pk, now=now)
    assert [(one.email, one.you, one.limited) for one in seen] == [
        ("alice@example.kz", True, False),
        ("b***b@example.kz", False, True),
    ]


# Staff


@pytest.fixture
def clerk(new_person: Callable[..., User], account: Account) -> StaffMembership:
    return StaffMembership.objects.create(user=new_person("clerk"), organisation=account.organisation)


@pytest.fixture
def stranger(new_person: Callable[..., User]) -> StaffMembership:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    return StaffMembership.objects.create(user=new_person("stranger"), organisation=other)


def test_staff_confirm_and_end_links_of_their_own_organisation_only(
    alice: User, account: Account, clerk: StaffMembership, stranger: StaffMembership, now: datetime
) -> None:
    mine = link(alice, account, now)
    for act in (confirm_link, end_link_by_staff):
        with pytest.raises(NoSuchLink):
            act(staff=stranger, link=mine.public_id, address=None, now=now)
    assert confirm_link(staff=clerk, link=mine.public_id, address=None, now=now) == account.public_id
    assert not limited(alice, account, now)
    assert end_link_by_staff(staff=clerk, link=mine.public_id, address=None, now=now) == account.public_id
    assert alice.links.get().end_reason == "staff"
    assert letters("alice@example.kz")[-1].kind == "account_link_ended"
    made = AuditEvent.objects.filter(actor=clerk.user).values_list("action", flat=True)
    assert set(made) == {"account_link_confirmed", "account_link_ended"}


def test_a_family_in_every_language_reads_letters_in_its_own(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    User.objects.filter(pk=alice.pk).update(language="ru")
    link(alice, account, now)
    link(bob, account, now)
    [letter] = letters("alice@example.kz")
    assert letter.language == "ru"
    assert letter.subject == "Лицевой счёт 000700 добавил ещё один человек"

"""Each row of the table of limits, and that what counts is what was compared."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from abonent.accounts import codes, limits
from abonent.accounts.limits import Limit
from abonent.accounts.models import Account, AccountLink, LinkAttempt, LinkingStrength
from abonent.accounts.not_me import token
from abonent.accounts.operations import (
    DoesNotMatch,
    link_account,
    object_to_link,
    reopen_guessable_proofs,
)
from abonent.base.months import Month
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("month_and_amount")]

RIGHT = {"last_payment_month": "2026-10", "last_payment_amount": "4321,05"}
WRONG = RIGHT | {"last_payment_amount": "1"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def fail(now: datetime) -> Callable[..., str]:
    """Try in vain; gives what refused the try, or blank where it was compared."""

    def try_it(user: User | None, number: str, at: datetime = now, **how: Any) -> str:
        with pytest.raises(DoesNotMatch):
            link_account(user=user, number=number, now=at, **{"facts": WRONG, "address": None} | how)  # type: ignore[arg-type]
        return LinkAttempt.objects.order_by("-pk")[0].refused_by

    return try_it


@pytest.fixture
def crowd(new_person: Callable[..., User]) -> Callable[[int], list[User]]:
    def create(size: int) -> list[User]:
        people = [User(login=f"person{index}", email=f"person{index}@example.kz") for index in range(size)]
        return User.objects.bulk_create(people)

    return create


def link(user: User, number: str, at: datetime, **how: Any) -> AccountLink:
    return link_account(user=user, number=number, now=at, **{"facts": RIGHT, "address": None} | how)


def code_of(account: Account) -> str:
    return codes.bill_code(account_id=account.pk, owner_version=1, month=Month(2026, 10))


def test_a_person_has_five_wrong_tries_a_day_and_the_code_afterwards(
    alice: User, account: Account, fail: Callable[..., str], now: datetime
) -> None:
    assert [fail(alice, "700") for _ in range(7)] == [""] * 5 + [Limit.PERSON] * 2
    assert fail(alice, "700", facts=RIGHT) == Limit.PERSON
    assert link(alice, "700", now, code=code_of(account))


def test_a_refused_try_counts_nowhere_so_a_day_later_it_is_over(
    alice: User, account: Account, fail: Callable[..., str], now: datetime
) -> None:
    for minute in range(20):
        fail(alice, "700", now + timedelta(minutes=minute))
    assert link(alice, "700", now + DAY + timedelta(minutes=1))


def test_a_person_has_ten_wrong_tries_in_thirty_days(
    alice: User, new_account: Callable[..., Account], fail: Callable[..., str], now: datetime
) -> None:
    for number in ("100", "200", "300"):
        new_account(number)
    seen = [fail(alice, number, now + day * DAY) for day in range(6) for number in ("100", "200")]
    assert seen == [""] * 10 + [Limit.PERSON] * 2
    assert fail(alice, "300", now + 31 * DAY) == ""


def test_a_number_has_five_wrong_tries_a_day_whoever_asks_and_nobody_linked_notices(
    alice: User,
    bob: User,
    account: Account,
    crowd: Callable[[int], list[User]],
    fail: Callable[..., str],
    now: datetime,
) -> None:
    link(alice, "700", now)
    assert [fail(person, "700") for person in crowd(6)] == [""] * 5 + [Limit.NUMBER]
    assert fail(bob, "700", facts=RIGHT) == Limit.NUMBER
    assert link(bob, "700", now, code=code_of(account))
    assert AccountLink.objects.filter(user=alice, ended_at=None).exists()


def test_a_number_has_ten_wrong_tries_in_thirty_days(
    account: Account, crowd: Callable[[int], list[User]], fail: Callable[..., str], now: datetime
) -> None:
    seen = [fail(person, "700", now + (index // 4) * DAY) for index, person in enumerate(crowd(11))]
    assert seen == [""] * 10 + [Limit.NUMBER]


def test_an_unknown_number_is_limited_like_a_known_one(
    crowd: Callable[[int], list[User]], fail: Callable[..., str]
) -> None:
    assert [fail(person, "404") for person in crowd(6)] == [""] * 5 + [Limit.NUMBER]


def test_a_person_tries_three_different_numbers_a_day_and_six_a_month(
    alice: User, new_account: Callable[..., Account], fail: Callable[..., str], now: datetime
) -> None:
    for number in range(100, 1000, 100):
        new_account(str(number), paid=(date(2026, 10, 1), ["4321.05"]))
    assert [fail(alice, number) for number in ("100", "200", "300", "400")] == ["", "", "", Limit.NUMBERS]
    assert fail(alice, "100") == ""
    assert link(alice, "300", now)
    later = now + 2 * DAY
    assert [fail(alice, number, later) for number in ("500", "600", "700", "800")] == [
        "",
        "",
        "",
        Limit.NUMBERS,
    ]
    assert fail(alice, "800", later + 2 * DAY) == Limit.NUMBERS


def test_one_who_mistypes_twice_is_locked_out_of_nothing(
    alice: User,
    account: Account,
    new_account: Callable[..., Account],
    fail: Callable[..., str],
    now: datetime,
) -> None:
    new_account("900", paid=(date(2026, 10, 1), ["4321.05"]))
    assert [fail(alice, "770"), fail(alice, "707")] == ["", ""]
    assert link(alice, "700", now)
    assert [fail(alice, "900"), fail(alice, "900")] == ["", ""]
    assert link(alice, "900", now)


def test_an_address_meets_the_captcha_after_twenty_in_an_hour_and_stops_at_sixty_a_day(
    crowd: Callable[[int], list[User]], fail: Callable[..., str], now: datetime
) -> None:
    people = iter(crowd(70))

    def wrong(at: datetime, number: str, **how: Any) -> str:
        return fail(next(people), number, at, address="2001:db8::1", **how)

    assert not limits.captcha_needed(address="2001:db8::1", now=now)
    assert [wrong(now, f"{index * 50}") for index in range(20)] == [""] * 20
    assert limits.captcha_needed(address="2001:db8::1", now=now)
    assert not limits.captcha_needed(address="2001:db8::2", now=now)
    assert wrong(now, "5000") == Limit.CAPTCHA
    assert [wrong(now, f"{6000 + index * 50}", captcha_passed=True) for index in range(40)] == [""] * 40
    assert wrong(now, "9000", captcha_passed=True) == Limit.ADDRESS
    assert not limits.captcha_needed(address="2001:db8::1", now=now + HOUR)
    assert wrong(now + 2 * HOUR, "9100") == Limit.ADDRESS
    assert wrong(now + DAY + HOUR, "9200") == ""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        (None, ""),
    ],
)
def test_a_network_is_a_24_or_a_48(address: str | None, network: str) -> None:
    assert limits.network(address) == network


def wrong_tries(how_many: int, at: datetime, **same: Any) -> None:
    """Tries as others made them: each of a number and a block of its own."""
    LinkAttempt.objects.bulk_create(
        LinkAttempt(
            **{
                "at": at,
                "method": "payment",
                "outcome": "mismatch",
                "number_hash": f"n{index}",
                "neighbourhood": f"b{index}",
                **same,
            }
        )
        for index in range(how_many)
    )


def test_a_network_has_two_hundred_a_day(
    alice: User, bob: User, account: Account, fail: Callable[..., str], now: datetime
) -> None:
    wrong_tries(199, now - HOUR, network="203.0.113.0/24")
    assert fail(alice, "700", address="203.0.113.9") == ""
    assert fail(alice, "700", address="203.0.113.9") == Limit.NETWORK
    assert fail(bob, "700", address="203.0.114.9") == ""


@pytest.fixture
def clerk(new_person: Callable[..., User], account: Account) -> User:
    clerk = new_person("clerk")
    StaffMembership.objects.create(user=clerk, organisation=account.organisation, role="administrator")
    return clerk


@pytest.mark.parametrize("accounts", [1, 110_000])
def test_an_organisation_shuts_its_guessable_proofs_and_a_person_opens_them_again(
    alice: User,
    bob: User,
    clerk: User,
    account: Account,
    fail: Callable[..., str],
    now: datetime,
    accounts: int,
) -> None:
    LinkingStrength.objects.create(
        organisation=account.organisation, accounts=accounts, opened=0, measured_at=now
    )
    other = Organisation.objects.create(code="other", name_ru="Другая")
    wrong_tries(max(200, int(0.002 * accounts)) - 1, now - HOUR, organisation=account.organisation)
    assert fail(alice, "700") == ""
    account.organisation.refresh_from_db()
    assert account.organisation.guessable_proofs_shut_at is None
    assert fail(bob, "700", facts=RIGHT) == Limit.ORGANISATION
    assert fail(bob, "700", facts=RIGHT) == Limit.ORGANISATION
    account.organisation.refresh_from_db()
    other.refresh_from_db()
    assert (account.organisation.guessable_proofs_shut_at, other.guessable_proofs_shut_at) == (now, None)
    assert Letter.objects.filter(to=clerk.email, kind="alarm_organisation").count() == 1
    assert (
        AuditEvent.objects.filter(action="guessable_proofs_shut", organisation=account.organisation).count()
        == 1
    )
    assert fail(bob, "700", now + 3 * DAY, facts=RIGHT) == Limit.ORGANISATION, "only a person opens them"
    reopen_guessable_proofs(organisation_id=account.organisation_id, by=clerk, address=None, now=now)
    assert link(bob, "700", now + timedelta(seconds=1))
    assert AuditEvent.objects.get(action="guessable_proofs_reopened").actor == clerk


def test_the_code_links_while_guessable_proofs_are_shut(alice: User, account: Account, now: datetime) -> None:
    Organisation.objects.update(guessable_proofs_shut_at=now)
    assert link(alice, "700", now, code=code_of(account))


def test_counting_through_neighbours_stops_at_three_a_day_with_an_alarm(
    alice: User,
    clerk: User,
    account: Account,
    new_account: Callable[..., Account],
    crowd: Callable[[int], list[User]],
    fail: Callable[..., str],
    now: datetime,
) -> None:
    for number in range(701, 725):
        new_account(str(number), paid=(date(2026, 10, 1), ["4321.05"]))
    people = crowd(6)
    seen = [fail(person, str(700 + index)) for index, person in enumerate(people)]
    assert seen == [""] * 3 + [Limit.NEIGHBOURS] * 3
    assert fail(alice, "700") == "", "a number tried already has its own limit"
    assert Letter.objects.filter(to=clerk.email, kind="alarm_neighbours").count() == 1
    assert AuditEvent.objects.filter(action="neighbouring_numbers_tried").count() == 1
    assert fail(people[0], "720") == "", "the next block of twenty"
    assert link(alice, "705", now + DAY + HOUR)


def test_one_who_was_objected_to_links_only_by_a_code(
    alice: User, bob: User, account: Account, fail: Callable[..., str], now: datetime
) -> None:
    link(bob, "700", now)
    new = link(alice, "700", now)
    object_to_link(token=token(link=new.public_id, now=now), now=now)
    assert fail(alice, "700", facts=RIGHT) == Limit.OBJECTED
    assert link(alice, "700", now, code=code_of(account))


def test_the_profile_may_demand_the_code_where_guessing_is_easy(
    alice: User, account: Account, linking_of: Callable[..., Any], fail: Callable[..., str], now: datetime
) -> None:
    linking_of(code_required_above=0.01)
    strength = LinkingStrength.objects.create(
        organisation=account.organisation, accounts=1000, opened=11, measured_at=now
    )
    assert fail(alice, "700", facts=RIGHT) == Limit.STRENGTH
    strength.opened = 10
    strength.save()
    assert link(alice, "700", now)


def test_wrong_codes_are_written_down_and_shut_nothing(
    alice: User, account: Account, fail: Callable[..., str], now: datetime
) -> None:
    assert {fail(alice, "700", code="ABCDEFGH", address="203.0.113.1") for _ in range(25)} == {""}
    assert LinkAttempt.objects.filter(method="code", outcome="mismatch").count() == 25
    assert not limits.captcha_needed(address="203.0.113.1", now=now)
    assert link(alice, "700", now)

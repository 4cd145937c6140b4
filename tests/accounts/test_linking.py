"""Linking: what links, what one answer says of every failure, and what stays behind."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from abonent.accounts import codes
from abonent.accounts.models import Account, AccountLink, LinkAttempt, UsedCode
from abonent.accounts.operations import (
    AlreadyLinked,
    DoesNotMatch,
    issue_printed_code,
    link_account,
    link_proven,
    owners_changed,
    prove_account,
)
from abonent.base.months import Month
from abonent.users.models import AuditEvent, StaffMembership, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("month_and_amount")]

RIGHT = {"last_payment_month": "2026-10", "last_payment_amount": "4 321,05"}
WRONG = RIGHT | {"last_payment_amount": "4321,06"}
OCTOBER = Month(2026, 10)


def code_of(account: Account, month: Month = OCTOBER) -> str:
    return codes.bill_code(account_id=account.pk, owner_version=account.owner_version, month=month)


def try_link(user: User, number: str, now: datetime, **how: Any) -> AccountLink:
    how = {"facts": RIGHT, "address": "203.0.113.7"} | how
    return link_account(user=user, number=number, now=now, **how)


@pytest.mark.parametrize("number", ["000700", "700", " 0700 ", "0-700"])
def test_the_facts_link_whatever_the_spelling_of_the_number(
    alice: User, account: Account, number: str, now: datetime
) -> None:
    link = try_link(alice, number, now)
    assert (link.account, link.user, link.method) == (account, alice, "payment")
    assert link.limited_until is None


def test_a_try_stands_in_the_trail_with_time_person_address_organisation_method_and_outcome(
    alice: User, account: Account, now: datetime
) -> None:
    with pytest.raises(DoesNotMatch):
        try_link(alice, "700", now, facts=WRONG)
    try_link(alice, "700", now)
    wrong, right = LinkAttempt.objects.order_by("pk")
    assert (wrong.outcome, right.outcome) == ("mismatch", "linked")
    for row in (wrong, right):
        assert (row.at, row.user, row.address, row.network) == (now, alice, "203.0.113.7", "203.0.113.0/24")
        assert (row.organisation, row.method) == (account.organisation, "payment")
        assert len(row.number_hash) == 64
        assert "700" not in (row.number_hash[:3], row.neighbourhood[:3])
    event = AuditEvent.objects.get(action="account_linked")
    assert (event.actor, event.subject) == (alice, f"account:{account.pk}")
    assert account.number not in str(event.details)


def test_the_trail_of_tries_can_be_added_to_and_nothing_else(
    alice: User, account: Account, now: datetime
) -> None:
    try_link(alice, "700", now)
    row = LinkAttempt.objects.get()
    changes: list[Callable[[], Any]] = [
        lambda: LinkAttempt.objects.filter(pk=row.pk).update(outcome="mismatch"),
        lambda: LinkAttempt.objects.filter(pk=row.pk).update(at=now + timedelta(days=1)),
        lambda: LinkAttempt.objects.filter(pk=row.pk).update(number_hash="0"),
        lambda: LinkAttempt.objects.filter(pk=row.pk).delete(),
        lambda: AuditEvent.objects.update(action="nothing"),
        lambda: AuditEvent.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_one_person_links_many_accounts_and_a_family_one_account_many_times(
    alice: User, bob: User, account: Account, new_account: Callable[..., Account], now: datetime
) -> None:
    other = new_account("701", paid=(date(2026, 10, 1), ["4321.05"]))
    for user, number in [(alice, "700"), (alice, "701"), (bob, "700")]:
        try_link(user, number, now)
    assert alice.links.count() == 2
    assert set(account.links.values_list("user", flat=True)) == {alice.pk, bob.pk}
    assert other.links.get().user == alice


def test_what_is_linked_already_says_so_only_to_the_person_who_sees_it(
    alice: User, bob: User, account: Account, now: datetime
) -> None:
    try_link(alice, "700", now)
    with pytest.raises(AlreadyLinked):
        try_link(alice, "700", now, facts=WRONG)
    with pytest.raises(DoesNotMatch):
        try_link(bob, "700", now, facts=WRONG)
    assert LinkAttempt.objects.filter(user=alice, outcome="already").exists()


@pytest.mark.parametrize("paid", [None, (date(2026, 10, 31), [])])
def test_an_account_without_a_payment_is_not_linked_by_nothing(
    alice: User, new_account: Callable[..., Account], paid: Any, now: datetime
) -> None:
    new_account("5", paid=paid)
    for amount in ("0", "0,00", "", "-0,01"):
        with pytest.raises(DoesNotMatch):
            try_link(alice, "5", now, facts={"last_payment_month": "2026-10", "last_payment_amount": amount})


def test_a_payment_of_the_owner_before_proves_nothing(alice: User, account: Account, now: datetime) -> None:
    Account.objects.filter(pk=account.pk).update(owner_since=date(2026, 11, 1))
    with pytest.raises(DoesNotMatch):
        try_link(alice, "700", now)
    Account.objects.filter(pk=account.pk).update(owner_since=date(2026, 10, 31))
    assert try_link(alice, "700", now)


# The code on the bill


@pytest.mark.parametrize("spell", [str, str.lower, codes.shown, lambda code: f" {code[:4]} {code[4:]} "])
def test_the_code_links_in_place_of_the_facts(
    alice: User, account: Account, spell: Callable[[str], str], now: datetime
) -> None:
    assert try_link(alice, "700", now, facts={}, code=spell(code_of(account))).method == "code"


def test_a_code_works_once(alice: User, bob: User, account: Account, now: datetime) -> None:
    try_link(alice, "700", now, code=code_of(account))
    with pytest.raises(DoesNotMatch):
        try_link(bob, "700", now, code=code_of(account))
    assert UsedCode.objects.get().used_by == alice
    assert try_link(bob, "700", now, code=code_of(account, OCTOBER - 1))


@pytest.mark.parametrize(
    ("today", "good"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-12-30", True), ("2026-12-31", False)],
)
def test_a_code_is_good_for_sixty_days_from_the_bill(
    alice: User, account: Account, today: str, good: bool
) -> None:
    noon = datetime.fromisoformat(f"{today}T07:00:00").replace(tzinfo=UTC)
    if good:
        assert try_link(alice, "700", noon, code=code_of(account))
    else:
        with pytest.raises(DoesNotMatch):
            try_link(alice, "700", noon, code=code_of(account))


def test_another_accounts_code_and_a_short_one_do_not_link(
    alice: User, account: Account, new_account: Callable[..., Account], now: datetime
) -> None:
    stranger = new_account("701")
    for code in (code_of(stranger), code_of(account)[:7], code_of(account) + "0", "UUUUUUUU", "ошибка"):
        with pytest.raises(DoesNotMatch):
            try_link(alice, "700", now, code=code)


@pytest.fixture
def staff(new_person: Callable[..., User], account: Account) -> StaffMembership:
    return StaffMembership.objects.create(user=new_person("clerk"), organisation=account.organisation)


def test_staff_print_a_code_for_an_account_that_nobody_paid(
    alice: User, bob: User, staff: StaffMembership, new_account: Callable[..., Account], now: datetime
) -> None:
    unpaid = new_account("5")
    issued = issue_printed_code(staff=staff, public_id=unpaid.public_id, address=None, now=now)
    with pytest.raises(DoesNotMatch):
        try_link(alice, "5", now + timedelta(days=60), code=issued.code)
    assert try_link(alice, "5", now + timedelta(days=59), code=issued.code)
    with pytest.raises(DoesNotMatch):
        try_link(bob, "5", now + timedelta(days=59), code=issued.code)


def test_a_new_owner_ends_the_links_and_voids_every_older_code(
    alice: User,
    bob: User,
    account: Account,
    staff: StaffMembership,
    now: datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:
    try_link(alice, "700", now)
    printed = issue_printed_code(staff=staff, public_id=account.public_id, address=None, now=now)
    older = code_of(account)
    Account.objects.filter(pk=account.pk).update(owner_since=date(2026, 11, 20))
    with django_capture_on_commit_callbacks(execute=True):
        assert owners_changed(account_ids=[account.pk], now=now) == 1
    ended = alice.links.get()
    assert (ended.ended_at, ended.end_reason) == (now, "owner_changed")
    for code in (older, printed.code):
        with pytest.raises(DoesNotMatch):
            try_link(bob, "700", now, code=code)
    with pytest.raises(DoesNotMatch):
        try_link(alice, "700", now)
    account.refresh_from_db()
    assert try_link(bob, "700", now, code=code_of(account))


def test_a_change_of_the_secret_key_voids_no_bill(
    alice: User, account: Account, now: datetime, settings: Any
) -> None:
    older = code_of(account)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, as long as the first one was"
    assert code_of(account) != older
    assert try_link(alice, "700", now, code=older)


def test_codes_do_not_repeat_between_accounts_months_and_owners() -> None:
    made = {
        codes.bill_code(account_id=account, owner_version=version, month=Month(2026, 1) + month)
        for account in range(1, 51)
        for version in (1, 2)
        for month in range(20)
    }
    assert len(made) == 50 * 2 * 20
    assert all(len(code) == 8 and set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for code in made)


# Proof first, person later (ALSECO's sign-up)


def test_an_account_proven_before_its_person_exists_is_linked_afterwards(
    account: Account, new_person: Callable[..., User], now: datetime
) -> None:
    proof = prove_account(number="700", facts=RIGHT, address="203.0.113.7", now=now)
    assert LinkAttempt.objects.get().outcome == "proven"
    charlie = new_person("charlie")
    assert link_proven(user=charlie, proof=proof, now=now).account == account
    with pytest.raises(DoesNotMatch):
        prove_account(number="700", facts=WRONG, address="203.0.113.7", now=now)


# One answer


def _queries_of(user: User, number: str, now: datetime, **how: Any) -> list[str]:
    """The statements of a failing try, whole, without their values."""
    with CaptureQueriesContext(connection) as seen, pytest.raises(DoesNotMatch):
        try_link(user, number, now, **how)
    values = re.compile(r"'[^']*'(?:::\w+)?|\"s\d+_x\d+\"|\b\d+\b|\bNULL\b|ARRAY\[[^]]*\]")
    return [values.sub("?", query["sql"]) for query in seen.captured_queries]


@pytest.mark.parametrize("code", [None, "ABCD1234"])
def test_unknown_number_wrong_fact_and_limit_ask_the_database_the_same(
    alice: User, bob: User, account: Account, code: str | None, now: datetime, settings: Any
) -> None:
    settings.PREPARED_STATEMENTS = False  # bound here: their texts are seen
    wrong = _queries_of(alice, "700", now, facts=WRONG, code=code)
    unknown = _queries_of(alice, "99999", now, facts=WRONG, code=code)
    for _ in range(6):
        with pytest.raises(DoesNotMatch):
            try_link(bob, "700", now, facts=WRONG)
    limited = _queries_of(bob, "700", now, facts=WRONG, code=code)
    assert wrong == unknown == limited
    assert any("UPDATE" in statement for statement in wrong)

"""The signed link of a reminder: for one submission, of one account, while its window is open."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.operations import owners_changed
from abonent.metering.models import KeptForm, Meter, ReadingLink, Submission, SubmittedReading
from abonent.metering.operations.submissions import NothingTyped, NotTaken, WindowClosed
from abonent.metering.reading_links import (
    NoSuchReadingLink,
    ReadingLinkOver,
    find,
    linked_meters,
    number_ending,
    token,
)
from abonent.portal.models import Organisation
from abonent.users.models import User
from tests.metering.reminded import (
    OPENED,
    link,
    new_account,
    new_link,
    new_organisation,
    new_person,
    send,
)

MINUTE = timedelta(minutes=1)
CLOSES = datetime(2026, 12, 25, 19, 0, tzinfo=UTC)  # midnight in Almaty


@pytest.fixture
def account(db: None) -> Account:
    return new_account(new_organisation())


@pytest.fixture
def alice(account: Account) -> User:
    alice = new_person()
    link(alice, account)
    return alice


@pytest.fixture
def row(alice: User, account: Account) -> ReadingLink:
    return new_link(alice, account, expires_at=CLOSES)


def shown(row: ReadingLink, now: datetime = OPENED) -> Any:
    return linked_meters(token(row), language="ru", now=now)


def test_it_submits_once_in_the_persons_name_and_says_so(
    row: ReadingLink, account: Account, alice: User
) -> None:
    done = send(token(row), account, "100")
    assert (done.way, done.user_id, done.account_id) == ("link", alice.pk, account.pk)
    row.refresh_from_db()
    assert row.used_at == OPENED
    with pytest.raises(ReadingLinkOver):
        send(token(row), account, "101", key="another form", now=OPENED + MINUTE)
    assert SubmittedReading.objects.count() == 1


def test_the_same_form_again_is_the_same_submission(row: ReadingLink, account: Account) -> None:
    first = send(token(row), account)
    assert send(token(row), account, now=OPENED + MINUTE).pk == first.pk
    assert Submission.objects.count() == 1


def test_looking_uses_nothing_up(row: ReadingLink, account: Account) -> None:
    for _ in range(5):
        assert [meter.serial for meter in shown(row).form.meters] == ["M-0"]
    assert send(token(row), account).pk


def test_looking_takes_a_constant_number_of_queries(row: ReadingLink, account: Account) -> None:
    shown(row)  # the services are read once a data version
    counts = []
    power = Meter.objects.get().service
    for added in (0, 5):
        Meter.objects.bulk_create(
            Meter(account=account, service=power, serial=f"B{index}") for index in range(added)
        )
        with CaptureQueriesContext(connection) as asked:
            assert len(shown(row).form.meters) == 1 + added
        counts.append(len(asked))
    assert counts == [4, 4]


@pytest.mark.parametrize(("problem", "value"), [(NotTaken, "-1"), (NotTaken, "abc"), (NothingTyped, " ")])
def test_what_is_not_taken_leaves_the_link_as_it_was(
    problem: type[Exception], value: str, row: ReadingLink, account: Account
) -> None:
    with pytest.raises(problem):
        send(token(row), account, value)
    row.refresh_from_db()
    assert row.used_at is None
    assert send(token(row), account, "100").pk


def test_another_accounts_meter_is_out_of_its_reach(row: ReadingLink, account: Account) -> None:
    theirs = new_account(account.organisation, "000900")
    with pytest.raises(NotTaken):
        send(token(row), theirs)
    assert not SubmittedReading.objects.exists()


@pytest.mark.parametrize(
    ("now", "works"), [(CLOSES - MINUTE, True), (CLOSES, False), (CLOSES + timedelta(days=20), False)]
)
def test_it_ends_with_the_window(now: datetime, works: bool, row: ReadingLink) -> None:
    if works:
        assert shown(row, now).form.window.is_open
    else:
        with pytest.raises(ReadingLinkOver):
            shown(row, now)


def test_what_was_typed_before_midnight_and_sent_after_is_kept(
    row: ReadingLink, account: Account, alice: User
) -> None:
    with pytest.raises(WindowClosed):
        send(token(row), account, "123", now=CLOSES + 10 * MINUTE)
    kept = KeptForm.objects.get()
    assert (kept.user_id, list(kept.values.values())) == (alice.pk, ["123"])
    row.refresh_from_db()
    assert row.used_at is None


def test_an_hour_later_nothing_is_kept(row: ReadingLink, account: Account) -> None:
    with pytest.raises(ReadingLinkOver):
        send(token(row), account, "123", now=CLOSES + 60 * MINUTE)
    assert not KeptForm.objects.exists()


def test_where_the_next_window_follows_at_once_an_old_link_submits_nothing(
    row: ReadingLink, account: Account
) -> None:
    """Or a link of December would take the readings of January."""
    Organisation.objects.update(readings_from=26, readings_to=25)
    with pytest.raises(ReadingLinkOver):
        send(token(row), account, "123", now=CLOSES + 10 * MINUTE)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: AccountLink.objects.update(ended_at=OPENED),
        lambda: AccountLink.objects.update(created_at=OPENED + MINUTE),
        lambda: User.objects.update(is_active=False),
        lambda: ReadingLink.objects.update(used_at=OPENED),
        lambda: ReadingLink.objects.update(created_at=OPENED + MINUTE),
        lambda: ReadingLink.objects.all().delete(),
        lambda: owners_changed(account_ids=[Account.objects.get().pk], now=OPENED),
    ],
    ids=["ended", "linked again", "inactive", "used", "made anew", "gone", "new owner"],
)
def test_a_link_that_is_over_shows_and_takes_nothing(change: Any, row: ReadingLink, account: Account) -> None:
    old = token(row)
    change()
    with pytest.raises(ReadingLinkOver):
        linked_meters(old, language="ru", now=OPENED + 2 * MINUTE)
    with pytest.raises(ReadingLinkOver):
        send(old, account, now=OPENED + 2 * MINUTE)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        lambda one: one[:-1],
        lambda one: "x" + one,
        lambda one: one.split(":")[0],
        lambda _: "",
        lambda _: "é:1",
    ],
)
def test_a_token_that_is_not_ours_is_nothing(bad: Any, row: ReadingLink) -> None:
    with pytest.raises(NoSuchReadingLink):
        find(bad(token(row)))


@given(st.text(max_size=90))
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(NoSuchReadingLink):
        find(text)


def test_another_rows_number_under_this_ones_signature_is_nothing(row: ReadingLink) -> None:
    payload, signature = token(row).split(":")
    other, _ = token(ReadingLink(pk=row.pk + 1, created_at=row.created_at)).split(":")
    assert payload != other
    with pytest.raises(NoSuchReadingLink):
        find(f"{other}:{signature}")


def test_a_token_of_another_use_is_nothing(row: ReadingLink) -> None:
    from django.core import signing

    with pytest.raises(NoSuchReadingLink):
        find(signing.Signer(salt="abonent.accounts.not_me").sign_object([row.pk, 0]))


@pytest.mark.parametrize(
    ("number", "ending"), [("000700", "700"), ("12345", "45"), ("70", "0"), ("7", ""), ("", "")]
)
def test_of_a_number_three_characters_are_told_and_never_more_than_half(number: str, ending: str) -> None:
    assert number_ending(number) == ending


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_form", [True, False])
def test_used_in_parallel_it_submits_once(same_form: bool) -> None:
    account, alice = new_account(new_organisation()), new_person()
    link(alice, account)
    row = new_link(alice, account, expires_at=CLOSES)
    start = Barrier(4)

    def run(index: int) -> str:
        try:
            start.wait()
            key, value = ("form", "100") if same_form else (f"form {index}", f"{100 + index}")
            return f"sent {send(token(row), account, value, key=key).pk}"
        except ReadingLinkOver:
            return "over"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = Counter(pool.map(run, range(4)))
    only = Submission.objects.get()
    assert SubmittedReading.objects.count() == 1
    expected = {f"sent {only.pk}": 4} if same_form else {f"sent {only.pk}": 1, "over": 3}
    assert found == expected

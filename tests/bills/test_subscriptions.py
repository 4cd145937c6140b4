"""The electronic receipt is sent to whoever asked for it twice: in the cabinet, and by the letter's link."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.operations import owners_changed, unlink_account
from abonent.accounts.queries import HeldAccount, held_account
from abonent.bills import subscription_links
from abonent.bills.models import ReceiptSubscription
from abonent.bills.operations import (
    EmailNotConfirmed,
    LinkIsLimited,
    SubscriptionOver,
    confirm,
    end_for_mailbox,
    subscribe,
    tidy,
    unsubscribe,
    unsubscribe_by_letter,
)
from abonent.bills.queries import Subscription, subscriptions
from abonent.bills.recipients import is_recipient
from abonent.bills.subscription_links import NoSuchSubscriptionLink
from abonent.bills.subscription_states import State
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, User
from tests.users.cast import NOW, link_in

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(login="alice", email="alice@example.kz", email_confirmed=True, language="ru")


@pytest.fixture
def account(db: None) -> Account:
    organisation = Organisation.objects.create(code="sbyt", name_ru="Сбыт")
    return Account.objects.create(
        number="000700", key="700", organisation=organisation, payer="Ким Алиса", address="Абая 1"
    )


@pytest.fixture
def link(alice: User, account: Account) -> AccountLink:
    return AccountLink.objects.create(user=alice, account=account, method="payment", created_at=NOW)


@pytest.fixture
def held(alice: User, link: AccountLink) -> HeldAccount:
    found = held_account(alice.pk, link.account.public_id, now=NOW)
    assert found
    return found


@pytest.fixture
def ask(alice: User, held: HeldAccount) -> Callable[..., ReceiptSubscription]:
    """Subscribe; the row."""

    def asked(now: datetime = NOW, *, answered: bool = False) -> ReceiptSubscription:
        subscribe(user=alice, account=held, now=now)
        row = ReceiptSubscription.objects.get(user=alice, ended_at=None)
        if answered:
            confirm(token=_token(row), now=now)
            row.refresh_from_db()
        return row

    return asked


def _token(row: ReceiptSubscription, purpose: Any = "confirm") -> str:
    return subscription_links.token(row.pk, int(row.started_at.timestamp()), purpose)


def _state(user: User, account: Account, now: datetime = NOW) -> Subscription | None:
    return subscriptions(user.pk, now=now).get(account.pk)


def test_it_is_asked_again_by_letter_and_nothing_is_sent_before(
    ask: Any, alice: User, account: Account
) -> None:
    row = ask()
    [letter] = Letter.objects.all()
    assert (letter.kind, letter.to, letter.subscribed) == ("receipt_subscription", "alice@example.kz", False)
    assert link_in(letter) == f"/receipts/confirm/{_token(row)}/"
    assert "000700" not in letter.text, "the letter may reach a stranger: somebody else's mailbox"
    assert "700" in letter.text
    assert not is_recipient(row.pk, now=NOW)
    state = _state(alice, account)
    assert state is not None
    assert (state.state, state.wanted) == (State.WAITING, True)
    assert confirm(token=_token(row), now=NOW + DAY).confirmed_at == NOW + DAY
    assert confirm(token=_token(row), now=NOW + 2 * DAY).confirmed_at == NOW + DAY, "the second time nothing"
    assert is_recipient(row.pk, now=NOW + DAY)
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["receipt_subscription_asked", "receipt_subscribed"]


def test_asking_twice_is_one_wish_and_a_letter_every_three_minutes(
    ask: Any, alice: User, held: HeldAccount
) -> None:
    row = ask()
    assert ask(NOW + timedelta(minutes=2)).pk == row.pk
    assert Letter.objects.count() == 1
    assert ask(NOW + timedelta(minutes=4)).pk == row.pk
    first, second = Letter.objects.order_by("pk")
    assert link_in(first) == link_in(second), "whichever letter is opened, its link works"
    confirm(token=_token(row), now=NOW + timedelta(minutes=5))
    assert subscribe(user=alice, account=held, now=NOW + timedelta(minutes=9)) is False
    assert Letter.objects.count() == 2


def test_two_clicks_at_once_are_one_wish(transactional_db: None, alice: User, held: HeldAccount) -> None:
    from threading import Barrier

    together = Barrier(2, timeout=10)

    def click(_: int) -> bool:
        together.wait()
        try:
            return subscribe(user=alice, account=held, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, range(2))) == [True, True]
    assert ReceiptSubscription.objects.count() == Letter.objects.count() == 1


def test_who_did_not_confirm_the_address_or_may_not_print_subscribes_to_nothing(
    alice: User, held: HeldAccount, link: AccountLink
) -> None:
    User.objects.update(email_confirmed=False)
    with pytest.raises(EmailNotConfirmed):
        subscribe(user=User.objects.get(), account=held, now=NOW)
    AccountLink.objects.update(limited_until=NOW + DAY)
    limited = held_account(alice.pk, link.account.public_id, now=NOW)
    assert limited
    with pytest.raises(LinkIsLimited):
        subscribe(user=alice, account=limited, now=NOW)
    assert not ReceiptSubscription.objects.exists()
    assert not Letter.objects.exists()


def test_after_seven_days_the_letter_asks_no_more(ask: Any, alice: User, account: Account) -> None:
    row, later = ask(), NOW + 7 * DAY
    with pytest.raises(SubscriptionOver):
        confirm(token=_token(row), now=later)
    before, after = (_state(alice, account, now) for now in (later - timedelta(seconds=1), later))
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == (State.WAITING, State.EXPIRED)
    fresh = ask(later)
    assert fresh.pk != row.pk
    assert confirm(token=_token(fresh), now=later).pk == fresh.pk
    with pytest.raises(SubscriptionOver):
        confirm(token=_token(row), now=later)


def test_a_link_is_good_for_its_purpose_only(ask: Any, alice: User, account: Account) -> None:
    row = ask()
    for wrong in ("", "x", _token(row)[:-1], _token(row, "unsubscribe")):
        with pytest.raises(NoSuchSubscriptionLink):
            confirm(token=wrong, now=NOW)
    with pytest.raises(NoSuchSubscriptionLink):
        unsubscribe_by_letter(token=_token(row), now=NOW)


def test_the_letters_link_ends_it_for_ever(ask: Any, alice: User, account: Account) -> None:
    row = ask(answered=True)
    for _ in range(2):
        unsubscribe_by_letter(token=_token(row, "unsubscribe"), now=NOW + 400 * DAY)
    row.refresh_from_db()
    assert (row.ended_at, row.ended_why) == (NOW + 400 * DAY, "letter")
    assert not is_recipient(row.pk, now=NOW)
    with pytest.raises(SubscriptionOver):
        confirm(token=_token(row), now=NOW)
    again = ask(NOW + 401 * DAY)
    unsubscribe_by_letter(token=_token(row, "unsubscribe"), now=NOW + 402 * DAY)
    again.refresh_from_db()
    assert again.ended_at is None, "an old letter's link knows nothing of a new wish"


def test_the_cabinet_ends_it(ask: Any, alice: User, held: HeldAccount, account: Account) -> None:
    row = ask(answered=True)
    for _ in range(2):
        unsubscribe(user=alice, account=held, now=NOW)
    row.refresh_from_db()
    assert row.ended_why == "person"
    found = _state(alice, account)
    assert found is not None
    assert found.state == State.NONE


def test_the_end_of_the_link_ends_it(ask: Any, alice: User, link: AccountLink, account: Account) -> None:
    row = ask(answered=True)
    unlink_account(link=link.public_id, user=alice, now=NOW + DAY)
    assert not is_recipient(row.pk, now=NOW + DAY), "at once, before the sweep"
    later = NOW + 2 * DAY
    AccountLink.objects.create(user=alice, account=account, method="code", created_at=later)
    assert not is_recipient(row.pk, now=later), "a link made later knows nothing of it"
    assert tidy(now=later) == 1
    row.refresh_from_db()
    assert row.ended_why == "unlinked"
    assert tidy(now=later) == 0


def test_another_owner_ends_it(ask: Any, alice: User, account: Account) -> None:
    row = ask(answered=True)
    owners_changed(account_ids=[account.pk], now=NOW + DAY)
    assert not is_recipient(row.pk, now=NOW + DAY)
    tidy(now=NOW + DAY)
    row.refresh_from_db()
    assert row.ended_why == "unlinked"


def test_a_new_address_is_asked_anew(ask: Any, alice: User, account: Account) -> None:
    row = ask(answered=True)
    User.objects.update(email="alice@example.ru")
    assert not is_recipient(row.pk, now=NOW + DAY), "the old mailbox gets nothing from now on"
    tidy(now=NOW + DAY)
    row.refresh_from_db()
    assert row.ended_why == "moved"
    fresh = ReceiptSubscription.objects.get(ended_at=None)
    assert (fresh.email, fresh.confirmed_at) == ("alice@example.ru", None)
    assert Letter.objects.latest("pk").to == "alice@example.ru"
    confirm(token=_token(fresh), now=NOW + DAY)
    assert is_recipient(fresh.pk, now=NOW + DAY)


def test_wishes_older_than_asking_are_asked_once(alice: User, link: AccountLink) -> None:
    row = ReceiptSubscription.objects.create(
        user=alice, account=link.account, email=alice.email, started_at=NOW - 300 * DAY
    )
    AccountLink.objects.update(created_at=NOW - 301 * DAY)
    assert not is_recipient(row.pk, now=NOW)
    assert tidy(now=NOW) == 1
    assert tidy(now=NOW + timedelta(hours=1)) == 0
    assert Letter.objects.count() == 1
    assert confirm(token=_token(row), now=NOW + DAY).pk == row.pk


def test_an_upgrade_gives_older_wishes_their_mailbox(alice: User, link: AccountLink) -> None:
    migration = import_module("abonent.bills.migrations.0002_receipts_by_mail")
    ReceiptSubscription.objects.create(user=alice, account=link.account, started_at=NOW)
    with connections["default"].cursor() as cursor:
        cursor.execute(migration.KEEP_OLDER_WISHES)
    assert ReceiptSubscription.objects.get().email == "alice@example.kz"
    assert tidy(now=NOW) == 1


def test_a_refused_mailbox_ends_every_subscription_to_it(ask: Any, alice: User, account: Account) -> None:
    row = ask(answered=True)
    for _ in range(2):
        end_for_mailbox(to="ALICE@example.kz", reason="550 5.1.1 User unknown", now=NOW + DAY)
    row.refresh_from_db()
    assert (row.ended_why, row.refusal) == ("refused", "550 5.1.1 User unknown")
    found = _state(alice, account)
    assert found is not None
    assert (found.state, found.refusal, found.wanted) == (State.REFUSED, "550 5.1.1 User unknown", False)
    fresh = ask(NOW + 2 * DAY, answered=True)
    assert is_recipient(fresh.pk, now=NOW + 2 * DAY), "the person has looked, and subscribed again"
    end_for_mailbox(to="bob@example.kz", reason="550", now=NOW)
    assert is_recipient(fresh.pk, now=NOW + 2 * DAY)


def test_how_they_stand_is_one_query(ask: Any, alice: User, django_assert_num_queries: Any) -> None:
    ask(answered=True)
    with django_assert_num_queries(1):
        subscriptions(alice.pk, now=NOW)


DOCUMENT = Path(__file__).parents[2] / "docs" / "domain" / "receipts.md"
ROW = (
    r"^\| (?P<asked>—|not yet|\d+ days ago) \| (?P<yes>yes|no) \| (?P<ended>—|\w+)"
    r" \| (?P<link>yes|limited|ended) \| (?P<mailbox>same|another) \| (?P<state>\w+) \| (?P<sent>yes|no) \|"
)


def _rows() -> list[dict[str, str]]:
    return [found.groupdict() for found in re.finditer(ROW, DOCUMENT.read_text("utf-8"), re.MULTILINE)]


def test_the_document_has_rows_for_every_state() -> None:
    assert {row["state"] for row in _rows()} == {state.value for state in State}


@pytest.mark.parametrize("told", _rows(), ids=lambda row: " ".join(row.values()))
def test_the_table_of_the_document(told: dict[str, str], alice: User, link: AccountLink) -> None:
    now = NOW + 30 * DAY
    ago = re.match(r"\d+", told["asked"])
    asked = now - int(ago[0]) * DAY if ago else None
    if told["asked"] != "—":
        ReceiptSubscription.objects.create(
            user=alice,
            account=link.account,
            email="alice@example.kz" if told["mailbox"] == "same" else "before@example.kz",
            started_at=asked or NOW + timedelta(seconds=1),
            asked_at=asked,
            confirmed_at=asked if told["yes"] == "yes" else None,
            ended_at=None if told["ended"] == "—" else now,
            ended_why="" if told["ended"] == "—" else told["ended"],
        )
    AccountLink.objects.update(
        limited_until=now + DAY if told["link"] == "limited" else None,
        ended_at=now if told["link"] == "ended" else None,
    )
    found = _state(alice, link.account, now)
    assert (found.state if found else State.NONE) == told["state"]
    row = ReceiptSubscription.objects.first()
    assert (row is not None and is_recipient(row.pk, now=now)) == (told["sent"] == "yes")

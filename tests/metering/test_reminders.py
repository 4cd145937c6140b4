"""Letters about the window: to whom, when, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.metering import jobs, reading_links, reminder_letters
from abonent.metering.models import Meter, ReadingLink, ReminderWish
from abonent.metering.operations import reminders
from abonent.metering.operations.reminders import (
    EmailNotConfirmed,
    forget_old_links,
    send_due_reminders,
    wish_reminders,
)
from abonent.metering.reminder_queries import wishes_reminders
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import User
from tests.metering.reminded import (
    BEFORE,
    CLOSING,
    OPENED,
    PERIOD,
    kinds,
    link,
    new_account,
    new_organisation,
    new_person,
    sent,
    wish,
)

DAY, HALF = timedelta(days=1), timedelta(minutes=30)
OPENING_KIND, CLOSING_KIND = "reading_window_opened", "reading_window_closing"


@pytest.fixture
def account(db: None) -> Account:
    return new_account(new_organisation())


@pytest.fixture
def alice(account: Account) -> User:
    """She sees the account and wants letters."""
    alice = new_person()
    link(alice, account)
    wish(alice, account)
    return alice


def _hours(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += timedelta(hours=1)


def _written_at(first: datetime, last: datetime) -> list[tuple[str, str]]:
    """(kind, hour) of the letters that an hourly look from `first` to `last` writes."""
    found = []
    for now in _hours(first, last):
        before = len(kinds())
        send_due_reminders(now=now)
        found += [(kind, f"{now:%m-%d %H}") for kind in kinds()[before:]]
    return found


def test_one_letter_when_it_opens_and_one_the_day_before_its_last(alice: User) -> None:
    """Seen each hour about both. Almaty is at UTC+5."""
    opening = _written_at(OPENED - 2 * DAY - HALF, OPENED + 2 * DAY)
    closing = _written_at(CLOSING - 2 * DAY - HALF, CLOSING + 3 * DAY)
    assert opening + closing == [(OPENING_KIND, "12-10 04"), (CLOSING_KIND, "12-24 04")]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("Pacific/Kiritimati", "12-09 19"), ("Europe/Moscow", "12-10 06"), ("Pacific/Pago_Pago", "12-10 20")],
)
def test_the_day_and_its_morning_are_the_organisations(
    zone: str, hour: str, account: Account, alice: User
) -> None:
    Organisation.objects.update(time_zone=zone)
    assert _written_at(datetime(2026, 12, 9, tzinfo=UTC), datetime(2026, 12, 12, tzinfo=UTC)) == [
        (OPENING_KIND, hour)
    ]


@pytest.mark.parametrize(
    ("month", "first", "last", "hour"),
    [
        (
            3,
            8,
            25,
            "03-08 13",
        ),  # 2026-03-08: New York's clocks go forward at two in the morning; nine is 13 UTC
        (3, 7, 9, "03-07 14"),  # the day before is still 14 UTC
        (11, 1, 20, "11-01 14"),  # and they go back on 2026-11-01
    ],
)
def test_nine_is_nine_on_the_day_the_clocks_change(
    month: int, first: int, last: int, hour: str, account: Account, alice: User
) -> None:
    Organisation.objects.update(time_zone="America/New_York", readings_from=first, readings_to=last)
    told = Month(2026, month) - 1
    ReminderWish.objects.update(
        opening_told_for=told.first_day,
        closing_told_for=told.first_day,
        wished_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    AccountLink.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    start = datetime(2026, month, first, tzinfo=UTC)
    assert _written_at(start - DAY, start + DAY)[0] == (OPENING_KIND, hour)


def test_a_window_of_two_days_has_one_letter_and_of_one_day_too(account: Account, alice: User) -> None:
    Organisation.objects.update(readings_from=24, readings_to=25)
    assert _written_at(CLOSING - 2 * DAY - HALF, CLOSING + 3 * DAY) == [(CLOSING_KIND, "12-24 04")]
    Organisation.objects.update(readings_from=5, readings_to=5)
    assert _written_at(CLOSING + 10 * DAY - HALF, CLOSING + 14 * DAY) == [(OPENING_KIND, "01-05 04")]


def test_a_window_over_new_year_is_one_period(account: Account, alice: User) -> None:
    Organisation.objects.update(readings_from=28, readings_to=3)
    assert _written_at(datetime(2026, 12, 27, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)) == [
        (OPENING_KIND, "12-28 04"),
        (CLOSING_KIND, "01-02 04"),
    ]


def test_an_early_run_and_a_late_one_write_nothing(alice: User) -> None:
    assert send_due_reminders(now=datetime(2026, 12, 10, 3, 59, tzinfo=UTC)) == 0  # 8:59 in Almaty
    assert send_due_reminders(now=datetime(2026, 12, 10, 16, 0, tzinfo=UTC)) == 0  # 21:00
    assert send_due_reminders(now=datetime(2026, 12, 10, 15, 59, tzinfo=UTC)) == 1


def test_a_worker_that_slept_over_the_morning_still_tells(alice: User) -> None:
    assert send_due_reminders(now=OPENED + 5 * DAY) == 1
    assert kinds() == [OPENING_KIND]


@pytest.mark.parametrize(
    ("first", "told"),
    [("ru", "с 10.12.2026 по 25.12.2026"), ("kk", "10.12.2026"), ("en", "from 10.12.2026 to 25.12.2026")],
)
def test_the_letter_tells_the_days_the_link_and_how_to_stop_in_the_persons_language(
    first: str, told: str, alice: User, account: Account, settings: Any
) -> None:
    settings.PORTAL = settings.PORTAL.model_copy(update={"languages": ["ru", "kk", "en"]})
    User.objects.update(language=first)
    send_due_reminders(now=OPENED)
    letter = Letter.objects.get()
    assert (letter.language, letter.to) == (first, alice.email)
    assert told in letter.subject + letter.text
    assert f"/r/{reading_links.token(ReadingLink.objects.get())}/" in letter.text
    assert f"/a/{account.public_id}/readings/" in letter.text
    assert "700" in letter.text


def test_the_letter_names_nobody(alice: User, account: Account) -> None:
    send_due_reminders(now=OPENED)
    send_due_reminders(now=CLOSING)
    for letter in Letter.objects.all():
        for secret in (account.payer, account.address, "000700", "Иванов"):
            assert secret not in letter.subject + letter.text


def test_both_letters_of_a_period_carry_one_link_until_its_window_closes(alice: User) -> None:
    send_due_reminders(now=OPENED)
    send_due_reminders(now=CLOSING)
    only = ReadingLink.objects.get()
    assert only.expires_at == datetime(2026, 12, 25, 19, 0, tzinfo=UTC)
    assert [reading_links.token(only) in one.text for one in Letter.objects.all()] == [True, True]


def test_a_used_link_whose_readings_were_rejected_is_made_anew(alice: User, account: Account) -> None:
    send_due_reminders(now=OPENED)
    before = reading_links.token(ReadingLink.objects.get())
    ReadingLink.objects.update(used_at=OPENED)
    sent(account, "rejected")
    send_due_reminders(now=CLOSING)
    again = ReadingLink.objects.get()
    assert again.used_at is None
    assert before not in Letter.objects.get(kind=CLOSING_KIND).text
    assert reading_links.token(again) in Letter.objects.get(kind=CLOSING_KIND).text


@pytest.mark.parametrize(
    ("state", "letters"), [("received", 0), ("sent", 0), ("accepted", 0), ("used", 0), ("rejected", 1)]
)
def test_nobody_is_reminded_of_what_anybody_of_the_account_has_sent(
    state: str, letters: int, alice: User, account: Account
) -> None:
    send_due_reminders(now=OPENED)
    sent(account, state)
    assert send_due_reminders(now=CLOSING) == letters


def test_what_was_sent_for_another_period_does_not_count(alice: User, account: Account) -> None:
    sent(account, period=PERIOD - 1)
    assert send_due_reminders(now=OPENED) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: User.objects.update(email_confirmed=False),
        lambda: User.objects.update(is_active=False),
        lambda: Account.objects.update(closed_on=OPENED.date()),
        lambda: AccountLink.objects.update(ended_at=OPENED - DAY),
        lambda: AccountLink.objects.update(
            created_at=OPENED - DAY
        ),  # linked again since: another owner, perhaps
        lambda: Meter.objects.update(removed_on=OPENED.date()),
    ],
    ids=["unconfirmed", "inactive", "closed", "ended", "linked again", "no meters"],
)
def test_who_gets_no_letter(change: Any, alice: User) -> None:
    change()
    assert send_due_reminders(now=OPENED) == 0
    assert kinds() == []
    with CaptureQueriesContext(connection) as asked:
        assert send_due_reminders(now=OPENED + timedelta(hours=1)) == 0
    assert len(asked) == 4, (
        "the organisations, one look for wishes, and its savepoint: nobody is looked at twice"
    )


def test_a_wish_of_a_link_that_ended_is_removed(alice: User) -> None:
    AccountLink.objects.update(ended_at=OPENED - DAY)
    send_due_reminders(now=OPENED)
    assert not ReminderWish.objects.exists()


def test_two_of_a_family_are_both_told(alice: User, account: Account) -> None:
    bob = new_person("bob")
    link(bob, account)
    wish(bob, account)
    assert send_due_reminders(now=OPENED) == 2
    assert set(Letter.objects.values_list("to", flat=True)) == {"alice@example.kz", "bob@example.kz"}
    assert ReadingLink.objects.count() == 2


def test_an_account_that_moved_waits_for_its_new_organisations_window(alice: User, account: Account) -> None:
    later = new_organisation("later", readings_from=15)
    Account.objects.update(organisation=later)
    assert send_due_reminders(now=OPENED) == 0
    assert send_due_reminders(now=OPENED + 5 * DAY) == 1
    assert ReminderWish.objects.get().organisation_id == later.pk


def test_an_address_that_cannot_be_written_to_holds_nobody_up(alice: User, account: Account) -> None:
    User.objects.update(email="not an address")
    bob = new_person("bob")
    link(bob, account)
    wish(bob, account)
    send_due_reminders(now=OPENED)
    assert list(Letter.objects.values_list("to", flat=True)) == ["bob@example.kz"]
    assert ReminderWish.objects.filter(opening_told_for=PERIOD.first_day).count() == 2


def _many(count: int, account: Account) -> None:
    people = User.objects.bulk_create(
        User(login=f"p{index}", email=f"p{index}@example.kz", email_confirmed=True) for index in range(count)
    )
    AccountLink.objects.bulk_create(
        AccountLink(user=one, account=account, method="payment", created_at=BEFORE) for one in people
    )
    before = (PERIOD - 1).first_day
    ReminderWish.objects.bulk_create(
        ReminderWish(
            user=one,
            account=account,
            organisation_id=account.organisation_id,
            wished_at=BEFORE,
            opening_told_for=before,
            closing_told_for=before,
        )
        for one in people
    )


def test_the_limit_stops_and_the_next_run_goes_on(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 3)
    _many(10, account)
    assert [send_due_reminders(now=OPENED, limit=4) for _ in range(4)] == [4, 4, 2, 0]


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch dies at its second letter: the first stays, the next run writes the second whole."""
    monkeypatch.setattr(reminders, "BATCH", 3)
    _many(8, new_account(new_organisation()))
    write, written = reminder_letters.write, []

    def dying(**letter: Any) -> None:
        write(**letter)
        written.append(letter)
        if len(written) == 5:
            raise SystemExit

    monkeypatch.setattr(reminder_letters, "write", dying)
    with pytest.raises(SystemExit):
        send_due_reminders(now=OPENED)
    assert Letter.objects.count() == 3
    monkeypatch.setattr(reminder_letters, "write", write)
    send_due_reminders(now=OPENED)
    mailboxes = list(Letter.objects.values_list("to", flat=True))
    assert len(mailboxes) == len(set(mailboxes)) == 8


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_every_letter_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 4)
    _many(40, new_account(new_organisation()))
    start = Barrier(4)

    def run(_: int) -> int:
        try:
            start.wait()
            return send_due_reminders(now=OPENED)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 40
    mailboxes = list(Letter.objects.values_list("to", flat=True))
    assert len(mailboxes) == len(set(mailboxes)) == 40


def test_when_all_are_told_a_look_reads_one_range_of_an_index(account: Account) -> None:
    _many(3000, account)
    ReminderWish.objects.update(opening_told_for=PERIOD.first_day)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE metering_reminderwish")
    with CaptureQueriesContext(connection) as asked:
        assert send_due_reminders(now=OPENED) == 0
    looks = [one["sql"] for one in asked if "metering_reminderwish" in one["sql"]]
    assert len(looks) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {looks[0]}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "metering_wish_opening" in plan
    assert "Seq Scan on metering_reminderwish" not in plan


def test_when_no_window_is_due_no_wish_is_looked_at(alice: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        send_due_reminders(now=OPENED - DAY)
    assert [one["sql"] for one in asked if "reminderwish" in one["sql"]] == []
    assert len(asked) == 1


def test_organisations_with_one_window_are_looked_at_together(account: Account) -> None:
    for index in range(20):
        new_organisation(f"more{index}")
    with CaptureQueriesContext(connection) as asked:
        send_due_reminders(now=OPENED)
    assert len([one for one in asked if "reminderwish" in one["sql"]]) == 1


def test_the_queries_of_a_batch_do_not_grow_but_for_the_letters(account: Account) -> None:
    """Wishes about which nothing is written cost no query of their own."""
    sent(account)
    counts = []
    for many in (2, 60):
        User.objects.exclude(login="x").filter(login__startswith="p").delete()
        _many(many, account)
        with CaptureQueriesContext(connection) as asked:
            send_due_reminders(now=OPENED)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("asked_at", "letters"),
    [
        (datetime(2026, 12, 5, tzinfo=UTC), [(OPENING_KIND, "12-10 04"), (CLOSING_KIND, "12-24 04")]),
        (datetime(2026, 12, 10, 2, tzinfo=UTC), [(CLOSING_KIND, "12-24 04")]),  # it is open: she sees it
        (datetime(2026, 12, 24, 2, tzinfo=UTC), []),  # and so is the day before the last
        (datetime(2026, 12, 28, tzinfo=UTC), []),
    ],
)
def test_letters_begin_with_what_comes_next(
    asked_at: datetime, letters: list[tuple[str, str]], account: Account
) -> None:
    alice = new_person()
    link(alice, account)
    wish_reminders(account_id=account.pk, user=alice, wanted=True, now=asked_at)
    days = (datetime(2026, 12, day, 2, tzinfo=UTC) for day in (10, 24, 29))
    found = [one for day in days for one in _written_at(max(day, asked_at), day + 4 * HALF)]
    assert found == letters


def test_a_wish_is_made_and_taken_back_and_safe_to_repeat(account: Account) -> None:
    alice = new_person()
    for _ in range(2):
        wish_reminders(account_id=account.pk, user=alice, wanted=True, now=BEFORE)
        assert wishes_reminders(account.pk, alice.pk)
    for _ in range(2):
        wish_reminders(account_id=account.pk, user=alice, wanted=False, now=BEFORE)
        assert not wishes_reminders(account.pk, alice.pk)


def test_asking_twice_does_not_bring_a_letter_again(alice: User, account: Account) -> None:
    send_due_reminders(now=OPENED)
    for wanted in (False, True):
        wish_reminders(account_id=account.pk, user=alice, wanted=wanted, now=OPENED + timedelta(hours=1))
    assert send_due_reminders(now=OPENED + timedelta(hours=2)) == 0


def test_an_unconfirmed_address_gets_no_letters_but_may_stop_them(account: Account) -> None:
    bob = new_person("bob", email_confirmed=False)
    with pytest.raises(EmailNotConfirmed):
        wish_reminders(account_id=account.pk, user=bob, wanted=True, now=BEFORE)
    wish_reminders(account_id=account.pk, user=bob, wanted=False, now=BEFORE)


def test_the_job_looks_by_the_clock(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: OPENED)
    jobs.send_due_reminders(0)
    assert kinds() == [OPENING_KIND]


def test_links_are_deleted_sixty_days_after_their_end(alice: User) -> None:
    send_due_reminders(now=OPENED)
    end = ReadingLink.objects.get().expires_at
    gone = [forget_old_links(now=end + timedelta(days=days, seconds=1)) for days in (59, 60)]
    assert gone == [0, 1]

"""An announcement goes out once to everybody, whatever is killed; states go forward only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.accounts.models import Account
from abonent.announcements import jobs, sending
from abonent.announcements.audience import Audience
from abonent.announcements.forgetting import forget
from abonent.announcements.models import AnnouncedAccount, Announcement, AnnouncementLetter
from abonent.announcements.operations import (
    NobodyThere,
    NoSuchAnnouncement,
    NotADraft,
    NotPossible,
    NotYours,
    OverAlready,
    TextMissing,
    cancel,
    edit,
    schedule,
    want_notices,
    write,
)
from abonent.announcements.queries import Delivery, counted
from abonent.announcements.sending import send, send_batch, waiting
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from abonent.users.models import AuditEvent
from tests.announcements.town import (
    HOUSE,
    NOW,
    TEXTS,
    account,
    draft,
    organisation,
    person,
    scheduled,
    sent,
    staff,
    written,
)
from tests.payments.crashing import crash_everywhere

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def town() -> list[Account]:
    """Three flats of the house and one elsewhere; anna has two of them, boris and vera one each."""
    flats = [account(str(number)) for number in (1, 2, 3)]
    other = account("9", "г. Алматы, ул. Абая, 9")
    person("anna", flats[0], flats[1], language="ru")
    person("boris", flats[1], language="kk")
    person("vera", flats[2], language="en")
    person("gleb", other)
    return flats


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ACCOUNTS", 2)
    monkeypatch.setattr(sending, "LETTERS", 2)


def _to() -> list[str]:
    return sorted(Letter.objects.values_list("to", flat=True))


EVERYBODY = ["anna@example.kz", "boris@example.kz", "vera@example.kz"]


def test_it_goes_to_everybody_once_in_their_language(town: list[Account], small_batches: None) -> None:
    made = sent()
    assert (made.state, made.accounts) == ("sent", 3)
    assert _to() == EVERYBODY
    subjects = dict(Letter.objects.values_list("to", "subject"))
    assert [subjects[one] for one in EVERYBODY] == ["Нет воды", "Су жоқ", "No water"]
    for letter in Letter.objects.all():
        assert deliver(letter_id=letter.pk, now=NOW)
    [russian] = [one for one in mail.outbox if one.to == ["anna@example.kz"]]
    assert "Ремонт трубы." in russian.body
    assert HOUSE in russian.body
    assert "21.11.2026, 13:00–17:00" in russian.body  # 08:00–12:00 in Greenwich
    assert "List-Unsubscribe" not in russian.message(), "an outage is told to everybody"
    assert counted(made) == Delivery(3, 0, 0, 3, 0, 0)


def test_a_notice_has_a_way_out(town: list[Account]) -> None:
    sent(draft("notice"))
    letter = Letter.objects.get(to="anna@example.kz")
    headers = letter.headers or {}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].strip("<>") in letter.text
    assert letter.subscribed, "it is not counted among the ten a day"


@pytest.mark.parametrize("kind", ["notice", "outage"])
def test_killed_at_any_statement_it_goes_on_and_tells_nobody_twice(
    kind: str, town: list[Account], small_batches: None
) -> None:
    made = scheduled(draft(kind))
    crashes, done = 0, [False]
    while not done[-1]:  # every statement of every batch
        crashes += len(list(crash_everywhere(lambda: done.append(send_batch(made.pk, now=NOW)))))
    assert crashes > 20
    assert Announcement.objects.get(pk=made.pk).state == "sent"
    assert _to() == EVERYBODY
    assert AnnouncementLetter.objects.filter(written_at=None).count() == 0
    assert ProcrastinateJob.objects.filter(task_name="notices.deliver_letter").count() == 3
    assert AuditEvent.objects.filter(action="announcement_published").count() == 1
    assert AnnouncedAccount.objects.count() == (3 if kind == "outage" else 0)


def test_two_workers_share_the_work(town: list[Account], small_batches: None) -> None:
    made, together = scheduled(), Barrier(2, timeout=10)

    def run(_: int) -> None:
        together.wait()
        try:
            send(made.pk, clock=lambda: NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert _to() == EVERYBODY
    assert AnnouncedAccount.objects.count() == 3
    assert Announcement.objects.get(pk=made.pk).accounts == 3


def test_the_worker_begins_it_in_its_minute_and_goes_on(
    town: list[Account], small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scheduled(draft("notice"), at=NOW + HOUR)
    assert waiting(now=NOW) == []
    assert not ProcrastinateJob.objects.filter(task_name="announcements.send").exists()
    send(made.pk, clock=lambda: NOW)
    assert not Letter.objects.exists(), "not before its time"
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + HOUR)
    monkeypatch.setattr(jobs, "_BATCHES", 1)
    for _ in range(2):
        jobs.go_on(timestamp=0)
    [job] = ProcrastinateJob.objects.filter(task_name="announcements.send")
    jobs.send(**job.args)
    assert ProcrastinateJob.objects.filter(task_name="announcements.send").count() == 1, "the rest is queued"
    assert waiting(now=NOW + HOUR) == []
    assert waiting(now=NOW + HOUR + timedelta(minutes=3)) == [made.pk], "whoever was killed left it"
    send(made.pk, clock=lambda: NOW + HOUR)
    assert _to() == EVERYBODY
    assert waiting(now=NOW + timedelta(days=1)) == []


def test_now_is_queued_at_once(town: list[Account]) -> None:
    made = scheduled()
    [job] = ProcrastinateJob.objects.filter(task_name="announcements.send")
    assert job.args == {"number": made.pk}


def test_a_batch_costs_the_same_whatever_its_size(town: list[Account], monkeypatch: Any) -> None:
    counts: dict[int, list[int]] = {}
    for size in (1, 1, 3):
        monkeypatch.setattr(sending, "ACCOUNTS", size)
        monkeypatch.setattr(sending, "LETTERS", size)
        made, counts[size] = scheduled(), []
        done = False
        while not done:
            with CaptureQueriesContext(connection) as context, transaction.atomic():
                done = send_batch(made.pk, now=NOW)
            counts[size].append(len(context.captured_queries))
    assert max(counts[1]) == max(counts[3]) <= 15


def test_called_back_while_it_goes_the_rest_stays(town: list[Account], small_batches: None) -> None:
    made = scheduled()
    send(made.pk, clock=lambda: NOW, batches=4)  # it began, looked at all accounts, wrote two letters
    first, second = Letter.objects.order_by("pk")
    assert deliver(letter_id=first.pk, now=NOW)
    cancel(number=made.pk, reason="Ошибка в адресе", staff=staff(), address=None, now=NOW)
    assert send(made.pk, clock=lambda: NOW)
    assert Letter.objects.count() == 2, "nobody else is written to"
    assert not deliver(letter_id=second.pk, now=NOW)
    assert counted(Announcement.objects.get()) == Delivery(3, 1, 0, 1, 0, 1)
    assert set(Account.objects.values_list("announced_until", flat=True)) == {None}
    event = AuditEvent.objects.get(action="announcement_cancelled")
    assert event.reason == "Ошибка в адресе"
    with pytest.raises(NotPossible):
        cancel(number=made.pk, reason="", staff=staff(), address=None, now=NOW)


def test_who_said_no_or_moved_between_is_not_written_to(town: list[Account]) -> None:
    made = scheduled(draft("notice"))
    send(made.pk, clock=lambda: NOW, batches=2)
    anna, boris = (AnnouncementLetter.objects.get(user__login=name).user for name in ("anna", "boris"))
    want_notices(user=anna, wanted=False, now=NOW)
    boris.email = "elsewhere@example.kz"
    boris.save(update_fields=["email"])
    send(made.pk, clock=lambda: NOW)
    assert _to() == ["vera@example.kz"]
    assert counted(Announcement.objects.get()) == Delivery(3, 0, 1, 0, 0, 2)


def test_an_outage_whose_hours_went_by_is_told_to_nobody(town: list[Account]) -> None:
    made = scheduled(at=NOW + HOUR)
    assert send(made.pk, clock=lambda: NOW + 5 * HOUR)
    found = Announcement.objects.get()
    assert (found.state, found.started_at) == ("cancelled", None)
    assert not Letter.objects.exists()


def test_what_cannot_go_out_is_refused(town: list[Account]) -> None:
    half = {**TEXTS, "kk": {"title": "Су жоқ", "text": " "}}
    with pytest.raises(TextMissing) as error:
        scheduled(draft(texts=half))
    assert error.value.languages == ("kk",)
    with pytest.raises(NobodyThere):
        scheduled(draft(audience=Audience("house", place="г. Алматы, ул. Абая, 77")))
    with pytest.raises(OverAlready):
        scheduled(at=NOW + 4 * HOUR)
    again = scheduled()
    with pytest.raises(NotPossible):
        schedule(number=again.pk, at=None, staff=staff(), address=None, now=NOW)
    with pytest.raises(NotADraft):
        edit(number=again.pk, draft=draft(), staff=staff(), address=None, now=NOW)


def test_an_organisations_staff_speak_to_its_own_accounts(town: list[Account]) -> None:
    clerk = staff("ours")
    for audience in (Audience("all"), Audience("house", place=HOUSE), Audience("organisation", 10**9)):
        with pytest.raises(NotYours):
            write(draft=draft(audience=audience), staff=clerk, address=None, now=NOW)
    mine = written(draft(audience=Audience("organisation", organisation("ours").pk)), by=clerk)
    with pytest.raises(NoSuchAnnouncement):
        schedule(number=mine.pk, at=None, staff=staff("theirs"), address=None, now=NOW)
    operator = staff("ours", "operator")
    assert schedule(number=mine.pk, at=None, staff=operator, address=None, now=NOW).state == "scheduled"
    with pytest.raises(NoSuchAnnouncement):
        written(draft("notice", Audience("organisation", organisation("ours").pk)), by=operator)


@pytest.mark.parametrize(
    "change",
    [
        {"texts": {}},
        {"place": "г. Алматы, ул. Абая, 9"},
        {"ends_at": datetime(2027, 1, 1, tzinfo=NOW.tzinfo)},
        {"state": "draft"},
        {"state": "sent"},
    ],
    ids=str,
)
def test_the_database_keeps_what_was_published(change: dict[str, Any], town: list[Account]) -> None:
    made = scheduled(at=NOW + HOUR)
    with pytest.raises(DatabaseError):
        Announcement.objects.filter(pk=made.pk).update(**change)


def test_who_was_told_is_forgotten_and_the_figures_stay(town: list[Account]) -> None:
    made = sent()
    later = NOW + timedelta(days=61)
    assert forget(now=NOW + timedelta(days=59)) == 0
    assert forget(now=later) == 1
    assert forget(now=later) == 0
    assert counted(Announcement.objects.get(pk=made.pk)) == Delivery(3, 0, 3, 0, 0, 0)
    assert not AnnouncementLetter.objects.exists()
    assert not AnnouncedAccount.objects.exists()

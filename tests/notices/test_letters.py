"""The outbox: nothing is announced that did not happen, and nothing that happened stays unsaid."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.notices import jobs
from abonent.notices.letters import compose, one_line
from abonent.notices.models import Letter
from abonent.notices.operations import (
    NotAMailbox,
    deliver,
    queue_waiting,
    send_letter,
    write_letter,
)
from abonent.notices.personal import forget_letters
from abonent.notices.queries import recent_letters
from abonent.users.models import User

Clock = Callable[[timedelta], datetime]


def _letter(now: datetime, **facts: Any) -> Letter:
    usual: dict[str, Any] = {
        "kind": "test",
        "to": "alice@example.kz",
        "subject": "Хат",
        "text": "Сәлем\nhttps://lk.example.kz/secret\n",
        "language": "kk",
    }
    return send_letter(**{**usual, **facts}, now=now)


@pytest.fixture
def broken_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("no server\nat all")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)


def _jobs() -> list[int]:
    found = ProcrastinateJob.objects.filter(task_name="notices.deliver_letter").order_by("pk")
    return [job.args["letter_id"] for job in found]


@pytest.mark.django_db(transaction=True)
def test_a_letter_and_its_task_come_with_the_cause_or_not_at_all(
    transactional_db: None, now: datetime
) -> None:
    @transaction.atomic
    def fails() -> None:
        _letter(now)
        raise RuntimeError("the cause fails")

    with pytest.raises(RuntimeError):
        fails()
    assert not Letter.objects.exists()
    assert not _jobs()
    with transaction.atomic():
        letter = _letter(now)
    assert _jobs() == [letter.pk]


@pytest.mark.django_db
def test_delivery_sends_once_and_blanks_the_text(now: datetime, settings: Any) -> None:
    letter = _letter(now)
    assert deliver(letter_id=letter.pk, now=now)
    assert deliver(letter_id=letter.pk, now=now), "a second task finds it sent"
    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@example.kz"], "Хат")
    assert "https://lk.example.kz/secret" in message.body
    headers = message.message()
    assert headers["Auto-Submitted"] == "auto-generated"
    letter.refresh_from_db()
    assert (letter.sent_at, letter.next_attempt_at, letter.text) == (now, None, "")


@pytest.mark.django_db
def test_the_demo_keeps_texts(now: datetime, settings: Any) -> None:
    settings.LETTERS_KEPT = True
    letter = _letter(now)
    deliver(letter_id=letter.pk, now=now)
    [shown] = recent_letters(10)
    assert "secret" in shown.text


@pytest.mark.django_db
def test_the_task_delivers(now: datetime) -> None:
    letter = _letter(now)
    jobs.deliver_letter(letter_id=letter.pk)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_failing_server_is_asked_again_ever_more_slowly_and_at_last_no_more(
    broken_server: None, now: datetime
) -> None:
    letter = _letter(now)
    at, waits = now, []
    while True:
        assert not deliver(letter_id=letter.pk, now=at)
        letter.refresh_from_db()
        if letter.next_attempt_at is None:
            break
        waits.append(letter.next_attempt_at - at)
        at = letter.next_attempt_at
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)
    assert timedelta(days=1) < at - now < timedelta(days=4)
    assert letter.attempts == 12
    assert letter.last_error == "ConnectionRefusedError: no server at all"
    assert letter.text == "", "a secret link does not lie about"


@pytest.mark.django_db
def test_after_a_failure_it_is_sent(
    broken_server: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = _letter(now)
    deliver(letter_id=letter.pk, now=now)
    monkeypatch.undo()
    assert deliver(letter_id=letter.pk, now=now + timedelta(minutes=1))
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_sweep_queues_what_is_due_and_what_was_lost(now: datetime) -> None:
    lost, sent, later = _letter(now), _letter(now), _letter(now)
    deliver(letter_id=sent.pk, now=now)
    Letter.objects.filter(pk=later.pk).update(next_attempt_at=now + timedelta(hours=1))
    _lose_all_tasks()
    assert queue_waiting(now=now) == 1
    assert _jobs() == [lost.pk]
    queue_waiting(now=now)
    assert _jobs() == [lost.pk], "queued already"


def _lose_all_tasks() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_one_letter_twice(
    transactional_db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Barrier

    letter, together, sent = _letter(now), Barrier(2, timeout=10), []

    def slowly(_: object) -> None:
        sent.append(1)

    def worker(_: int) -> bool:
        together.wait()
        try:
            return deliver(letter_id=letter.pk, now=now)
        finally:
            connections.close_all()

    monkeypatch.setattr("django.core.mail.EmailMessage.send", slowly)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(worker, range(2)))
    assert sent == [1]


@pytest.mark.django_db
def test_ten_letters_a_day_to_one_mailbox(now: datetime, clock: Clock) -> None:
    for number in range(12):
        _letter(now + timedelta(minutes=number), to="ALICE@example.kz" if number % 2 else "alice@example.kz")
    assert Letter.objects.filter(next_attempt_at__isnull=False).count() == 10
    over = Letter.objects.order_by("-pk")[0]
    assert (over.text, over.last_error) == ("", "over the limit of a mailbox")
    assert not deliver(letter_id=over.pk, now=now)
    assert _letter(now, to="bob@example.kz").next_attempt_at == now
    assert _letter(now + timedelta(days=1, minutes=1)).next_attempt_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["", "not an address", "a@b.kz\nBcc: all@example.kz", "a@b.kz, c@d.kz"])
def test_what_is_no_mailbox_gets_no_letter(now: datetime, to: str) -> None:
    with pytest.raises(NotAMailbox):
        _letter(now, to=to)
    assert not Letter.objects.exists()


@given(st.text())
def test_a_subject_is_one_line(text: str) -> None:
    subject = one_line(text)
    assert len(subject) <= 200
    assert "\n" not in subject
    assert "\r" not in subject
    assert all(ch.isprintable() for ch in subject)


@pytest.mark.django_db
def test_a_name_cannot_add_a_header(alice: User, now: datetime) -> None:
    letter = _letter(now, subject="Привет\r\nBcc: all@example.kz")
    deliver(letter_id=letter.pk, now=now)
    [message] = mail.outbox
    assert message.message()["Bcc"] is None
    assert message.recipients() == ["alice@example.kz"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "hello", "centre"),
    [
        ("ru", "Здравствуйте!", "Контакт-центр"),
        ("kk", "Сәлеметсіз бе!", "ентр"),
        ("en", "Hello!", "Contact centre"),
    ],
)
def test_letters_speak_the_readers_language(
    alice: User, now: datetime, language: str, hello: str, centre: str
) -> None:
    letter = write_letter(
        template="users/letters/email_changed.txt",
        to=alice.email,
        user=alice,
        language=language,
        now=now,
        context={"person": alice},
    )
    assert letter.kind == "email_changed"
    assert letter.text.startswith(hello)
    assert "356-99-99" in letter.text
    if language != "kk":
        assert centre in letter.text


@pytest.mark.django_db
def test_a_language_the_portal_has_not_becomes_its_first(alice: User) -> None:
    _, text = compose("users/letters/email_changed.txt", language="tr", context={"person": alice})
    assert text.startswith("Сәлеметсіз бе!")


@pytest.mark.django_db
def test_letters_are_text_and_escape_nothing(alice: User) -> None:
    alice.login = "a&b<c>"
    facts = {"person": alice, "link": "https://lk.example.kz/?a=1&b=2"}
    _, text = compose("users/letters/confirm_email.txt", language="ru", context=facts)
    assert "Логин: a&b<c>" in text
    assert "\n\nhttps://lk.example.kz/?a=1&b=2\n\n" in text


@pytest.mark.django_db
def test_old_letters_are_forgotten(now: datetime) -> None:
    _letter(now - timedelta(days=91))
    kept = _letter(now - timedelta(days=89))
    assert forget_letters(before=now - timedelta(days=90), limit=10) == 1
    assert list(Letter.objects.all()) == [kept]


def test_the_letters_of_a_mailbox_are_counted_by_an_index(alice: User) -> None:
    """On the last evening of a window there are hundreds of thousands of the others."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT count(*) FROM notices_letter"
            ' WHERE upper("to") = upper(%s) AND created_at > now()',
            [alice.email],
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "notices_letter_of_mailbox" in plan

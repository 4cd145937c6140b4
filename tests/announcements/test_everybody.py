"""Letters to a whole town: nobody who waits for a single letter waits for them."""

from typing import Any

import pytest
from django.db import connection

from abonent.announcements import jobs, letters, sending
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.bills.publishing import queue as queue_publication
from abonent.notices import delivery
from abonent.notices.models import Letter
from abonent.notices.operations import queue_waiting, send_letter
from abonent.portal import counts
from abonent.portal.current import portal
from tests.announcements.town import NOW, account, draft, person, scheduled

pytestmark = pytest.mark.django_db


def next_task() -> str:
    """What a worker that is free now would take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_fetch_job_v2(NULL, NULL)")
        name, args = cursor.fetchone()
    return f"{name} {args}"


def password_letter() -> Letter:
    return send_letter(
        kind="password_reset", to="asel@example.kz", subject="x", text="x\n", language="ru", now=NOW
    )


def everybody(many: int) -> Announcement:
    person("asel", *(account(str(n)) for n in range(3)))
    for n in range(many):
        person(f"p{n}", account(f"n{n}"))
    return scheduled(draft("notice", Audience("all")))


def test_a_password_letter_is_next_whatever_a_town_is_waiting_for() -> None:
    """Letters and outages by the hundred, the announcement and the receipts being written, counts."""
    made = everybody(5)
    while not sending.send_batch(made.pk, now=NOW):
        pass
    sending.queue(made.pk)
    queue_publication(1)
    counts.queue("figures", "{}")
    counts.queue_renewal()
    mine = password_letter()
    assert next_task() == f'notices.deliver_letter {{"letter_id": {mine.pk}}}'


def test_an_announcement_being_written_makes_room_after_two_thousand_letters(monkeypatch: Any) -> None:
    """A run of the task is bounded; what is left goes behind the letter that came meanwhile."""
    monkeypatch.setattr(sending, "LETTERS", 1)
    monkeypatch.setattr(jobs, "_BATCHES", 4)
    made = everybody(9)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    jobs.send(made.pk)  # begins, gathers, two letters
    assert Letter.objects.filter(subscribed=True).count() == 2
    mine = password_letter()
    assert next_task() == f'notices.deliver_letter {{"letter_id": {mine.pk}}}'
    assert next_task() == f'announcements.send {{"number": {made.pk}}}'


def test_the_sweep_looks_at_the_oldest_alone_and_comes_to_all(monkeypatch: Any) -> None:
    """It runs every minute: with a town's letters in the queue it must not read them all."""
    monkeypatch.setattr(delivery, "_LOOKED_AT", 3)
    made = everybody(6)
    while not sending.send_batch(made.pk, now=NOW):
        pass
    bulk = list(Letter.objects.filter(subscribed=True).order_by("pk"))
    mine = password_letter()
    lost = [mine.pk, *(letter.pk for letter in bulk[-2:])]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE (args->>'letter_id')::bigint = ANY(%s)", [lost])
    assert queue_waiting(now=NOW) == 1, "the single letter at once, the lost ones of the town in their turn"
    for letter in bulk[:-2]:
        delivery.deliver(letter_id=letter.pk, now=NOW)
    assert queue_waiting(now=NOW) == 2


def test_letters_drawn_together_are_each_readers_own() -> None:
    """One drawing a language: the reader's language, and the way out that is theirs alone."""
    made = everybody(0)
    to = [
        letters.To(n, f"p{n}@example.kz", language) for n, language in enumerate(["ru", "kk", "ru", "xx"], 1)
    ]
    found = letters.compose(made, to)
    assert [one.language for one in found] == ["ru", "kk", "ru", portal().language]
    for one, reader in zip(found, to, strict=True):
        own = one.headers["List-Unsubscribe"].strip("<>")
        assert own in one.text
        assert all(
            other.headers["List-Unsubscribe"].strip("<>") not in one.text for other in found if other != one
        )
        assert letters.wish_links.address(0) not in one.text
        assert (one.user_id, one.to) == (reader.user_id, reader.email)
    assert "Су жоқ" in found[1].subject

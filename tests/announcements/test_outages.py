"""An outage stands on the pages of the accounts concerned, in its hours, and costs the others nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.announcements import sending
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.announcements.operations import NotPossible, end
from abonent.announcements.queries import outages_of
from abonent.announcements.sending import send, send_batch
from abonent.notices.models import Letter
from abonent.users.models import AuditEvent
from tests.announcements.town import HOUSE, NOW, account, draft, person, scheduled, sent, staff
from tests.payments.crashing import crash_everywhere
from tests.users.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def flats() -> list[Account]:
    return [account(str(number)) for number in (1, 2, 3)]


def _shown(*accounts: Account, now: Any = NOW) -> list[int]:
    found = outages_of([one.pk for one in accounts], language="ru", now=now)
    return [len(found.get(one.pk, [])) for one in accounts]


def _until(*accounts: Account) -> list[Any]:
    return [Account.objects.get(pk=one.pk).announced_until for one in accounts]


def test_it_stands_in_its_hours_on_the_accounts_concerned(flats: list[Account]) -> None:
    other = account("9", "г. Алматы, ул. Абая, 9")
    made = sent()
    assert made.ends_at is not None
    assert _shown(*flats, other) == [1, 1, 1, 0]
    assert _until(*flats, other) == [made.ends_at] * 3 + [None]
    assert _shown(*flats, now=NOW - 2 * HOUR) == [0, 0, 0]
    assert _shown(*flats, now=made.ends_at) == [0, 0, 0]


def test_a_page_without_an_outage_asks_nothing_more_and_one_with_it_a_single_query() -> None:
    mine, other = account("1"), account("9", "г. Алматы, ул. Абая, 9")
    clients = {key: signed_in(Client(), person(key, one)) for key, one in (("a", mine), ("b", other))}
    page = {"a": reverse("account", args=[mine.public_id]), "b": reverse("account", args=[other.public_id])}

    def queries(key: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert clients[key].get(page[key]).status_code == 200
        return len(context.captured_queries)

    for key in ("a", "b", "a", "b"):
        before = {key: queries(key) for key in ("a", "b")}
    sent()
    assert queries("b") == before["b"]
    assert queries("a") == before["a"] + 1


def test_the_banner_speaks_the_readers_language_over_a_kept_body() -> None:
    mine = account("1")
    client = signed_in(Client(), person("anna", mine))
    page = reverse("account", args=[mine.public_id])
    assert "Нет воды" not in client.get(page).content.decode()
    made = sent()
    shown = client.get(page).content.decode()
    assert "Нет воды" in shown
    assert "21.11.2026, 13:00–17:00" in shown
    kazakh = signed_in(Client(), person("boris", mine), "kk")
    assert "Су жоқ" in kazakh.get(page).content.decode()
    assert "Нет воды" in client.get(reverse("accounts")).content.decode()
    end(number=made.pk, reason="", staff=staff(), address=None, now=NOW)
    assert "Нет воды" not in client.get(page).content.decode()


def test_ended_early_it_leaves_and_another_one_stays(
    flats: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ACCOUNTS", 2)
    anna = person("anna", flats[0])
    long = sent(draft(ends_at=NOW + 5 * HOUR))
    Account.objects.filter(pk=flats[2].pk).update(address="г. Алматы, ул. Абая, 2")
    short = sent(draft(audience=Audience("house", place=HOUSE)))
    assert _shown(*flats) == [2, 2, 1], "an account that moved keeps what was told of it"
    assert Letter.objects.filter(user=anna).count() == 2
    end(number=long.pk, reason="Восстановлено", staff=staff(), address=None, now=NOW)
    assert _shown(*flats) == [1, 1, 0], "at once, whatever is left to clear"
    assert Announcement.objects.get(pk=long.pk).clearing
    send(long.pk, clock=lambda: NOW)
    assert _until(*flats) == [short.ends_at, short.ends_at, None]
    assert AuditEvent.objects.get(action="announcement_ended").reason == "Восстановлено"
    with pytest.raises(NotPossible):
        end(number=long.pk, reason="", staff=staff(), address=None, now=NOW)
    assert Letter.objects.filter(next_attempt_at=None).count() == 1, "what was not sent stays"


def test_killed_while_it_is_cleared_it_goes_on(flats: list[Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ACCOUNTS", 1)
    made = sent()
    crashes = len(
        list(
            crash_everywhere(
                lambda: end(number=made.pk, reason="", staff=staff(), address=None, now=NOW),
            )
        )
    )
    assert Announcement.objects.get(pk=made.pk).clearing
    done = [False]
    while not done[-1]:
        crashes += len(list(crash_everywhere(lambda: done.append(send_batch(made.pk, now=NOW)))))
    assert crashes > 15
    assert _until(*flats) == [None] * 3
    assert AuditEvent.objects.filter(action="announcement_ended").count() == 1


def test_two_outages_at_once_leave_the_later_end(
    flats: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ACCOUNTS", 2)
    both = [scheduled(draft(ends_at=NOW + hours * HOUR)) for hours in (2, 5)]
    together = Barrier(2, timeout=10)

    def run(number: int) -> None:
        together.wait()
        try:
            send(number, clock=lambda: NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [one.pk for one in both]))
    assert _until(*flats) == [NOW + 5 * HOUR] * 3
    assert _shown(*flats) == [2, 2, 2]


def test_who_links_later_sees_it_too(flats: list[Account]) -> None:
    sent()
    late = signed_in(Client(), person("late", flats[0]))
    assert "Нет воды" in late.get(reverse("account", args=[flats[0].public_id])).content.decode()


def test_ended_while_it_goes_out_nobody_else_is_told(
    flats: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LETTERS", 1)
    for number, one in enumerate(flats):
        person(f"p{number}", one)
    made = scheduled()
    send(made.pk, clock=lambda: NOW, batches=3)
    assert Letter.objects.count() == 1
    end(number=made.pk, reason="", staff=staff(), address=None, now=NOW)
    assert send(made.pk, clock=lambda: NOW)
    assert Announcement.objects.get(pk=made.pk).state == "sent"
    assert Letter.objects.count() == 1
    assert _until(*flats) == [None] * 3

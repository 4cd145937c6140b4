"""What is kept of counts: how long it is shown, who counts again, and two who count at once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.portal import counts
from abonent.portal.models import KeptCount
from abonent.portal.operations import bump_data_version

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 20, tzinfo=UTC)
KEY = {"month": "2026-11", "organisation": None}
MINUTE = timedelta(minutes=1)


class Town:
    """Counts itself, and how often it was counted."""

    def __init__(self) -> None:
        self.people, self.times = 5, 0

    def count(self, key: counts.Key, *, now: datetime) -> int:
        self.times += 1
        return self.people


@pytest.fixture
def town(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Town:
    settings.COUNTS_KEPT_FROM = 0
    monkeypatch.setattr(counts, "_counters", {})
    made = Town()
    counts.count_with("test.people", made.count, usual=lambda now: [KEY])
    return made


def ask(now: datetime = NOW) -> counts.Counted:
    return counts.counted("test.people", KEY, now=now)


def queued(task: str = "portal.count_again") -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'what', args->>'name' FROM procrastinate_jobs WHERE task_name = %s", [task]
        )
        return list(cursor.fetchall())


def work(now: datetime) -> None:
    """What the worker would do."""
    for what, name in queued():
        counts.count_again(what, name, now=now)


def test_what_is_quick_is_counted_each_time(town: Town, settings: Any) -> None:
    settings.COUNTS_KEPT_FROM = 60
    assert ask().value == 5
    town.people = 6
    assert ask() == counts.Counted(6, NOW)
    assert not KeptCount.objects.exists()


def test_what_takes_long_is_kept_for_a_minute(town: Town) -> None:
    ask()
    town.people = 6
    later = ask(NOW + MINUTE - timedelta(seconds=1))
    assert later == counts.Counted(5, NOW)
    assert queued() == []


def test_after_a_minute_it_is_shown_with_its_moment_and_counted_again(town: Town) -> None:
    ask()
    town.people = 6
    stale = ask(NOW + MINUTE)
    assert stale == counts.Counted(5, NOW, again=True)
    ask(NOW + MINUTE)
    assert len(queued()) == 1, "once, however many look"
    work(NOW + 2 * MINUTE)
    assert ask(NOW + 2 * MINUTE) == counts.Counted(6, NOW + 2 * MINUTE)
    assert town.times == 2


def test_it_is_never_shown_when_nobody_has_counted_for_an_hour(town: Town) -> None:
    ask()
    town.people = 6
    assert ask(NOW + counts.TRUSTED) == counts.Counted(6, NOW + counts.TRUSTED)


def test_news_from_billing_are_counted_at_once_by_the_worker(town: Town) -> None:
    """What is asked for every day before anybody asks, the rest because somebody looked at it these days."""
    bump_data_version(now=NOW)
    assert len(queued("portal.renew_counts")) == 1
    assert counts.renew(usual=True, now=NOW) == 1
    work(NOW)
    assert town.times == 1
    bump_data_version(now=NOW)
    assert ask().again, "of another version, however new"
    assert counts.renew(usual=True, now=NOW) == 1
    work(NOW + MINUTE)
    assert ask(NOW + MINUTE) == counts.Counted(5, NOW + MINUTE)


def test_whoever_sends_letters_does_not_count(town: Town) -> None:
    """A count takes seconds; with one worker for letters a new password would wait for it."""
    ask()
    ask(NOW + MINUTE)
    assert len(queued()) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(%s, NULL)", [["default"]])
        assert cursor.fetchone() == (None,)
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(%s, NULL)", [["imports"]])
        assert cursor.fetchone() == ("portal.count_again",)


def test_what_nobody_looks_at_is_not_counted_again_and_goes(town: Town) -> None:
    ask()
    late = NOW + counts.WANTED
    assert counts.renew(usual=False, now=late - MINUTE) == 1
    assert counts.renew(usual=False, now=late + MINUTE) == 0
    counts.renew(usual=False, now=NOW + counts.KEPT + MINUTE)
    assert not KeptCount.objects.exists()


def test_looking_keeps_it_wanted(town: Town) -> None:
    ask()
    for day in range(1, 9):
        work(NOW + timedelta(days=day) - MINUTE)
        ask(NOW + timedelta(days=day))
    assert counts.renew(usual=False, now=NOW + timedelta(days=8, hours=1)) == 1


def test_a_later_moment_is_not_overwritten_by_an_older_one(town: Town) -> None:
    """Whoever began earlier and counted longer."""
    counts._keep("test.people", counts._name(KEY), 7, 1, NOW)
    counts._keep("test.people", counts._name(KEY), 5, 1, NOW - MINUTE)
    assert KeptCount.objects.get().value == 7


def test_a_count_that_fails_leaves_the_older_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()

    def broken(key: counts.Key, *, now: datetime) -> int:
        raise RuntimeError("the disk is full")

    counts.count_with("test.people", broken)
    with pytest.raises(RuntimeError):
        counts.count_again("test.people", counts._name(KEY), now=NOW + 2 * MINUTE)
    assert ask(NOW + 2 * MINUTE) == counts.Counted(5, NOW, again=True)


def test_what_another_release_counted_is_left_alone(town: Town) -> None:
    counts.count_again("of.another.release", "{}", now=NOW)


def test_a_version_of_billings_data_is_counted_once(town: Town) -> None:
    made = [0]

    def count() -> list[int]:
        made[0] += 1
        return [made[0], 2]

    assert [counts.of_version("test.open", KEY, count, now=NOW) for _ in range(3)] == [[1, 2]] * 3
    bump_data_version(now=NOW)
    assert counts.of_version("test.open", KEY, count, now=NOW) == [2, 2]


def test_two_queries_where_it_is_kept(town: Town) -> None:
    ask()
    with CaptureQueriesContext(connection) as seen:
        ask()
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_count_once(town: Town) -> None:
    """The second waits for the first, and takes its count."""
    begun, go_on = threading.Event(), threading.Event()
    found: list[Any] = []

    def slow(key: counts.Key, *, now: datetime) -> int:
        begun.set()
        go_on.wait(20)
        return town.count(key, now=now)

    def other() -> None:
        try:
            found.append(ask())
        finally:
            connection.close()

    counts.count_with("test.people", slow)
    threads = [threading.Thread(target=other) for _ in range(2)]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert [one.value for one in found] == [5, 5]
    assert town.times == 1

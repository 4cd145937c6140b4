"""Many at once: what the database's unique keys decide, tried with threads of their own connections."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from abonent.metering.models import Meter, Submission, SubmittedReading
from abonent.metering.operations import NotTaken, SentMeanwhile
from abonent.notices.models import Letter
from abonent.users.models import User
from tests.metering.conftest import Desk, key, told

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Run the calls in threads that start together; count what each gave (its number) or raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        start.wait()
        try:
            return str(call().number)
        except (SentMeanwhile, NotTaken) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def live() -> list[tuple[str, int]]:
    rows = SubmittedReading.objects.filter(state="received").order_by("meter", "scale")
    return [(row.scale, int(row.value)) for row in rows]


def test_eight_clicks_with_one_key_make_one_reading(desk: Desk, alice: User, meter: Meter) -> None:
    click = partial(desk.send, alice, {key(meter): "1150"}, key="one-form", seen=0)
    outcome = at_once([click] * 8)
    assert list(outcome.values()) == [8]
    assert live() == [("total", 1150)]
    assert Submission.objects.count() == Letter.objects.count() == 1


def test_eight_tabs_with_one_value_make_one_reading(
    desk: Desk, alice: User, bob: User, new_meter: Any
) -> None:
    meter = new_meter("C", 3)
    values = {key(meter, scale): "15" for scale in ("peak", "half_peak", "night")}
    calls = [partial(desk.send, user, values, seen=0) for user in (alice, bob) * 4]
    outcome = at_once(calls)
    assert list(outcome.values()) == [8]
    assert live() == [("half_peak", 15), ("night", 15), ("peak", 15)]


def test_of_two_people_at_the_same_second_one_wins_and_the_other_is_told(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    sends = [
        partial(desk.send, user, {key(meter): value}, seen=0)
        for user, value in ((alice, "1150"), (bob, "1160"))
    ]
    outcome = at_once(sends)
    assert outcome["SentMeanwhile"] == 1
    assert len(outcome) == 2
    (row,) = SubmittedReading.objects.select_related("submission")
    assert int(row.value) == (1150 if row.submission.user_id == alice.pk else 1160)
    assert row.submission.number in outcome
    assert Submission.objects.count() == Letter.objects.count() == 1


def test_of_eight_corrections_at_once_one_wins(desk: Desk, alice: User, bob: User, new_meter: Any) -> None:
    meter, other = new_meter("B", 2), new_meter("A")
    told(other, "2026-10-21", 5)
    desk.send(alice, {key(meter, "day"): "10", key(meter, "night"): "5", key(other): "6"})
    seen = desk.form(alice).seen
    calls = [
        partial(
            desk.send,
            (alice, bob)[index % 2],
            {key(other): "7", key(meter, "night"): "5", key(meter, "day"): str(20 + index)},
            seen=seen,
        )
        for index in range(8)
    ]
    outcome = at_once(calls)
    assert outcome["SentMeanwhile"] == 7
    assert len(live()) == 3
    assert SubmittedReading.objects.filter(state="corrected").count() == 3
    assert Submission.objects.count() == 2


def test_two_people_with_a_meter_each_both_come_through(
    desk: Desk, alice: User, bob: User, new_meter: Any
) -> None:
    one, two = new_meter("A"), new_meter("B")
    outcome = at_once(
        [partial(desk.send, alice, {key(one): "5"}, seen=0), partial(desk.send, bob, {key(two): "6"}, seen=0)]
    )
    assert len(outcome) == 2
    assert "SentMeanwhile" not in outcome
    assert live() == [("total", 5), ("total", 6)]


def test_a_correction_that_meets_the_export_says_that_billing_has_it(
    desk: Desk, alice: User, meter: Meter
) -> None:
    """The export holds the row, and takes it, while the correction waits for it."""
    desk.send(alice, {key(meter): "1150"})
    seen = desk.form(alice).seen
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            SubmittedReading.objects.update(state="sent")
            correction = pool.submit(at_once, [partial(desk.send, alice, {key(meter): "1160"}, seen=seen)])
            _wait_for_a_lock()
        assert correction.result(timeout=30) == {"NotTaken": 1}
    assert [row.state for row in SubmittedReading.objects.all()] == ["sent"]


def _wait_for_a_lock() -> None:
    with connection.cursor() as cursor:
        for _ in range(3000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database() AND pg_sleep(0.01) IS NOT NULL"
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
    raise AssertionError("nobody waits")

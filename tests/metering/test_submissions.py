"""Submitting and correcting readings, one after another."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.metering.models import KeptForm, Meter, Submission, SubmittedReading
from abonent.metering.operations import NothingTyped, NotTaken, SentMeanwhile, WindowClosed
from abonent.notices.models import Letter
from abonent.users.models import AuditEvent, User
from tests.metering.conftest import NOW, TODAY, Desk, key, told

pytestmark = pytest.mark.django_db

CLOSED = datetime(2026, 11, 26, 9, tzinfo=UTC)


def rows(meter: Meter) -> list[tuple[str, int, str]]:
    found = SubmittedReading.objects.filter(meter=meter).order_by("id")
    return [(row.scale, int(row.value), row.state) for row in found]


def test_what_is_submitted_stands_there_with_all_that_was_known(
    desk: Desk, alice: User, meter: Meter
) -> None:
    sent = desk.send(alice, {key(meter): "1 150,5"})
    (row,) = SubmittedReading.objects.select_related("submission").filter(meter=meter)
    assert (row.value, row.previous, row.taken_on, row.state) == (
        Decimal("1150.500"),
        Decimal("1000.000"),
        TODAY,
        "received",
    )
    assert str(row.period) == "2026-11"
    assert row.submission == sent
    assert (sent.user_id, sent.way, sent.submitted_at) == (alice.pk, "cabinet", NOW)
    (event,) = AuditEvent.objects.filter(action="readings_submitted")
    assert event.details == {"submission": sent.number, "way": "cabinet"}


def test_all_meters_go_in_one_submission_and_empty_ones_stay_out(
    desk: Desk, alice: User, new_meter: Callable[..., Meter]
) -> None:
    one, two, three = new_meter("A"), new_meter("B", 2), new_meter("C", 3)
    sent = desk.send(
        alice, {key(one): "5", key(two, "day"): "7", key(two, "night"): "3", key(three, "peak"): " "}
    )
    found = SubmittedReading.objects.filter(submission=sent)
    assert {(row.meter_id, row.scale, int(row.value)) for row in found} == {
        (one.pk, "total", 5),
        (two.pk, "day", 7),
        (two.pk, "night", 3),
    }


def test_one_bad_field_stores_nothing_and_every_field_has_its_word(
    desk: Desk, alice: User, new_meter: Callable[..., Meter], meter: Meter
) -> None:
    other = new_meter("B", 2)
    with pytest.raises(NotTaken) as refused:
        desk.send(alice, {key(meter): "900", key(other, "day"): "7", key(other, "night"): ""})
    codes = {where: problem.code for where, problem in refused.value.problems.items()}
    assert codes == {key(meter): "lower", key(other, "night"): "incomplete"}
    assert not Submission.objects.exists()


def test_the_same_key_is_the_same_submission(desk: Desk, alice: User, meter: Meter) -> None:
    first = desk.send(alice, {key(meter): "1150"}, key="k", seen=0)
    again = desk.send(alice, {key(meter): "1150"}, key="k", seen=0)
    late = desk.send(alice, {key(meter): "1150"}, key="k", seen=0, now=CLOSED)
    assert first == again == late
    assert late.submitted_at == NOW
    assert rows(meter) == [("total", 1150, "received")]
    assert Letter.objects.count() == 1


def test_who_goes_back_and_mends_the_sent_form_corrects_it(
    desk: Desk, alice: User, new_meter: Callable[..., Meter], meter: Meter
) -> None:
    """The browser shows the form as it was, with its key: what was mended in it must not get lost."""
    other = new_meter("B", 1)
    first = desk.send(alice, {key(meter): "1150"}, key="k", seen=0)
    mended = desk.send(alice, {key(meter): "1160"}, key="k", seen=0)
    assert desk.send(alice, {key(meter): "1160"}, key="k", seen=0) == mended != first
    assert rows(meter) == [("total", 1150, "corrected"), ("total", 1160, "received")]
    assert desk.send(alice, {key(meter): "1150"}, key="k", seen=0) == first, (
        "sent late: it is answered, no more"
    )
    assert desk.send(alice, {key(meter): "1160", key(other): "5"}, key="k", seen=0) not in (first, mended)
    assert rows(meter) == [("total", 1150, "corrected"), ("total", 1160, "received")]
    assert rows(other) == [("total", 5, "received")]


def test_one_key_in_two_accounts_is_two_submissions(
    desk: Desk, alice: User, meter: Meter, new_account: Any, new_meter: Callable[..., Meter]
) -> None:
    other = new_account("000800")
    first = desk.send(alice, {key(meter): "1150"}, key="k")
    second = Desk(other.pk, NOW).send(alice, {key(new_meter("X", account=other)): "1"}, key="k")
    assert first != second


def test_the_same_values_from_another_tab_are_the_submission_that_is_there(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    first = desk.send(alice, {key(meter): "1150"}, seen=0)
    assert desk.send(alice, {key(meter): "1150,0"}, seen=0) == first
    assert desk.send(bob, {key(meter): "001150"}, seen=0) == first
    assert Submission.objects.count() == 1


def test_the_same_values_of_another_day_correct_the_day_for_those_who_saw_them(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    first = desk.send(alice, {key(meter): "1150"}, taken_on=date(2026, 11, 20))
    assert desk.send(bob, {key(meter): "1150"}, seen=0) == first
    assert desk.send(bob, {key(meter): "1150"}) != first
    assert list(SubmittedReading.objects.order_by("id").values_list("taken_on", "state")) == [
        (date(2026, 11, 20), "corrected"),
        (TODAY, "received"),
    ]


def test_other_values_of_somebody_who_has_not_seen_the_first_are_told(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"}, seen=0)
    with pytest.raises(SentMeanwhile) as told_so:
        desk.send(bob, {key(meter): "1160"}, seen=0)
    sent = told_so.value.form.meters[0].scales[0].sent
    assert sent
    assert (int(sent.value), sent.by_you, sent.can_be_corrected) == (1150, False, True)
    desk.send(bob, {key(meter): "1160"}, seen=told_so.value.form.seen)
    assert rows(meter) == [("total", 1150, "corrected"), ("total", 1160, "received")]


def test_a_correction_keeps_the_history(desk: Desk, alice: User, new_meter: Callable[..., Meter]) -> None:
    meter = new_meter("B", 2)
    desk.send(alice, {key(meter, "day"): "10", key(meter, "night"): "5"})
    desk.send(alice, {key(meter, "day"): "12", key(meter, "night"): "5"}, now=NOW + timedelta(hours=1))
    assert rows(meter) == [
        ("day", 10, "corrected"),
        ("night", 5, "corrected"),
        ("day", 12, "received"),
        ("night", 5, "received"),
    ]


def test_a_second_meter_may_be_submitted_later(
    desk: Desk, alice: User, bob: User, meter: Meter, new_meter: Callable[..., Meter]
) -> None:
    other = new_meter("B")
    first = desk.send(alice, {key(meter): "1150"}, seen=0)
    second = desk.send(bob, {key(meter): "1150", key(other): "5"}, seen=0)
    assert first != second
    (row,) = SubmittedReading.objects.filter(submission=second)
    assert (row.meter_id, int(row.value)) == (other.pk, 5)


@pytest.mark.parametrize("state", ["sent", "accepted", "used"])
def test_what_billing_has_taken_is_not_changed(desk: Desk, alice: User, meter: Meter, state: str) -> None:
    first = desk.send(alice, {key(meter): "1150"})
    used = date(2026, 11, 1) if state == "used" else None
    SubmittedReading.objects.update(state=state, used_in=used)
    with pytest.raises(NotTaken) as refused:
        desk.send(alice, {key(meter): "1160"})
    assert refused.value.problems[key(meter)].code == "already_taken"
    assert desk.send(alice, {key(meter): "1150"}) == first
    assert [row[2] for row in rows(meter)] == [state]


def test_after_a_rejection_the_customer_submits_again(desk: Desk, alice: User, meter: Meter) -> None:
    desk.send(alice, {key(meter): "1150"})
    SubmittedReading.objects.update(state="rejected", reason="Фото не читается")
    desk.send(alice, {key(meter): "1100"})
    assert [row[1:] for row in rows(meter)] == [(1150, "rejected"), (1100, "received")]


def test_the_previous_reading_is_what_was_submitted_in_the_last_window(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    december = datetime(2026, 12, 15, 9, tzinfo=UTC)
    (scale,) = desk.form(alice, now=december).meters[0].scales
    assert (scale.previous, scale.previous_on, scale.previous_source) == (Decimal(1150), TODAY, "customer")
    with pytest.raises(NotTaken) as refused:
        desk.send(alice, {key(meter): "1149"}, now=december, taken_on=date(2026, 12, 15))
    assert refused.value.problems[key(meter)].code == "lower"


def test_a_rollover_is_taken_once_it_is_confirmed(desk: Desk, alice: User, new_meter: Any) -> None:
    meter = new_meter("R")
    told(meter, "2026-10-21", 99_900)
    with pytest.raises(NotTaken) as asked:
        desk.send(alice, {key(meter): "50"})
    assert asked.value.questions[key(meter)].code == "rollover"
    desk.send(alice, {key(meter): "50"}, confirmed=[f"{key(meter)}:rollover"])
    (row,) = SubmittedReading.objects.filter(meter=meter)
    assert (row.rolled_over, row.unusual, int(row.value)) == (True, False, 50)


def test_the_unusual_is_asked_by_the_customers_own_usual(desk: Desk, alice: User, meter: Meter) -> None:
    for month in range(1, 10):
        told(meter, f"2026-{month:02d}-21", 1000 - (10 - month) * 60)
    with pytest.raises(NotTaken) as asked:
        desk.send(alice, {key(meter): "1900"})
    assert asked.value.questions[key(meter)].code == "unusual"
    desk.send(alice, {key(meter): "1900"}, confirmed=[f"{key(meter)}:unusual"])
    assert SubmittedReading.objects.get().unusual


def test_a_closed_window_keeps_what_was_typed_for_the_next_time(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    with pytest.raises(WindowClosed) as closed:
        desk.send(alice, {key(meter): "1150", f"{meter.pk}-x": ""}, now=CLOSED)
    assert closed.value.state.next.opens.isoformat() == "2026-12-10T00:00:00+05:00"
    december = datetime(2026, 12, 15, 9, tzinfo=UTC)
    form = desk.form(alice, now=december)
    assert (form.kept, form.kept_on) == ({key(meter): "1150"}, date(2026, 11, 26))
    assert desk.form(bob, now=december).kept == {}
    with pytest.raises(WindowClosed):
        desk.send(alice, {key(meter): "1151"}, now=CLOSED)
    assert desk.form(alice, now=december).kept == {key(meter): "1151"}
    desk.send(alice, {key(meter): "1151"}, now=december, taken_on=date(2026, 12, 15))
    assert not KeptForm.objects.exists()


def test_nothing_typed_is_no_submission(desk: Desk, alice: User, meter: Meter) -> None:
    with pytest.raises(NothingTyped):
        desk.send(alice, {key(meter): "  "})


def test_a_meter_of_a_stranger_is_refused(
    desk: Desk, alice: User, meter: Meter, new_account: Any, new_meter: Callable[..., Meter]
) -> None:
    strange = new_meter("X", account=new_account("000800"))
    off = new_meter("OFF", removed_on=date(2026, 11, 1))
    with pytest.raises(NotTaken) as refused:
        desk.send(alice, {key(meter): "1150", key(strange): "5", key(off): "5"})
    codes = {where: problem.code for where, problem in refused.value.problems.items()}
    assert codes == {key(strange): "taken_off", key(off): "taken_off"}


def test_the_letter_says_number_time_values_and_until_when(
    desk: Desk, alice: User, new_meter: Callable[..., Meter], account: Any
) -> None:
    meter = new_meter("B-7", 2)
    sent = desk.send(alice, {key(meter, "day"): "1234,5", key(meter, "night"): "5"})
    letter = Letter.objects.get()
    assert (letter.kind, letter.to, letter.user) == ("readings_received", alice.email, alice)
    assert sent.number in letter.subject
    for words in (sent.number, "000700", "21.11.2026, 14:00", "B-7", "1\u00a0234,5", "21.11.2026, 20:00"):
        assert words in letter.text
    assert f"/readings/{sent.number}/" in letter.text


def test_a_window_that_closes_at_midnight_is_told_by_its_last_minute(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"}, now=datetime(2026, 11, 25, 16, tzinfo=UTC))
    assert "25.11.2026, 23:59" in Letter.objects.get().text


def test_nobody_is_written_to_without_a_confirmed_mailbox(desk: Desk, alice: User, meter: Meter) -> None:
    desk.send(None, {key(meter): "1100"})
    User.objects.filter(pk=alice.pk).update(email_confirmed=False)
    alice.refresh_from_db()
    desk.send(alice, {key(meter): "1150"})
    assert not Letter.objects.exists()


def statements(desk: Desk, user: User | None, values: dict[str, str]) -> int:
    seen = desk.form(user).seen
    with CaptureQueriesContext(
        connection,
    ) as caught:
        desk.send(user, values, seen=seen)
    return len([one for one in caught if "SAVEPOINT" not in str(one["sql"])])


def test_a_submission_takes_four_statements_whatever_the_meters_and_years(
    desk: Desk, alice: User, meter: Meter, new_meter: Callable[..., Meter]
) -> None:
    """Two reads, the rows, the trail; a correction asks how many there were. The letter has its own."""
    desk.form(None)  # services are read once
    alice.email_confirmed = False
    assert statements(desk, alice, {key(meter): "1150"}) == 4
    many = [new_meter(f"M{index}", 3) for index in range(8)]
    for one in many:
        for year in range(2017, 2027):
            for scale in ("peak", "half_peak", "night"):
                told(one, f"{year}-01-20", year, scale=scale)
    values = {key(one, scale): "2030" for one in many for scale in ("peak", "half_peak", "night")}
    assert statements(desk, alice, values) == 4
    assert statements(desk, alice, values | {key(many[0], "peak"): "2031"}) == 5

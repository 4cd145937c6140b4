"""Staff accept and reject readings before billing uses them (docs/domain/reading_review.md)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import Meter, SubmittedReading
from abonent.metering.operations import review
from abonent.metering.operations.billing import take_for_billing
from abonent.metering.operations.rejections import tell_rejected
from abonent.metering.operations.review import Decided, NoReason
from abonent.metering.review_queries import ReviewPage, Which, waiting_for_eyes
from abonent.metering.review_reasons import REASONS
from abonent.metering.sent_readings import readings_of_batch
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.metering.conftest import NOW, Desk, key, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_russian() -> Iterator[None]:
    with translation.override("ru"):
        yield


@pytest.fixture
def clerk(supplier: Organisation, charlie: User) -> StaffMembership:
    return StaffMembership.objects.create(user=charlie, organisation=supplier, role="operator")


@pytest.fixture
def stranger(bob: User) -> StaffMembership:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    return StaffMembership.objects.create(user=bob, organisation=other, role="operator")


@pytest.fixture
def jumped(desk: Desk, alice: User, meter: Meter) -> Which:
    """A year of 150 a month, and 9000 at once."""
    read_for_a_year(meter)
    sent = desk.send(alice, {key(meter): 10000}, confirmed={f"{key(meter)}:unusual"})
    return Which(sent.pk, meter.pk)


def read_for_a_year(meter: Meter) -> None:
    for months, month in enumerate(("05", "06", "07", "08", "09"), start=1):
        told(meter, f"2026-{month}-21", 1000 - 150 * (6 - months))


def queue(staff: StaffMembership, **asked: Any) -> ReviewPage:
    return review.read_queue(
        **{
            "staff": staff,
            "language": "ru",
            "limit": 25,
            "offset": 0,
            "address": None,
            "now": NOW,
            **asked,
        }
    )


def accept(staff: StaffMembership, *which: Which) -> Decided:
    return review.accept(staff=staff, readings=which, address=None, now=NOW)


def reject(staff: StaffMembership, *which: Which, **why: str) -> Decided:
    return review.reject(staff=staff, readings=which, address=None, now=NOW, **why)


def test_what_is_submitted_has_its_points_and_stands_in_the_queue(
    clerk: StaffMembership, jumped: Which
) -> None:
    (item,) = queue(clerk).items
    assert (item.which, item.risk, item.photo) == (jumped, 90, False)
    (scale,) = item.scales
    assert [(sign.code, sign.number) for sign in scale.signs] == [("many_times", "60"), ("no_photo", "")]
    assert (scale.previous, scale.use, scale.days, round(scale.usual or 0)) == (1000, 9000, 31, 150)
    assert [int(one.value) for one in scale.history] == [250, 400, 550, 700, 850, 1000]
    assert [one.use and int(one.use) for one in scale.history] == [None, 150, 150, 150, 150, 150]
    assert waiting_for_eyes(organisation_id=clerk.organisation_id) == 1


def test_the_riskiest_come_first_in_the_same_queries_however_many_wait(
    clerk: StaffMembership,
    desk: Desk,
    alice: User,
    jumped: Which,
    new_meter: Callable[..., Meter],
) -> None:
    with CaptureQueriesContext(connection) as one:
        queue(clerk)
    values = {}
    for meter in [new_meter(f"N-{number}", 2) for number in range(6)]:
        values |= {key(meter, scale): 5 for scale in ("day", "night")}
    desk.send(alice, values)
    with CaptureQueriesContext(connection) as many:
        page = queue(clerk)
    assert [item.risk for item in page.items] == [90] + [10] * 6
    assert len(many) == len(one)
    assert queue(clerk, limit=3).more
    assert [item.risk for item in queue(clerk, limit=3, offset=6).items] == [10]


def test_an_ordinary_reading_stands_in_no_queue(
    clerk: StaffMembership, desk: Desk, alice: User, meter: Meter
) -> None:
    read_for_a_year(meter)
    desk.send(alice, {key(meter): 1150})
    assert SubmittedReading.objects.get().risk == 0
    assert queue(clerk).items == ()


def test_reading_the_queue_is_written_down_with_the_accounts(
    clerk: StaffMembership, jumped: Which, account: Account
) -> None:
    queue(clerk)
    event = AuditEvent.objects.get(action="staff_read_readings")
    assert event.details == {"accounts": [account.pk]}


def test_what_is_accepted_leaves_the_queue_once(clerk: StaffMembership, jumped: Which) -> None:
    assert accept(clerk, jumped) == Decided(1, 0)
    assert accept(clerk, jumped) == Decided(0, 1)
    assert reject(clerk, jumped, code="too_high") == Decided(0, 1)
    row = SubmittedReading.objects.get()
    assert (row.state, row.reviewed_by_id, row.reviewed_at) == ("received", clerk.user_id, NOW)
    assert queue(clerk).items == ()
    assert AuditEvent.objects.filter(action="reading_accepted").count() == 1


def test_ones_own_acceptance_is_taken_back_until_billing_has_it(
    clerk: StaffMembership, stranger: StaffMembership, jumped: Which, alice: User
) -> None:
    back: dict[str, Any] = {"readings": [jumped], "address": None, "now": NOW}
    assert review.take_back(staff=clerk, **back) == Decided(0, 1), "nobody has accepted it"
    accept(clerk, jumped)
    colleague = StaffMembership(user=alice, organisation=clerk.organisation, role="operator")
    assert review.take_back(staff=colleague, **back) == Decided(0, 1)
    assert review.take_back(staff=stranger, **back) == Decided(0, 1)
    assert review.take_back(staff=clerk, **back) == Decided(1, 0)
    assert review.take_back(staff=clerk, **back) == Decided(0, 1)
    assert len(queue(clerk).items) == 1
    assert AuditEvent.objects.filter(action="reading_taken_back", actor=clerk.user).count() == 1
    accept(clerk, jumped)
    SubmittedReading.objects.update(state="sent", batch=1)
    assert review.take_back(staff=clerk, **back) == Decided(0, 1)


def test_a_rejected_reading_is_told_to_its_customer_and_may_be_sent_again(
    clerk: StaffMembership, jumped: Which, desk: Desk, alice: User, meter: Meter, account: Account
) -> None:
    AccountLink.objects.create(user=alice, account=account, method="code", created_at=NOW)
    assert reject(clerk, jumped, code="photo_needed", words="цифры не  разобрать") == Decided(1, 0)
    row = SubmittedReading.objects.get()
    assert row.state == "rejected"
    assert row.reason.endswith("; цифры не разобрать")
    Letter.objects.all().delete()
    assert tell_rejected(now=NOW) == 1
    assert row.reason in Letter.objects.get().text
    again = desk.send(alice, {key(meter): 1150})
    assert take_for_billing(batch=1, everything=True, since=None, now=NOW) == 1
    assert SubmittedReading.objects.get(state="sent").submission_id == again.pk


def test_the_reason_is_in_the_customers_language(clerk: StaffMembership, jumped: Which, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="kk")
    reject(clerk, jumped, code="photo_needed")
    with translation.override("kk"):
        expected = translation.gettext(REASONS["photo_needed"])
    assert SubmittedReading.objects.get().reason == expected


def test_nothing_is_rejected_without_a_reason(clerk: StaffMembership, jumped: Which) -> None:
    with pytest.raises(NoReason):
        reject(clerk, jumped, code="no such", words="  ")
    assert SubmittedReading.objects.get().state == "received"


def test_another_organisations_readings_do_not_exist(stranger: StaffMembership, jumped: Which) -> None:
    assert queue(stranger).items == ()
    assert accept(stranger, jumped) == Decided(0, 1)
    assert reject(stranger, jumped, code="too_high") == Decided(0, 1)
    assert SubmittedReading.objects.get().reviewed_at is None


def test_what_the_customer_corrected_meanwhile_is_not_decided_on(
    clerk: StaffMembership, jumped: Which, desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): 1150})
    assert reject(clerk, jumped, code="too_high") == Decided(0, 1)
    assert sorted(SubmittedReading.objects.values_list("state", flat=True)) == ["corrected", "received"]


def test_of_many_who_decide_at_once_one_does(
    clerk: StaffMembership, desk: Desk, alice: User, new_meter: Callable[..., Meter]
) -> None:
    meters = [new_meter(f"N-{number}", 2) for number in range(5)]
    values = {key(meter, scale): 5 for meter in meters for scale in ("day", "night")}
    sent = desk.send(alice, values)
    which = [Which(sent.pk, meter.pk) for meter in meters]
    start = Barrier(6)

    def run(number: int) -> Decided:
        start.wait()
        try:
            order = which if number % 2 else which[::-1]
            return accept(clerk, *order) if number % 3 else reject(clerk, *order, code="too_low")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        decided = list(pool.map(run, range(6)))
    assert sum(one.done for one in decided) == 5
    assert sum(one.late for one in decided) == 25
    assert AuditEvent.objects.filter(action__in=["reading_accepted", "reading_rejected"]).count() == 5


def test_readings_that_came_without_points_get_the_same_ones(
    desk: Desk, alice: User, jumped: Which, new_meter: Callable[..., Meter]
) -> None:
    first = new_meter("N-1", 2)
    desk.send(alice, {key(first, scale): 5 for scale in ("day", "night")})
    counted = list(SubmittedReading.objects.order_by("pk").values_list("risk", "risk_signs"))
    SubmittedReading.objects.update(risk=None, risk_signs=None)
    assert review.score_waiting(limit=1) == 2
    assert list(SubmittedReading.objects.order_by("pk").values_list("risk", "risk_signs")) == counted
    assert review.score_waiting() == 0


@pytest.mark.parametrize(
    ("held", "accepted", "days", "goes"),
    [
        (False, False, 1, True),
        (True, False, 1, False),
        (True, True, 1, True),
        (True, False, 4, True),
        (True, False, 6, True),
    ],
)
def test_risky_readings_are_held_until_the_day_before_the_window_closes(
    settings: Any, clerk: StaffMembership, jumped: Which, held: bool, accepted: bool, days: int, goes: bool
) -> None:
    readings = settings.PORTAL.readings.model_copy(update={"held_for_review": held})
    settings.PORTAL = settings.PORTAL.model_copy(update={"readings": readings})
    if accepted:
        accept(clerk, jumped)
    later = NOW + timedelta(days=days, hours=12)
    assert take_for_billing(batch=1, since=None, now=later) == int(goes)
    with transaction.atomic():
        unseen = [row.unseen for row in readings_of_batch(1)]
    assert unseen == ([not accepted] if goes else [])

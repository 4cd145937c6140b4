"""What the page shows of a large town is what a plain count gave at the moment it says."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abonent.accounts.models import Account, AccountLink
from abonent.figures.kept import count, shown_figures, usual
from abonent.figures.queries import Figures, figures
from abonent.metering.models import SubmittedReading
from abonent.payments.models import Payment
from abonent.portal import counts
from abonent.portal.operations import bump_data_version
from abonent.service_requests.models import ServiceRequest
from abonent.users.models import StaffMembership, User
from tests.figures.test_figures import NOVEMBER, Town, at

pytestmark = pytest.mark.django_db
BEGUN = at(5)


def link(town: Town, now: datetime) -> None:
    made = {"method": "code", "created_at": now}
    AccountLink.objects.get_or_create(user=town.person, account=town.first, ended_at=None, defaults=made)


def send(town: Town, now: datetime) -> None:
    if not SubmittedReading.objects.filter(meter__account=town.first).exists():
        town.send(town.first, now)


def import_one(town: Town, now: datetime) -> None:
    town.account(town.ours, f"n{now:%d%H%M%S}")
    bump_data_version(now=now)


def leave(town: Town, now: datetime) -> None:
    Account.objects.filter(pk=town.second.pk).update(closed_on=now.date())
    bump_data_version(now=now)


#: What happens to a town; "worker" is the worker at work.
DOINGS: dict[str, Callable[[Town, datetime], Any]] = {
    "wait": lambda town, now: None,
    "link": link,
    "unlink": lambda town, now: AccountLink.objects.filter(ended_at=None).update(
        ended_at=now, end_reason="person"
    ),
    "send": send,
    "accept": lambda town, now: SubmittedReading.objects.update(state="accepted"),
    "pay": lambda town, now: town.pay(now, {town.first: "10.00", town.strange: "5.50"}),
    "give back": lambda town, now: Payment.objects.filter(state="booked").update(state="refunded"),
    "ask": lambda town, now: town.ask(town.second, now, now.date()),
    "close": lambda town, now: ServiceRequest.objects.filter(closed_at=None).update(
        state="done", closed_at=now
    ),
    "import": import_one,
    "leave": leave,
    "worker": lambda town, now: run_worker(now),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(DOINGS)), st.integers(1, 5_000)), min_size=3, max_size=9)


def naive(organisation_id: int | None, now: datetime) -> Figures:
    """Counted now; open accounts by another way."""
    found = figures(organisation_id=organisation_id, month=NOVEMBER, today=timezone.localdate(now), now=now)
    rows = Account.objects.filter(closed_on=None)
    rows = rows.filter(organisation=organisation_id) if organisation_id else rows
    assert found.customers.accounts == rows.count()
    return found


def run_worker(now: datetime) -> None:
    """Every task of counts that waits, and what an import asked for."""
    counts.renew(usual=True, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name LIKE 'portal.%%'"
            " RETURNING args->>'what', args->>'name'"
        )
        asked = [one for one in cursor.fetchall() if one[0]]
    for what, name in asked:
        counts.count_again(what, name, now=now)


def live(town: Town, steps: Sequence[tuple[str, int]]) -> None:
    """Do it all, and look at one of two pages after every step."""
    now, was = BEGUN, {}
    for doing, seconds in steps:
        now += timedelta(seconds=seconds)
        DOINGS[doing](town, now)
        owner = (None, town.ours.pk)[seconds % 2]
        for one in (None, town.ours.pk) if doing == "worker" else (owner,):
            was[one, now] = naive(one, now)
        seen = shown_figures(organisation_id=owner, month=NOVEMBER, now=now)
        assert seen.figures == was[owner, seen.counted_at], doing
        assert now - seen.counted_at < counts.TRUSTED
        if not seen.again:
            assert now - seen.counted_at < counts.FRESH


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, kept_from=st.sampled_from([0, 0, 0, 60]))
def test_whatever_happens_the_page_is_a_plain_count_of_its_moment(
    settings: Any, steps: list[tuple[str, int]], kept_from: int
) -> None:
    settings.COUNTS_KEPT_FROM = kept_from
    with transaction.atomic():
        live(Town(), steps)
        transaction.set_rollback(True)


def test_after_the_worker_it_is_the_count_of_now(settings: Any) -> None:
    settings.COUNTS_KEPT_FROM = 0
    town, later = Town(), BEGUN + timedelta(minutes=5)
    assert shown_figures(organisation_id=None, month=NOVEMBER, now=BEGUN).figures.payments.count == 0
    town.pay(BEGUN, {town.first: "10.00"})
    stale = shown_figures(organisation_id=None, month=NOVEMBER, now=later)
    assert (stale.again, stale.figures.payments.count) == (True, 0)
    run_worker(later)
    fresh = shown_figures(organisation_id=None, month=NOVEMBER, now=later)
    assert (fresh.again, fresh.figures.payments.count, fresh.counted_at) == (False, 1, later)


def test_the_worker_counts_what_is_asked_for_every_day(settings: Any) -> None:
    """All, and each organisation with staff: this month's, before anybody asks."""
    settings.COUNTS_KEPT_FROM = 0
    town = Town()
    StaffMembership.objects.create(
        user=User.objects.create_user("b"), organisation=town.theirs, role="operator"
    )
    StaffMembership.objects.create(user=User.objects.create_user("c"), role="administrator")
    assert [(one["organisation"], one["month"]) for one in usual(BEGUN)] == [
        (None, "2026-11"), (town.theirs.pk, "2026-11"),
    ]  # fmt: skip
    run_worker(BEGUN)
    for owner in (None, town.theirs.pk):
        later = BEGUN + timedelta(seconds=30)
        assert shown_figures(organisation_id=owner, month=NOVEMBER, now=later).counted_at == BEGUN


def test_nothing_of_a_person_is_kept() -> None:
    town = Town()
    town.pay(at(3), {town.first: "1.00"})
    kept = str(count({"organisation": None, "month": "2026-11"}, now=BEGUN))
    assert "asel" not in kept
    assert town.first.number not in kept.replace("1.00", "").split("'")

"""Eight at once, in threads with connections of their own: at each step of a payment's life."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection

from abonent.payments.operations import settling
from abonent.payments.operations.notices import take_notice
from tests.payments.faults.life import PLACES, Life, World, live
from tests.payments.faults.reckoning import complaints
from tests.payments.test_parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def notices(life: Life) -> None:
    """One notice from eight connections."""
    now = life.world.now
    raw, headers = life.bank.notice(life.key, event=f"eight-{life.number}", at=now)
    tell = partial(take_notice, method="card", raw=raw, headers=headers, address="", now=now)
    at_once([tell] * 8)
    life.world.acknowledged.append(f"eight-{life.number}")


def questions(life: Life) -> None:
    """Notices, the schedule, the customer who is back in two tabs, staff."""
    facts = {"payment_id": life.row.pk, "now": life.world.now}
    back = {"public_id": life.key, "user_id": life.world.till.customer.pk, "now": life.world.now}
    at_once(
        [
            *[partial(settling.ask, cause="notice", **facts)] * 3,
            *[partial(settling.ask, cause="question", wait=False, **facts)] * 2,
            *[partial(settling.came_back, **back)] * 2,
            partial(settling.stop, **back),
        ]
    )


def everything(life: Life) -> None:
    """Whatever can happen to it happens now: a notice, a question, its registry, staff, billing."""
    calls: list[Callable[[], object]] = [
        partial(life.hear, f"at-once-{life.number}"),
        partial(settling.ask, payment_id=life.row.pk, cause="question", now=life.world.now),
        life.registry,
        life.registry,
        partial(life.refund, Decimal("20.00"), key=f"at-once-{life.number}"),
        partial(life.refund, Decimal("20.00"), key=f"at-once-{life.number}"),
        life.world.export,
        life.world.export,
    ]
    at_once([partial(_closing, call) for call in calls])


def _closing(call: Callable[[], object]) -> None:
    try:
        call()
    finally:
        connection.close()


@pytest.mark.parametrize("storm", [notices, questions, everything])
def test_a_storm_before_each_step(world: World, storm: Callable[[Life], None]) -> None:
    world.mail_may_repeat = True
    lives = {place: world.life(f"{storm.__name__}, before {place}") for place in PLACES[1:]}

    def hit(place: str) -> Life | None:
        if place in lives:
            storm(lives[place])
        return lives.get(place)

    live(*lives.values(), before=hit)
    world.finish()
    assert complaints(world) == []

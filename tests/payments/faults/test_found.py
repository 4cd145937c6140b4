"""What the matrix has found, each by itself."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.payments.conftest import MINUTE
from tests.payments.faults.life import Life, World, live
from tests.payments.faults.reckoning import complaints

pytestmark = pytest.mark.django_db


def test_a_notice_while_a_refund_takes_its_time_does_not_ask_every_minute(life: Life, world: World) -> None:
    """Banks give back for days, and a notice of that time asks about the payment: once, and then as the
    schedule has it."""
    live(life, to="refund")
    world.bank.refunds_take_time = True
    life.refund()
    life.tell()
    world.bank.calls.clear()
    for _ in range(60):
        world.later(MINUTE)
        world.look()
    assert Counter(world.bank.calls)["ask"] <= 5
    world.bank.finish_refunds()
    world.later(timedelta(hours=1))
    world.finish()
    assert complaints(world) == []

"""The program ends at every statement of every step, and nobody repeats what it was doing: the jobs, the
schedules and the files that follow complete each payment, or leave it as if it had not been begun."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from abonent.payments.operations import settling
from tests.payments.crashing import Crash, crash_at
from tests.payments.faults.bank import ZONE
from tests.payments.faults.life import DAY, Life, World, live
from tests.payments.faults.reckoning import complaints

pytestmark = pytest.mark.django_db


def came_back(life: Life) -> None:
    settling.came_back(public_id=life.key, user_id=life.world.till.customer.pk, now=life.world.now)


def compare(life: Life) -> None:
    """The bank's list of today, tomorrow."""
    today = life.world.now.astimezone(ZONE).date()
    life.world.later(DAY)
    life.world.compare(today)


def registry(life: Life) -> None:
    life.telling = "lost"
    life.registry()


def refund(life: Life) -> None:
    life.refund(Decimal("60.00"))


#: What is cut off, before which step, and at least how many statements it has.
CUT: dict[str, tuple[str, Callable[[Life], object], int]] = {
    "pay": ("pay", Life.pay, 10),
    "notice": ("notice", Life.notice, 4),
    "question": ("question", Life.question, 15),
    "coming back": ("notice", came_back, 6),
    "letter": ("letter", Life.letter, 4),
    "export": ("export", lambda life: life.world.export(), 5),
    "refund": ("refund", refund, 12),
    "registry": ("notice", registry, 10),
    "the bank's list": ("notice", compare, 8),
}


#: Steps of many statements, most of which only read.
EVERY = {"the bank's list": 5, "coming back": 3, "registry": 3, "refund": 2}


def places(world: World, name: str) -> Iterator[Life]:
    """A life for each statement of the step, cut off there; the last one's step came through."""
    before, step, _ = CUT[name]
    for place in count(step=EVERY.get(name, 1)):
        life = world.life(f"cut at statement {place}")
        live(life, to=before)
        try:
            with crash_at(place):
                step(life)
        except Crash:
            yield life
        else:
            yield life
            return


@pytest.mark.parametrize("name", CUT)
def test_cut_off_at_every_statement(world: World, name: str) -> None:
    least = CUT[name][2]
    world.mail_may_repeat = True
    lives = 0
    for _ in places(world, name):
        lives += 1
        world.later(timedelta(minutes=3))
    assert lives > least
    for life in world.lives:
        life.find()
        if life.key:
            life.customer()
    world.lives = [life for life in world.lives if life.key]
    world.finish()
    assert complaints(world) == []

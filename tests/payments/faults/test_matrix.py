"""Each fault before each step of a payment's life: afterwards everything agrees, to the kopeck."""

import pytest

from tests.payments.faults.faults import FAULTS
from tests.payments.faults.life import Life, World, live
from tests.payments.faults.reckoning import complaints

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_before_each_step(world: World, name: str) -> None:
    fault = FAULTS[name]
    world.differences_left = fault.leaves
    lives = {place: world.life(f"{name}, before {place}") for place in fault.places}

    def hit(place: str) -> Life | None:
        if place in lives:
            fault.do(lives[place])
        return lives.get(place)

    live(*lives.values(), before=hit)
    world.finish()
    assert complaints(world) == []


def test_a_life_without_faults(world: World) -> None:
    life = world.life()
    live(life)
    assert life.row.state == "told"
    world.finish()
    assert complaints(world) == []


DECISIONS = (
    "pays",
    "is_declined",
    "pays_after_a_decline",
    "pays_less",
    "pays_in_roubles",
    "pays_two_days_later",
    "goes_away",
)


@pytest.mark.parametrize("telling", ["prompt", "twice", "late", "lost", "reordered"])
def test_each_way_of_telling_of_each_decision(world: World, telling: str) -> None:
    for mind in DECISIONS:
        life = world.life(f"{mind}, told {telling}")
        life.mind, life.telling = mind, telling
    live(*world.lives)
    world.differences_left = frozenset({"review"})
    world.finish()
    assert complaints(world) == []

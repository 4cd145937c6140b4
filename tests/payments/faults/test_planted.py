"""A test suite that cannot catch a planted mistake proves nothing: each is found, and only when planted."""

import pytest

from tests.payments.faults.life import World
from tests.payments.faults.plants import PLANTS
from tests.payments.faults.reckoning import complaints

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", PLANTS)
def test_it_is_found(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    plant = PLANTS[name]
    plant.put(world, monkeypatch)
    plant.story(world)
    world.finish()
    found = complaints(world)
    for what in plant.found:
        assert any(one.startswith(what) for one in found), found


STORIES = {plant.story.__name__: plant.story for plant in PLANTS.values()}


@pytest.mark.parametrize("name", STORIES)
def test_without_it_nothing_is(world: World, name: str) -> None:
    STORIES[name](world)
    world.finish()
    assert complaints(world) == []

"""The connection to the database is cut at COMMIT: before the server took it, and after, its answer lost.

Each commit of each step, one after the other; nobody repeats what was cut off.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.payments.faults.life import Life, World, live
from tests.payments.faults.reckoning import complaints
from tests.payments.faults.test_everywhere import CUT

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def commit_cut(place: int, *, taken: bool) -> Iterator[list[int]]:
    """The commit of this number (from 0) is cut; yields the numbers of those that were begun."""
    commit, begun = DatabaseWrapper._commit, []  # type: ignore[attr-defined, var-annotated]

    def cut(wrapper: DatabaseWrapper) -> None:
        begun.append(len(begun))
        if begun[-1] != place:
            commit(wrapper)
        elif taken:
            commit(wrapper)
            wrapper.connection.close()
            raise OperationalError("the server closed the connection unexpectedly")
        else:
            _terminate(wrapper)
            commit(wrapper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "_commit", cut)
        yield begun


def _terminate(wrapper: DatabaseWrapper) -> None:
    """The server ends our session while we are about to say COMMIT."""
    with psycopg.connect(wrapper.connection.info.dsn, password=wrapper.settings_dict["PASSWORD"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [wrapper.connection.info.backend_pid])


def cut_each_commit(world: World, before: str, step: Callable[[Life], object], *, taken: bool) -> int:
    """How many commits the step has."""
    for place in count():
        life = world.life(f"cut at commit {place}")
        live(life, to=before)
        with commit_cut(place, taken=taken) as begun:
            try:
                step(life)
            except OperationalError:
                connection.close()
        world.later(timedelta(minutes=3))
        if place not in begun:
            return len(begun)
    raise AssertionError


@pytest.mark.parametrize("taken", [False, True], ids=["before the server took it", "after"])
@pytest.mark.parametrize("name", CUT)
def test_the_connection_is_cut_at_each_commit(world: World, name: str, taken: bool) -> None:
    before, step, _ = CUT[name]
    world.mail_may_repeat = True
    assert cut_each_commit(world, before, step, taken=taken) >= 1
    for life in world.lives:
        life.find()
        if life.key:
            life.customer()
    world.lives = [life for life in world.lives if life.key]
    world.finish()
    assert complaints(world) == []

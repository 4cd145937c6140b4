"""Each test process has a database of its own: a copy of a migrated template (tests/plugins/databases.py)."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.plugins import databases, restoring

#: What takes longest comes first, so that no process is left with it when the others are done.
LONGEST = (
    "tests/journeys/",
    "tests/accounts/test_guessing.py",
    "tests/test_every_url.py",
    "tests/demo/",
    "tests/interfaces/cli/",
    "tests/payments/faults/",
    "tests/interfaces/resident/readings/test_power_cut.py",
    "tests/exchange/test_safety.py",
    "tests/interfaces/ui/test_in_a_browser.py",
    "tests/security/test_office.py",
    "tests/security/test_url_map.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the order of files: `make test` hands them out in it (--no-loadscope-reorder)."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def database_server() -> str:
    """The URL of the server, for tests that make databases of their own."""
    return os.environ["DATABASE_URL"]


@pytest.fixture(autouse=True)
def _nothing_kept(settings: Any) -> None:
    """Databases begin anew with the same data version: what was kept of the last one is not this one's.

    Pages without a session ask for published settings every few seconds, not as often as tests count queries.
    """
    from abonent.base.kept import forget_everything
    from abonent.portal import current

    forget_everything()
    current.forget()
    settings.SETTINGS_ASKED_EVERY = None


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[None]:
    """Give Django this process's copy of the template instead of migrating a database per process.

    After a test that commits (`transaction=True`) the copy is restored. Django would empty every table
    instead: the rows that migrations wrote would be gone for the tests that follow.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    name = databases.name_of_mine("main")
    ours = restoring.Copy(database_server, name)

    def restore(*_: Any) -> None:
        _close(connections)
        ours.restore()

    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock():
        ours.make()
        connections["default"].settings_dict["NAME"] = name
    patch.setenv("DATABASE_URL", databases.with_database(database_server, name))
    patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
    yield
    patch.undo()
    with django_db_blocker.unblock():
        _close(connections)
    databases.drop(database_server, name)


def _close(connections: Any) -> None:
    connections.close_all()
    if connections["default"].settings_dict["OPTIONS"].get("pool"):
        connections["default"].close_pool()

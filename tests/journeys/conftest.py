"""Journeys: a real browser at portals that are really served."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.plugins.browser import browser, complaints, open_page
from tests.plugins.live_portal import LivePortal, serve

__all__ = ["browser", "complaints", "live_portal", "open_page"]


@pytest.fixture(scope="package")
def live_portal(
    database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], LivePortal]]:
    """`live_portal("pes")` serves that profile, once for all journeys of this process."""
    home = tmp_path_factory.mktemp("live")
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(serve(database_server, name, home)))

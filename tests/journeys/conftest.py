"""Journeys: a real browser at portals that are really served."""

from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack
from functools import cache

import pytest

from tests.journeys import world
from tests.journeys.walker import Walker
from tests.plugins.browser import OpenPage, browser, complaints, open_page
from tests.plugins.live_portal import LivePortal, serve

__all__ = ["browser", "complaints", "live_portal", "open_page", "town_portal", "walk"]

Walk = Callable[..., Walker]


@pytest.fixture(scope="package")
def live_portal(
    database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], LivePortal]]:
    """`live_portal("pes")` serves that profile, once for all journeys of this process."""
    home = tmp_path_factory.mktemp("live")
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(serve(database_server, name, home)))


@pytest.fixture(scope="package")
def town_portal(
    database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], LivePortal]]:
    """`town_portal("pes")` serves that profile with a town in it, once for all journeys of this process."""
    home = tmp_path_factory.mktemp("town")
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(serve(database_server, name, home, town=True)))


@pytest.fixture
def walk(town_portal: Callable[[str], LivePortal], open_page: OpenPage) -> Walk:
    """`walk("pes", language="ru", width=1280, javascript=True, names={"ivan"})`: a new visitor of a town."""

    def begin(
        name: str,
        *,
        language: str = "ru",
        width: int = 1280,
        javascript: bool = True,
        names: Set[str] = frozenset(),
    ) -> Walker:
        page = open_page(
            language=language,
            javascript=javascript,
            viewport={"width": width, "height": 800},
            color_scheme="light",
            reduced_motion="reduce",  # colours that still fade have no contrast to speak of
        )
        portal = town_portal(name)
        return Walker(page, portal, language, names | world.banks(portal), javascript)

    return begin

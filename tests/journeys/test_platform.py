"""What every journey stands on: portals side by side, and a browser that notices what went wrong."""

from collections.abc import Callable

import pytest

from abonent.base.database_url import parse
from tests.journeys import looking
from tests.plugins.browser import OpenPage
from tests.plugins.live_portal import LivePortal

PORTAL_AND_DATABASE = """
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database()")
    print(settings.PORTAL.code, cursor.fetchone()[0])
"""


def test_portals_are_served_side_by_side_each_from_its_own_database(
    live_portal: Callable[[str], LivePortal], open_page: OpenPage
) -> None:
    portals = [live_portal(name) for name in ("aes", "pes")]
    assert len({portal.url for portal in portals}) == 2
    for portal in portals:
        code, database = portal.python(PORTAL_AND_DATABASE).split()
        assert (code, database) == (portal.name, parse(portal.database_url)["NAME"])
        assert open_page(portal.url).evaluate("document.contentType") == "text/html"
    assert live_portal("aes") is portals[0]


def test_a_visitor_without_javascript_gets_none(open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.set_content("<p>before</p><script>document.querySelector('p').textContent = 'after'</script>")
    assert page.inner_text("p") == "before"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
            "Content Security Policy",
        ),
        ("setTimeout(() => { throw new Error('broken script') })", "broken script"),
    ],
)
def test_what_goes_wrong_in_a_page_is_noticed(
    live_portal: Callable[[str], LivePortal],
    open_page: OpenPage,
    complaints: list[str],
    script: str,
    complaint: str,
) -> None:
    page = open_page(live_portal("aes").url)
    assert complaints == []
    page.evaluate(script)
    page.wait_for_timeout(100)
    assert complaint in "".join(complaints)
    complaints.clear()


WRONG_PAGE = """<!doctype html><html lang="en"><title>Счета</title>
<main><h2>Счета</h2><p style="width: 5000px">Delete a@example.kz, E-mail, Kaspi Bank</p>
<img src="data:,"></main>"""


def test_a_look_at_a_page_finds_what_is_wrong(open_page: OpenPage) -> None:
    page = open_page()
    page.set_content(WRONG_PAGE)
    found = " ".join(looking.at(page, "kk", {"Kaspi Bank"}, by_axe=True))
    for complaint in (
        "has no title",
        "'en', not 'kk'",
        "0 headings",
        "px wider",
        "'Delete'",
        "axe image-alt",
    ):
        assert complaint in found
    assert looking.english("Delete a@example.kz, E-mail, Kaspi Bank, PDF", {"Kaspi Bank"}) == ["Delete"]

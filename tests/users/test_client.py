"""Where a request comes from: what may be believed of X-Forwarded-For."""

from typing import Any

import pytest
from django.test import RequestFactory

from abonent.users import client


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "203.0.113.5", "", "203.0.113.5"),
        (0, "203.0.113.5", "198.51.100.1", "203.0.113.5"),  # nobody of ours wrote that header
        (1, "10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (
            1,
            "10.0.0.1",
            "198.51.100.1, 203.0.113.5",
            "203.0.113.5",
        ),  # the first entry is the client's own word
        (2, "10.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "not an address", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        (1, "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        (0, "", "203.0.113.5", None),
    ],
)
def test_address(settings: Any, proxies: int, peer: str, forwarded: str, address: str | None) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client.address(request) == address


def test_browser_is_one_short_line() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="Firefox\r\nX-Evil: 1\x00" + "a" * 1000)
    assert client.browser(request).startswith("FirefoxX-Evil: 1a")
    assert len(client.browser(request)) == 300

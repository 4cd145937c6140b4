"""Where a request comes from: the one place that believes `X-Forwarded-For`, and no further than it may."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

LONGEST_BROWSER = 300


def address(request: HttpRequest) -> str | None:
    """The client's address, or None when there is none that can be read (a unix socket without a proxy).

    With `settings.TRUSTED_PROXIES` = n, the n nearest entries of `X-Forwarded-For` plus the peer were written
    by our own proxies; whatever stands before them was written by the client and is not believed.
    """
    return address_in(request.META)


def browser(request: HttpRequest) -> str:
    """What the browser calls itself, cut to a length that can be kept."""
    return browser_in(request.META)


def address_in(headers: Mapping[str, Any]) -> str | None:
    """`address` by a request's META alone."""
    chain = [headers.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        chain = [*headers.get("HTTP_X_FORWARDED_FOR", "").split(","), *chain]
    place = max(len(chain) - 1 - settings.TRUSTED_PROXIES, 0)
    return _read(chain[place]) or _read(chain[-1])


def browser_in(headers: Mapping[str, Any]) -> str:
    """`browser` by a request's META alone."""
    return "".join(ch for ch in headers.get("HTTP_USER_AGENT", "") if ch.isprintable())[:LONGEST_BROWSER]


def _read(text: str) -> str | None:
    """`203.0.113.5`, `203.0.113.5:4711`, `[2001:db8::1]:4711` -> the address; anything else None."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)

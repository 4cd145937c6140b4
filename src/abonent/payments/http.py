"""One call to a gateway over HTTP, bounded in time and size. It knows no framework and no gateway.

Whatever leaves open what happened is GatewayUnavailable: no connection, no answer in time, an answer cut
short, 5xx, 408, 425, 429, a redirect (it would carry the secret elsewhere).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from abonent.payments.gateway import Connection, GatewayMisconfigured, GatewayUnavailable, is_here

Networks = tuple[IPv4Network | IPv6Network, ...]

LARGEST_ANSWER = 8_000_000
"""Bytes; a page of a hundred payments is a tenth of it."""
CHUNK = 65_536
ASK_AGAIN = frozenset({202, 408, 425, 429})
"""Besides 5xx: taken in but not done, or too many questions."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came whole: 2xx or 4xx."""

    status: int
    body: bytes

    def values(self) -> dict[str, Any]:
        """The JSON object in it, numbers as Decimal; GatewayUnavailable when it is none."""
        try:
            found = json.loads(self.body, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise GatewayUnavailable("the answer is not JSON") from error
        if not isinstance(found, dict):
            raise GatewayUnavailable("the answer is not a JSON object")
        return found

    def reason(self, *names: str) -> str:
        """Why it said no: the first of the fields that the answer has, else its status."""
        try:
            values = self.values()
        except GatewayUnavailable:
            values = {}
        said = next((str(values[name]) for name in names if values.get(name)), "")
        return f"{said or 'refused'} (HTTP {self.status})"


def call(
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Reply:
    """`timeout`: seconds to connect, and for the whole answer. Sends `form` or `values` (as JSON)."""
    ends = time.monotonic() + sum(timeout)
    try:
        with (
            requests.Session() as session,
            session.request(
                method,
                url,
                params=query,
                data=form,
                json=values,
                headers=dict(headers),
                auth=_as_it_is,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            body = _whole(answer, ends)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise GatewayUnavailable(f"no answer from {urlsplit(url).netloc}: {type(error).__name__}") from error
    status = answer.status_code
    if status >= 500 or status in ASK_AGAIN or 300 <= status < 400:
        raise GatewayUnavailable(f"{urlsplit(url).netloc} answers HTTP {status}")
    return Reply(status, body)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps ~/.netrc of the server out of the Authorization header."""
    return request


def _whole(answer: requests.Response, ends: float) -> bytes:
    """The body; one that drips in, or has no end, is no answer."""
    parts, size = [], 0
    while part := answer.raw.read1(CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER or time.monotonic() > ends:
            raise GatewayUnavailable("the answer does not end")
    return b"".join(parts)


def address(connection: Connection, name: str, default: str) -> str:
    """An option that is an address, without its last slash; only this machine is spoken to in the clear."""
    given = connection.option(name, default).rstrip("/")
    if urlsplit(given).scheme != "https" and not is_here(given):
        raise GatewayMisconfigured(f"options.{name} must begin with https://, not {given!r}")
    return given


def networks(connection: Connection, name: str, default: str = "") -> Networks:
    """An option that lists networks (192.0.2.0/24) or addresses, parted by spaces or commas."""
    named = connection.option(name, default).replace(",", " ").split()
    try:
        return tuple(ip_network(one) for one in named)
    except ValueError as error:
        raise GatewayMisconfigured(f"options.{name}: {error}") from error


def is_from(address: str, sources: Networks) -> bool:
    """Whether a client's address is in one of the networks; one that is no address is in none."""
    try:
        given = ip_address(address)
    except ValueError:
        return False
    if isinstance(given, IPv6Address) and given.ipv4_mapped:
        given = given.ipv4_mapped
    return any(given in network for network in sources)

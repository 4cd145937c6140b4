"""Opens the gateways of the profile: provider, options, secret.

A provider is a package `abonent.payments.providers.<name>` with `connect(connection: Connection) -> Gateway`:
it looks its options over (GatewayMisconfigured) and calls nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings

from abonent.base.errors import DomainError
from abonent.payments.gateway import Connection, Gateway, GatewayMisconfigured
from abonent.portal.current import portal
from abonent.portal.profile import Method, ProfileError
from abonent.settings import environment


class UnknownMethod(DomainError, KeyError):  # noqa: N818 - named after what is the matter
    """The profile has no such method of payment (any more)."""


_in_their_place: dict[str, Gateway] = {}


def method(code: str) -> Method:
    """The method of payment as the profile has it; raises UnknownMethod."""
    for one in portal().paying.methods:
        if one.code == code:
            return one
    raise UnknownMethod(f"paying.methods: no {code!r} in the profile")


def gateway(code: str, *, read_seconds: float = 15) -> Gateway:
    """The gateway of a method, opened: safe to call often (kept while nothing of it changes) and to use in
    several threads. `read_seconds`: how long to wait for an answer; then GatewayUnavailable.

    Raises UnknownMethod, GatewayMisconfigured (an option or the secret is missing).
    """
    if code in _in_their_place:
        return _in_their_place[code]
    one, profile = method(code), portal()
    if one.provider == "sandbox" and not (settings.DEMO or settings.DEBUG or settings.TESTING):
        raise GatewayMisconfigured("provider 'sandbox' is a play bank: it is opened in the demo only")
    options = tuple(sorted(one.options.items()))
    return _open(code, one.provider, options, _secret(one), profile.currency, profile.time_zone, read_seconds)


def secret_name(code: str) -> str:
    """The variable that holds the secret of a method; with `_FILE`, the one that names its file."""
    return f"ABONENT_GATEWAY_{code.upper()}_SECRET"


def _secret(one: Method) -> str:
    name = secret_name(one.code)
    try:
        secret = environment.secret(name).strip()
    except ProfileError as error:
        raise GatewayMisconfigured(str(error)) from error
    if not secret:
        raise GatewayMisconfigured(f"{name} (or {name}_FILE) is not set")
    return secret


@lru_cache(maxsize=64)
def _open(
    code: str,
    provider: str,
    options: tuple[tuple[str, str], ...],
    secret: str,
    currency: str,
    time_zone: str,
    read_seconds: float,
) -> Gateway:
    module: Any = import_module(f"abonent.payments.providers.{provider}")
    zone = ZoneInfo(time_zone)
    connection = Connection(code, dict(options), secret, currency, zone, read_seconds)
    return cast(Gateway, module.connect(connection))


@contextmanager
def use(code: str, stand_in: Gateway) -> Iterator[None]:
    """For tests: `gateway(code)` is `stand_in` in all threads of this process, until the block ends."""
    before = _in_their_place.get(code)
    _in_their_place[code] = stand_in
    try:
        yield
    finally:
        _in_their_place.pop(code)
        if before is not None:
            _in_their_place[code] = before

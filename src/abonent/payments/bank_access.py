"""Whose call is it: the networks, the secret and the certificate of a bank that calls. All that are set fit.

The secret comes in `Authorization`, as `Bearer <secret>` or as the password of `Basic` (any user name): never
in the address, which every machine on the way writes down. The certificate's subject is what our own reverse
proxy says of it, and is believed only from there (docs/operations/payments.md, "Banks that call").
"""

import base64
import binascii
import ipaddress
import logging

from django.utils.crypto import constant_time_compare

from abonent.portal.current import portal
from abonent.portal.profile import CallingBank, ProfileError
from abonent.settings import environment

log = logging.getLogger(__name__)

SHORTEST_SECRET = 20
"""Characters. A shorter one is no secret and opens nothing."""


def calling_bank(code: str) -> CallingBank | None:
    return next((one for one in portal().paying.banks if one.code == code), None)


def secret_of(bank: CallingBank) -> str:
    """Empty when none is set. Raises ProfileError when its file cannot be read."""
    return environment.secret(f"ABONENT_BANK_{bank.code.upper()}_SECRET")


def mistakes(bank: CallingBank, *, proxies: int) -> list[str]:
    """What keeps the bank's calls from being believed, or makes them everybody's; empty: none."""
    try:
        secret = secret_of(bank)
    except ProfileError as error:
        return [str(error)]
    found = []
    if not (bank.addresses or secret or bank.certificate):
        found.append("it has neither addresses nor a secret nor a certificate: every call is refused")
    if secret and len(secret) < SHORTEST_SECRET:
        found.append(f"its secret has fewer than {SHORTEST_SECRET} characters: every call is refused")
    if bank.certificate and not proxies:
        found.append(
            "certificates are seen by a reverse proxy, and ABONENT_TRUSTED_PROXIES says there is none"
        )
    return found


def is_the_bank(bank: CallingBank, *, address: str | None, authorization: str, certificate: str) -> bool:
    """Whether a call from `address` with these headers is the bank's. `certificate` is empty unless a trusted
    proxy stands in front."""
    try:
        secret = secret_of(bank)
    except ProfileError as error:
        log.error("bank %s: %s", bank.code, error)
        return False
    if not (bank.addresses or secret or bank.certificate):
        return False
    return (
        (not bank.addresses or _within(address, bank.addresses))
        and (not bank.certificate or certificate == bank.certificate)
        and (not secret or _knows(authorization, secret))
    )


def _within(address: str | None, networks: list[str]) -> bool:
    if address is None:
        return False
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(one) for one in networks)


def _knows(authorization: str, secret: str) -> bool:
    scheme, _, rest = authorization.partition(" ")
    if len(secret) < SHORTEST_SECRET:
        return False
    given = {"bearer": rest.strip(), "basic": _password(rest)}.get(scheme.lower(), "")
    return constant_time_compare(given, secret)


def _password(encoded: str) -> str:
    """Of HTTP basic authentication; empty when it cannot be read."""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""

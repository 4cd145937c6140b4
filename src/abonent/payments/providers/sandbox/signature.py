"""How the sandbox signs what it tells: HMAC-SHA256 over the time, a point and the bytes of the body."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from abonent.payments.gateway import BadNotice

TIMESTAMP, SIGNATURE = "sandbox-timestamp", "sandbox-signature"
WINDOW_SECONDS = 300


def sign(secret: str, timestamp: int, raw: bytes) -> str:
    """Hexadecimal digits; `timestamp` in seconds since 1970."""
    return hmac.new(secret.encode(), b"%d." % timestamp + raw, hashlib.sha256).hexdigest()


def check(secret: str, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
    """Raises BadNotice: not signed, signed by another key, changed, or older (or newer) than five minutes."""
    sent = headers.get(TIMESTAMP, "")
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 12):
        raise BadNotice("no time of sending")
    signature = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(signature, sign(secret, int(sent), raw).encode()):
        raise BadNotice("the signature is not the bank's")
    if abs(now.timestamp() - int(sent)) > WINDOW_SECONDS:
        raise BadNotice("not of the last five minutes")

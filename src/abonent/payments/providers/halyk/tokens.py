"""OAuth2 tokens of ePay: one kept for questions, one of its own for each invoice (it carries secret_hash)."""

import threading
import time
from dataclasses import dataclass

from abonent.payments import http
from abonent.payments.gateway import Connection, GatewayRefused, GatewayUnavailable

OAUTH = "https://epay-oauth.homebank.kz/oauth2/token"
SCOPE = "webapi usermanagement email_send verification statement statistics payment"
SPARE_SECONDS = 60
"""A token is given up so long before it ends: it must live through the call."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    ends: float
    """By the machine's monotonic clock."""


class Tokens:
    """Safe in several threads: at most one of them fetches the kept token."""

    def __init__(self, connection: Connection) -> None:
        self._url = http.address(connection, "oauth_url", OAUTH)
        self._timeout = connection.timeout
        self._keys = {
            "grant_type": "client_credentials",
            "client_id": connection.option("client_id"),
            "client_secret": connection.secret,
        }
        self._scope = connection.option("scope", SCOPE)
        self._terminal = connection.option("terminal")
        self._kept: Token | None = None
        self._lock = threading.Lock()

    def kept(self) -> str:
        """For check-status and refunds."""
        with self._lock:
            if self._kept is None or self._kept.ends <= time.monotonic():
                self._kept = self._fetch({"scope": self._scope, "terminal": self._terminal})
            return self._kept.text

    def forget(self, text: str) -> None:
        """The bank does not take it any more, whatever it said of its life."""
        with self._lock:
            if self._kept and self._kept.text == text:
                self._kept = None

    def for_invoice(self, secret_hash: str) -> str:
        return self._fetch({"scope": "payment", "secret_hash": secret_hash}).text

    def _fetch(self, asked: dict[str, str]) -> Token:
        reply = http.call("POST", self._url, timeout=self._timeout, headers={}, form=self._keys | asked)
        if reply.status >= 400:
            raise GatewayRefused(
                f"ePay gives no token: {reply.reason('error_description', 'error', 'message')}"
            )
        values = reply.values()
        text = values.get("access_token")
        try:
            lives = float(values.get("expires_in", 0))
        except (TypeError, ValueError) as error:
            raise GatewayUnavailable("a token without its life") from error
        if not isinstance(text, str) or not text.isprintable() or not text:
            raise GatewayUnavailable("an answer without a token")
        return Token(text, time.monotonic() + lives - SPARE_SECONDS)

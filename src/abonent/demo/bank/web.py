"""The bank over HTTP, as a WSGI application: /api/ for shops, /pay/ for customers, and the books."""

import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from abonent.demo.bank import api, pages
from abonent.demo.bank.bank import Bank, Refused
from abonent.demo.bank.notices import SecretOf
from abonent.demo.bank.pages import Page

_HERE = Path(__file__).parent
_TOKENS = _HERE.parents[1] / "interfaces" / "ui" / "styles" / "tokens.css"
_LONGEST_BODY = 100_000
_HEADERS = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]
Answer = tuple[int, str, bytes, list[tuple[str, str]]]

log = logging.getLogger(__name__)


class Web:
    """`Web(bank, …)` is the application. `woken` hears that something may be due."""

    def __init__(
        self, bank: Bank, *, address: str, secret_of: SecretOf, woken: Callable[[], None] = lambda: None
    ) -> None:
        self.bank, self.address, self.secret_of, self.woken = bank, address, secret_of, woken

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, kind, body, headers = self._answered(environ)
        lines = [("Content-Type", kind), ("Content-Length", str(len(body))), *_HEADERS, *headers]
        start_response(f"{status} {HTTPStatus(status).phrase}", lines)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answered(self, environ: dict[str, Any]) -> Answer:
        try:
            return self._answer(environ)
        except Exception:
            log.exception("the bank failed at %s", environ.get("PATH_INFO"))
            return 500, "text/plain; charset=utf-8", b"The bank has failed.", []

    def _answer(self, environ: dict[str, Any]) -> Answer:
        method = environ["REQUEST_METHOD"].replace("HEAD", "GET")
        parts = [part for part in environ.get("PATH_INFO", "/").split("/") if part]
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        body = _body(environ)
        if body is None:
            return 413, "text/plain; charset=utf-8", b"Too long.", []
        if parts[:1] == ["api"]:
            return self._api(method, "/".join(parts[1:]), query, body, environ)
        if method == "GET" and parts in (["bank.css"], ["icon.svg"]):
            return _file(parts[0])
        if method not in {"GET", "POST"}:
            return 405, "text/plain; charset=utf-8", b"GET or POST, please.", [("Allow", "GET, POST")]
        language = pages.language_of(query, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        if method == "POST":
            return self._decide(parts, dict(parse_qsl(body.decode("utf-8", "replace"))), query, language)
        return _html(pages.page(self.bank, parts, asked=query.get("language", ""), language=language))

    def _api(
        self, method: str, what: str, query: dict[str, str], body: bytes, environ: dict[str, Any]
    ) -> Answer:
        status, told = api.answer(
            self.bank,
            self.secret_of,
            method=method,
            what=what,
            query=query,
            body=body,
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            address=self.address,
        )
        self.woken()
        return status, "application/json", json.dumps(told).encode(), []

    def _decide(self, parts: list[str], form: dict[str, str], query: dict[str, str], language: str) -> Answer:
        """Do it, then show the page anew under its own address: reloading it repeats nothing."""
        try:
            place = pages.decide(self.bank, parts, form)
        except Refused as error:
            return _html(pages.refused(error, language=language))
        self.woken()
        if place is None:
            return _html(pages.unknown(language=language))
        asked = query.get("language", "")
        chosen = f"?language={asked}" if asked in pages.LANGUAGES else ""
        return 303, "text/plain; charset=utf-8", b"", [("Location", place + chosen)]


def _file(name: str) -> Answer:
    if name == "icon.svg":
        return 200, "image/svg+xml", (_HERE / name).read_bytes(), []
    return 200, "text/css; charset=utf-8", _TOKENS.read_bytes() + (_HERE / name).read_bytes(), []


def _body(environ: dict[str, Any]) -> bytes | None:
    """None: longer than anybody here has to say."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > _LONGEST_BODY:
        return None
    return bytes(environ["wsgi.input"].read(int(length)))


def _html(page: Page) -> Answer:
    return page.status, "text/html; charset=utf-8", page.html.encode(), []

"""A gateway's place on this machine: a small threaded HTTP server with faults, for stand-ins to build on."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

#: What an answer may look like when something is wrong. `time-out` and `drip` need an impatient caller: they
#: end well for one that waits, so that waiting shows.
QUICK = ("500", "503", "429", "cut", "not JSON", "a list", "empty", "redirect", "hang-up")
SLOW = ("time-out", "drip")
LONGEST_HOLD = 3.0
DROP_SECONDS = 0.03


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def values(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


@dataclass(frozen=True)
class Fault:
    kind: str
    after: bool
    """The call is done, and its answer lost."""
    path: str
    """Of the calls it strikes: they begin so."""


class StandIn:
    """Subclasses answer; `seen` holds what was asked, `faults` strike the next calls, one each."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._faults: deque[Fault] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Handler,), {"stand_in": self}))
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: Request) -> tuple[int, Any]:
        raise NotImplementedError

    def fault(self, kind: str, *, after: bool = False, path: str = "/") -> None:
        self._faults.append(Fault(kind, after, path))

    @contextmanager
    def open(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def take(self, request: Request) -> tuple[Fault | None, int, Any]:
        with self.lock:
            self.seen.append(request)
            fault = None
            if self._faults and request.path.startswith(self._faults[0].path):
                fault = self._faults.popleft()
            if fault and not fault.after and fault.kind not in SLOW:
                return fault, 200, {}
            return fault, *self.answer(request)


class Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def handle_one_call(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), self.headers, body)
        fault, status, answer = self.stand_in.take(request)
        whole = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if fault is None:
            self.say(status, whole)
        elif fault.kind in SPOILT:
            SPOILT[fault.kind](self, whole)
        else:
            self.say(int(fault.kind), b'{"type": "error", "description": "try again later"}')

    do_GET = do_POST = handle_one_call  # noqa: N815 - as the standard library names them

    def say(self, status: int, whole: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(whole) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(whole)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        pass


def _late(call: Handler, whole: bytes) -> None:
    call.stand_in.closing.wait(LONGEST_HOLD)
    with suppress(OSError):
        call.say(200, whole)


def _drip(call: Handler, whole: bytes) -> None:
    """Spaces before JSON are lawful."""
    drops = int(LONGEST_HOLD / DROP_SECONDS)
    with suppress(OSError):
        call.say(200, b"", length=drops + len(whole))
        for _ in range(drops):
            call.wfile.write(b" ")
            call.wfile.flush()
            call.stand_in.closing.wait(DROP_SECONDS)
        call.wfile.write(whole)


SPOILT: dict[str, Callable[[Handler, bytes], object]] = {
    "cut": lambda call, whole: call.say(200, whole[: len(whole) // 2], length=len(whole) or 10),
    "not JSON": lambda call, whole: call.say(200, b"<html>Bad gateway</html>"),
    "a list": lambda call, whole: call.say(200, b"[1, 2]"),
    "empty": lambda call, whole: call.say(200, b""),
    "redirect": lambda call, whole: call.say(302, b"", Location=f"{call.stand_in.address}/elsewhere"),
    "hang-up": lambda call, whole: None,
    "time-out": _late,
    "drip": _drip,
}

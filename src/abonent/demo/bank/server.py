"""The bank's process, and the bank in a thread: one web server, one thread that does what is due."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from abonent.demo.bank.bank import Bank
from abonent.demo.bank.books import Books
from abonent.demo.bank.keys import secret_of
from abonent.demo.bank.notices import Send, catch_up, post
from abonent.demo.bank.web import Web

HOST = "127.0.0.1"

log = logging.getLogger(__name__)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Requests are in the books."""


def open_web(application: Callable[..., Any], port: int) -> WSGIServer:
    """A server that listens, not yet served; port 0: a free one."""
    return make_server(HOST, port, application, server_class=_Server, handler_class=_Quiet)


class Diligence(threading.Thread):
    """Does what is due, and sleeps until the next thing is, or until it is woken."""

    def __init__(self, bank: Bank, master: str, send: Send = post) -> None:
        super().__init__(daemon=True)
        self._bank, self._master, self._send, self._bell = bank, master, send, threading.Event()
        self._over = False

    def wake(self) -> None:
        self._bell.set()

    def stop(self) -> None:
        """After what it is at."""
        self._over = True
        self.wake()
        if self.is_alive():
            self.join()

    def _secret_of(self, shop: str) -> str:
        return secret_of(self._master, shop)

    def run(self) -> None:
        while not self._over:
            self._bell.clear()
            try:
                pause = catch_up(self._bank, secret_of=self._secret_of, send=self._send)
            except Exception:
                log.exception("the bank failed at what was due")
                pause = 5.0
            self._bell.wait(pause)


def serve(port: int, *, books: Path, master: str, opened: Callable[[], None]) -> None:
    """Until the process is ended. `opened` hears that it answers."""
    bank = Bank(Books(books), clock=lambda: datetime.now(UTC))
    diligence = Diligence(bank, master)
    web = Web(
        bank,
        address=f"http://{HOST}:{port}",
        secret_of=lambda shop: secret_of(master, shop),
        woken=diligence.wake,
    )
    with open_web(web, port) as server:
        diligence.start()
        opened()
        server.serve_forever()

"""The practice bank in a thread, for tests: nothing in it happens by itself, and its answers can be broken.

Notices go out and delays end in `advance`, in the caller's own thread; no test has to wait.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from abonent.demo.bank.bank import Bank
from abonent.demo.bank.books import Books, Row
from abonent.demo.bank.keys import secret_of
from abonent.demo.bank.money import hundredths
from abonent.demo.bank.notices import Send, catch_up, post
from abonent.demo.bank.server import HOST, Diligence, open_web
from abonent.demo.bank.web import Web

MASTER = "the bank's own key, of the tests"
#: Longer than any client of a test waits.
SLEEPS = 3.0


@dataclass
class SandboxBank:
    """A bank that answers at `address`; what its customers and its own people do."""

    bank: Bank
    address: str = ""
    send: Send = post
    pushed: timedelta = timedelta(0)
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    asleep: threading.Event = field(default_factory=threading.Event)

    def secret_of(self, shop: str) -> str:
        return secret_of(MASTER, shop)

    def advance(self, seconds: float = 0) -> None:
        """Push the bank's clock, and do what is due by then: delayed money, orders that ran out, notices."""
        self.pushed += timedelta(seconds=seconds)
        catch_up(self.bank, secret_of=self.secret_of, send=self.send)

    def faults(self, call: str, *kinds: str) -> None:
        """The next calls of `create`, `ask`, `refund`, `ask_refund`, `statement` go wrong, one fault each:
        `500`, `cut`, `timeout`; with `-after` the bank has done what was asked, only its answer is lost."""
        self.broken[call] += kinds

    def find(self, payment: str) -> Row:
        """By the bank's id or by the shop's key."""
        rows = self.bank.books.all("SELECT * FROM payment WHERE id = ?1 OR key = ?1", payment)
        assert len(rows) == 1, f"the bank knows {len(rows)} payments {payment!r}"
        return rows[0]

    def payments(self) -> list[Row]:
        return self.bank.books.all("SELECT * FROM payment ORDER BY created_at, rowid")

    def refunds(self) -> list[Row]:
        return self.bank.books.all("SELECT * FROM refund ORDER BY created_at, rowid")

    def notices(self, payment: str) -> list[Row]:
        return self.bank.books.all(
            "SELECT * FROM notice WHERE payment = ? ORDER BY created_at, rowid", self.find(payment)["id"]
        )

    def tries(self, notice: str) -> list[str]:
        rows = self.bank.books.all("SELECT answer FROM try WHERE notice = ? ORDER BY rowid", notice)
        return [row["answer"] for row in rows]

    def choose(self, payment: str, choice: str) -> Row:
        """A button of the customer's page."""
        return self.bank.choose(self.find(payment)["id"], choice)

    def pay(self, payment: str) -> Row:
        return self.choose(payment, "pay")

    def decline(self, payment: str) -> Row:
        return self.choose(payment, "decline")

    def pay_late(self, payment: str) -> Row:
        """The money comes when the clock is pushed by 30 seconds."""
        return self.choose(payment, "pay_late")

    def pay_twice_told(self, payment: str) -> Row:
        return self.choose(payment, "pay_told_twice")

    def pay_untold(self, payment: str) -> Row:
        return self.choose(payment, "pay_untold")

    def pay_other(self, payment: str, amount: Decimal) -> Row:
        return self.bank.pay_other(self.find(payment)["id"], hundredths(f"{amount:.2f}"))

    def pay_after_all(self, payment: str) -> Row:
        return self.bank.pay_after_all(self.find(payment)["id"])

    def refund_here(self, payment: str, amount: Decimal) -> Row:
        """Given back by the bank itself: the shop has not asked."""
        return self.bank.refund(self.find(payment)["id"], hundredths(f"{amount:.2f}"))


@contextmanager
def running_bank(
    *, books: Path | None = None, send: Send = post, port: int = 0, diligent: bool = False
) -> Iterator[SandboxBank]:
    """A bank of its own on a free port. `send`: how notices leave, where the portal is no server. `diligent`:
    what is due happens by itself, as in the demo, for a browser that waits for it."""
    made: SandboxBank
    bank = Bank(Books(books), clock=lambda: datetime.now(UTC) + made.pushed)
    made = SandboxBank(bank, send=send)
    worker = Diligence(bank, MASTER, send)
    web = Web(bank, address="", secret_of=made.secret_of, woken=worker.wake)
    with open_web(_Breakable(made, web), port) as server:
        made.address = web.address = f"http://{HOST}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        if diligent:
            worker.start()
        try:
            yield made
        finally:
            made.asleep.set()
            server.shutdown()
            worker.stop()
            thread.join()
            bank.books.close()


_CALLS = {
    ("POST", "/api/payments"): "create",
    ("GET", "/api/payments"): "ask",
    ("POST", "/api/refunds"): "refund",
    ("GET", "/api/refunds"): "ask_refund",
    ("GET", "/api/statement"): "statement",
}


class _Breakable:
    """The bank's door, with faults."""

    def __init__(self, bank: SandboxBank, inner: Web) -> None:
        self.bank, self.inner = bank, inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = _CALLS.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]), "")
        waiting = self.bank.broken.get(call)
        if not waiting:
            return self.inner(environ, start_response)
        kind, _, after = waiting.pop(0).partition("-")
        if after:
            body = b"".join(self.inner(environ, lambda *_: None))
        else:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            body = b'{"id": "'
        return self._fail(kind, body, start_response)

    def _fail(self, kind: str, body: bytes, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if kind == "timeout":
            self.bank.asleep.wait(SLEEPS)
        status = "200 OK" if kind == "cut" else "500 Internal Server Error"
        start_response(status, [("Content-Type", "application/json")])
        return [body[: len(body) // 2]] if kind == "cut" else [b"oops"]


def environment_of(bank: SandboxBank, shops: Mapping[str, str]) -> dict[str, str]:
    """What a portal is started with to use this bank; `shops` by method of payment."""
    secrets = {f"ABONENT_GATEWAY_{code.upper()}_SECRET": bank.secret_of(shop) for code, shop in shops.items()}
    return {"ABONENT_SANDBOX_BANK": bank.address, **secrets}

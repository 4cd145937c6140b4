"""Banks that call and gateways that tell, as many as the portal takes, against plain INSERTs of their rows.

    python -m benchmarks.callbacks [--calls 4000] [--clients 8] [--rounds 3] [--workers 2]

The portal is served as `abonent serve` does it (the practice bank's way of paying needs ABONENT_TESTING). Of
the calls every tenth is told twice at the same moment, as banks and gateways do. The rival writes the rows of
such a call over psycopg, one transaction each, through as many connections as there are clients, on the same
PostgreSQL with its safety on (fsync). All take turns; what is printed is the median of the rounds. The
clients run on the same machine.

Then the web processes are killed by SIGKILL in the middle of one more round, started anew, and whoever got no
answer calls again. At the end the tables are counted: all that was ever answered as done is there, once.
"""

import argparse
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import psycopg

from abonent.base.postgres import running
from benchmarks.served import environment, machine, make_town

SECRET = "a secret of the benchmark's own"
TWICE = 10
"""Every tenth call is told twice."""
PATIENCE = 60  # seconds for an answer, the portal's start included
_PAYMENTS = """
INSERT INTO payments_payment (public_id, form_key, method, amount, commission, currency, state, gateway_id,
                              confirmation_url, language, email, created_at, expires_at, next_question_at,
                              questions, reason, refunded)
SELECT 'p' || n, 'f' || n, 'card', 100, 0, 'KZT', 'sent', 'g' || n, '', 'ru', '', now(), now() + '1 hour',
       now() + '1 day', 0, '', 0
  FROM generate_series(1, %s::int) AS n
"""
_PLAIN_PAY = (
    "UPDATE accounts_account SET money_version = money_version + 1 WHERE id = %(account)s",
    "INSERT INTO payments_bankpayment (bank, txn_id, account_id, account_text, amount, paid_at, result,"
    " answer, received_at) VALUES ('plain', %(id)s, %(account)s, %(number)s, 100, now(), 0,"
    " jsonb_build_object('body', repeat('x', 90)), now())",
    "INSERT INTO ledger_payment (account_id, paid_on, amount, bank, source, external_id, by_portal,"
    " booked_at) VALUES (%(account)s, now(), 100, 'Kaspi.kz', 'bank:plain', %(id)s, true, now())",
)
_PLAIN_NOTICE = (
    "INSERT INTO payments_gatewaynotice (method, event_id, payment_id, gateway_id, body, received_at)"
    " VALUES ('plain', %(id)s, %(payment)s, 'g', convert_to(repeat('x', 90), 'UTF8'), now())",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args) VALUES ('default',"
    " 'plain', 0, %(id)s, jsonb_build_object('payment_id', %(payment)s::bigint))",
)
_LOST_CALLS = """
SELECT count(*) FROM unnest(%s::text[]) AS told(id)
 WHERE (SELECT count(*) FROM ledger_payment WHERE source = 'bank:kaspi' AND external_id = told.id) <> 1
    OR (SELECT count(*) FROM payments_bankpayment
         WHERE bank = 'kaspi' AND txn_id = told.id AND result = 0) <> 1
"""
_LOST_NOTICES = """
SELECT count(*) FROM unnest(%s::text[]) AS told(id)
 WHERE NOT EXISTS (SELECT FROM payments_gatewaynotice AS notice
                     JOIN procrastinate_jobs AS job ON job.queueing_lock = 'payment:' || notice.payment_id
                    WHERE notice.method = 'card' AND notice.event_id = told.id)
"""


@dataclass(frozen=True)
class Call:
    """A payment that a bank tells of, or a notice about a payment."""

    kind: str
    id: str
    account: int
    number: str
    payment: int


@dataclass
class Answered:
    """What was said to be done, by id: every answer it got."""

    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: Call, body: bytes) -> None:
        with self.lock:
            self.bodies.setdefault(call.id, set()).add(body)


class Portal:
    """One connection to the portal. While nobody answers it calls again, as a bank does."""

    def __init__(self, port: int, answered: dict[str, Answered]) -> None:
        self.port, self.answered = port, answered
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def tell(self, call: Call) -> None:
        ask = {"pay": self._pay, "check": self._check, "notice": self._notice}[call.kind]
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                ask(call)
                return
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                self.connection.close()
                time.sleep(0.05)

    def _pay(self, call: Call) -> None:
        moment = datetime.now(ZoneInfo("Asia/Almaty")).strftime("%Y%m%d%H%M%S")
        query = {
            "command": "pay",
            "txn_id": call.id,
            "txn_date": moment,
            "account": call.number,
            "sum": "100",
        }
        body = self._asked("GET", f"/api/banks/kaspi/?{urlencode(query)}")
        if json.loads(body)["result"] == 4:
            raise ConnectionError("in progress")
        self._expect(json.loads(body)["result"] == 0, body)
        self.answered["pay"].note(call, body)

    def _check(self, call: Call) -> None:
        query = {"command": "check", "txn_id": call.id, "account": call.number, "sum": "100"}
        body = self._asked("GET", f"/api/banks/kaspi/?{urlencode(query)}")
        self._expect(json.loads(body)["result"] == 0, body)

    def _notice(self, call: Call) -> None:
        about = {"payment": f"g{call.payment}", "key": f"p{call.payment}"}
        raw = json.dumps({"event_id": call.id, "event": "payment.succeeded", **about}).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        signed = {"Sandbox-Timestamp": stamp, "Sandbox-Signature": signature}
        self.answered["notice"].note(call, self._asked("POST", "/api/gateways/card/notice/", raw, signed))

    def _asked(self, verb: str, path: str, raw: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        known = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
        self.connection.request(verb, path, raw or None, known | (headers or {}))
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status >= 500:
            raise ConnectionError(str(answer.status))
        self._expect(answer.status == 200, f"{answer.status}: ".encode() + body)
        return body

    @staticmethod
    def _expect(right: bool, body: bytes) -> None:
        if not right:
            raise SystemExit(body[:2000].decode(errors="replace"))


class Plain:
    """One connection to the database: the same rows, and nothing else."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url)

    def tell(self, call: Call) -> None:
        statements = {"pay": _PLAIN_PAY, "notice": _PLAIN_NOTICE}[call.kind]
        values = {"id": call.id, "account": call.account, "number": call.number, "payment": call.payment}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)


def drive(
    make: Callable[[], Portal | Plain], calls: Sequence[Call], clients: int
) -> tuple[float, list[float]]:
    """All of `calls` through `clients` connections at once: calls a second, their times in ms."""

    def work(share: Sequence[Call]) -> list[float]:
        one, times = make(), []
        for call in share:
            started = time.perf_counter()
            one.tell(call)
            times.append((time.perf_counter() - started) * 1000)
        return times

    shares = [calls[start::clients] for start in range(clients)]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [one for found in pool.map(work, shares) for one in found]
    return len(calls) / (time.perf_counter() - started), times


@dataclass
class Serving:
    """The portal's processes: they can be killed, and started again on the same port."""

    url: str
    home: Path
    port: int
    workers: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        variables = environment(self.url, self.home) | {
            "ABONENT_TESTING": "1",
            "ABONENT_SANDBOX_BANK": "http://127.0.0.1:9",  # nobody: no worker asks it here
            "ABONENT_GATEWAY_CARD_SECRET": SECRET,
            "ABONENT_BANK_KASPI_SECRET": SECRET,
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "abonent",
                "serve",
                "--port",
                str(self.port),
                "--workers",
                str(self.workers),
            ],
            env=variables,
            start_new_session=True,
        )
        for _ in range(600):
            try:
                http.client.HTTPConnection("127.0.0.1", self.port).request("GET", "/login/")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the portal was not served")

    def stop(self, number: int = signal.SIGTERM) -> None:
        assert self.process
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=PATIENCE)

    def kill_and_start(self, after: float) -> None:
        time.sleep(after)
        self.stop(signal.SIGKILL)
        self.start()


@contextmanager
def served(url: str, home: Path, workers: int) -> Iterator[Serving]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    one = Serving(url, home, port, workers)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def calls_of(kind: str, name: str, accounts: Sequence[tuple[int, str]], many: int) -> list[Call]:
    """`many` calls; of every tenth a second one stands beside it, so that another client has it at once."""
    found = []
    for n in range(many):
        account, number = accounts[n % len(accounts)]
        one = Call(kind, f"{name}{n}", account, number, 1 + n % len(accounts))
        found += [one] * (2 if kind != "check" and n % TWICE == 0 else 1)
    return found


def count(url: str, answered: dict[str, Answered]) -> str:
    """What the tables say of all that was answered as done; an exit with the figures if they differ."""
    pays, notices = answered["pay"].bodies, answered["notice"].bodies
    with psycopg.connect(url) as connection:
        lost_calls = _one(connection, _LOST_CALLS, [list(pays)])
        lost_notices = _one(connection, _LOST_NOTICES, [list(notices)])
        booked = "SELECT count(*) FROM ledger_payment WHERE source = 'bank:kaspi'"
        more = _one(connection, booked) - len(pays)
        grown = "SELECT coalesce(sum(money_version), 0) FROM accounts_account"
        others = "SELECT count(*) FROM ledger_payment WHERE source = 'bank:plain'"
        unseen = _one(connection, grown) - len(pays) - _one(connection, others)
        kept = _one(connection, "SELECT count(*) FROM payments_gatewaynotice WHERE method = 'card'") - len(
            notices
        )
    unlike = sum(len(bodies) > 1 for bodies in pays.values())
    figures = {
        "lost calls": lost_calls,
        "lost notices": lost_notices,
        "booked and never answered": more,
        "notices kept and never answered": kept,
        "accounts' versions": unseen,
        "unlike answers": unlike,
    }
    if any(figures.values()):
        raise SystemExit(f"the tables differ from what was answered: {figures}")
    told = f"{len(pays):,} payments and {len(notices):,} notices were answered as done"
    return f"{told}: each is in the tables once."


def _one(connection: psycopg.Connection, query: str, values: Sequence[object] = ()) -> int:
    return int((connection.execute(query, values).fetchone() or [0])[0])  # type: ignore[arg-type]


def _row(name: str, rates: Sequence[float], times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"| {name} | {statistics.median(rates):,.0f} | {cuts[49]:.1f} | {cuts[98]:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.callbacks", description=__doc__)
    parser.add_argument("--calls", type=int, default=4000, help="of a kind in a round")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    answered = {"pay": Answered(), "notice": Answered()}
    with (
        tempfile.TemporaryDirectory(prefix="abonent-callbacks-") as place,
        running(Path(place) / "postgres", durable=True) as server,
    ):
        home = Path(place)
        url = make_town(server, "town", home, people=1, accounts=given.calls, months=1, services=1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_PAYMENTS, [given.calls])
            connection.execute("VACUUM ANALYZE")
            accounts = connection.execute("SELECT id, number FROM accounts_account ORDER BY id").fetchall()
        with served(url, home, given.workers) as portal:
            measured = _rounds(url, portal, accounts, answered, given)
            killed = _killed(portal, accounts, answered, given)
        said = count(url, answered)
    print("| | a second | p50 ms | p99 ms |\n|---|--:|--:|--:|")
    for kind, name in (("pay", "a bank tells of a payment"), ("notice", "a gateway's notice")):
        ours, plain = measured[kind, "portal"], measured[kind, "plain"]
        print(_row(f"{name}: the portal, {given.workers} workers", *ours))
        print(_row(f"{name}: plain INSERTs of the same rows", *plain))
        print(f"| **ratio** | **{statistics.median(ours[0]) / statistics.median(plain[0]):.2f}** | | |")
    print(_row("a bank asks what is owed", *measured["check", "portal"]))
    print(f"\n{said} The web processes were killed {killed} times among {given.calls} calls of each kind.")
    print(f"{machine()}; {given.clients} clients, {given.calls} calls, {given.rounds} rounds.")


Measured = dict[tuple[str, str], tuple[list[float], list[float]]]


def _rounds(
    url: str,
    portal: Serving,
    accounts: Sequence[tuple[int, str]],
    answered: dict[str, Answered],
    given: argparse.Namespace,
) -> Measured:
    found: Measured = {}
    makers: dict[str, Callable[[], Portal | Plain]] = {
        "portal": lambda: Portal(portal.port, answered),
        "plain": lambda: Plain(url),
    }
    for kind in ("pay", "notice", "check"):  # templates, statements
        drive(makers["portal"], calls_of(kind, f"warm-{kind[0]}", accounts, 100), given.clients)
    for n in range(given.rounds):
        for kind, who in (
            ("pay", "portal"),
            ("pay", "plain"),
            ("notice", "portal"),
            ("notice", "plain"),
            ("check", "portal"),
        ):
            calls = calls_of(kind, f"{kind[0]}{n}-", accounts, given.calls)
            if who == "plain":
                calls = list(dict.fromkeys(calls))  # a second INSERT of the same would be refused
            rate, times = drive(makers[who], calls, given.clients)
            kept = found.setdefault((kind, who), ([], []))
            kept[0].append(rate)
            kept[1].extend(times)
    return found


def _killed(
    portal: Serving,
    accounts: Sequence[tuple[int, str]],
    answered: dict[str, Answered],
    given: argparse.Namespace,
) -> int:
    """The processes die in the middle, once for each kind."""
    for kind in ("pay", "notice"):
        calls = calls_of(kind, f"{kind[0]}k-", accounts, given.calls)
        killer = threading.Thread(target=portal.kill_and_start, args=[given.calls / 4000])
        killer.start()
        drive(lambda: Portal(portal.port, answered), calls, given.clients)
        killer.join()
    return 2


if __name__ == "__main__":
    main()

"""What is due: money that took its time, orders whose time is over, notices to shops.

Like real gateways: signed, sent until the shop answers 2xx, seconds apart at first and then longer; every try
stands in the books. Nothing is held while a shop is spoken to: it may ask the bank before it answers.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import requests

from abonent.demo.bank.bank import Bank
from abonent.demo.bank.books import Row, moment_of, text_of
from abonent.payments.providers.sandbox.signature import SIGNATURE, TIMESTAMP, sign

TRIES = 8
FIRST_PAUSE = timedelta(seconds=1)
TIMEOUT_SECONDS = 10
NOTHING_DUE = 3600.0

Send = Callable[[str, bytes, Mapping[str, str]], int]
"""Post these bytes with these headers there; the status that came back. An OSError: no answer."""
SecretOf = Callable[[str], str]
"""A shop's."""


def post(address: str, raw: bytes, headers: Mapping[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            address, data=raw, headers=dict(headers), timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    return answer.status_code


def catch_up(bank: Bank, *, secret_of: SecretOf, send: Send = post) -> float:
    """Do what is due; seconds until the next thing will be. Safe to kill: a notice may then come twice."""
    _settle(bank)
    while notice := _next_notice(bank):
        _deliver(bank, notice, secret_of=secret_of, send=send)
    return _pause(bank)


def _settle(bank: Bank) -> None:
    now = text_of(bank.clock())
    with bank.books.writing():
        for row in bank.books.all("SELECT * FROM payment WHERE state = 'pending' AND due_at <= ?", now):
            bank.take(row, row["amount"])
        over = "SELECT * FROM payment WHERE state = 'pending' AND due_at IS NULL AND expires_at <= ?"
        for row in bank.books.all(over, now):
            bank.cancel(row, "expired")
        for row in bank.books.all("SELECT * FROM refund WHERE state = 'pending' AND due_at <= ?", now):
            bank.books.update("refund", row["id"], state="succeeded", done_at=now, due_at=None)
            bank.tell(row["payment"], "refund.succeeded")


def _next_notice(bank: Bank) -> Row | None:
    return bank.books.one(
        "SELECT * FROM notice WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, rowid LIMIT 1",
        text_of(bank.clock()),
    )


def _deliver(bank: Bank, notice: Row, *, secret_of: SecretOf, send: Send) -> None:
    payment = bank.payment(notice["payment"])
    assert payment  # noqa: S101 - a foreign key
    raw = body_of(notice, payment)
    try:
        status = send(payment["notice_url"], raw, signed(secret_of(payment["shop"]), raw))
    except OSError as error:  # those of requests are
        _note(bank, notice, type(error).__name__, taken=False)
    else:
        _note(bank, notice, str(status), taken=200 <= status < 300)


def body_of(notice: Row, payment: Row) -> bytes:
    told = {
        "event_id": notice["id"],
        "event": notice["event"],
        "payment": payment["id"],
        "key": payment["key"],
        "created_at": notice["created_at"],
    }
    return json.dumps(told).encode()


def signed(secret: str, raw: bytes) -> dict[str, str]:
    """The headers, by the clock on the wall: the bank's own may have been pushed."""
    timestamp = int(time.time())
    return {
        "Content-Type": "application/json",
        TIMESTAMP: str(timestamp),
        SIGNATURE: sign(secret, timestamp, raw),
    }


def _note(bank: Bank, notice: Row, answer: str, *, taken: bool) -> None:
    """A try is over: what comes next?"""
    now, wanted, failures = bank.clock(), notice["wanted"] - taken, notice["failures"] + (not taken)
    state, due = "waiting", now
    if not wanted:
        state = "taken"
    elif failures >= TRIES:
        state = "given_up"
    elif not taken:
        due = now + FIRST_PAUSE * 2 ** (failures - 1)
    with bank.books.writing():
        bank.books.insert("try", notice=notice["id"], at=text_of(now), answer=answer)
        bank.books.update(
            "notice",
            notice["id"],
            state=state,
            wanted=wanted,
            failures=failures,
            due_at=text_of(due) if state == "waiting" else None,
        )


def send_again(bank: Bank, notice: str) -> None:
    """Whatever became of it, once more: also one that was lost."""
    with bank.books.writing():
        bank.books.update(
            "notice", notice, state="waiting", wanted=1, failures=0, due_at=text_of(bank.clock())
        )


def _pause(bank: Bank) -> float:
    found = bank.books.one(
        "SELECT min(at) AS at FROM (SELECT due_at AS at FROM notice WHERE state = 'waiting'"
        " UNION ALL SELECT coalesce(due_at, expires_at) FROM payment WHERE state = 'pending'"
        " UNION ALL SELECT due_at FROM refund WHERE state = 'pending')"
    )
    if not found or not found["at"]:
        return NOTHING_DUE
    return min(NOTHING_DUE, max(0.0, (moment_of(found["at"]) - bank.clock()).total_seconds()))

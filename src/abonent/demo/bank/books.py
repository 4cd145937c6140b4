"""The books: a SQLite file. Money in whole kopecks (or tiyn), moments in UTC, notices with every try."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = sqlite3.Row

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    payee TEXT NOT NULL,
    return_url TEXT NOT NULL,
    notice_url TEXT NOT NULL,
    language TEXT NOT NULL,
    email TEXT NOT NULL,
    fiscal TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'canceled')),
    charged INTEGER CHECK (charged > 0),
    reason TEXT NOT NULL DEFAULT '',
    telling TEXT NOT NULL DEFAULT 'once' CHECK (telling IN ('once', 'twice', 'never')),
    due_at TEXT,
    paid_at TEXT,
    UNIQUE (shop, key),
    CHECK ((state = 'succeeded') = (paid_at IS NOT NULL AND charged IS NOT NULL))
) STRICT;
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY,
    payment TEXT NOT NULL REFERENCES payment,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'succeeded')),
    created_at TEXT NOT NULL,
    due_at TEXT,
    done_at TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS refund_key ON refund (payment, key) WHERE key <> '';
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY,
    payment TEXT NOT NULL REFERENCES payment,
    event TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'lost', 'given_up')),
    wanted INTEGER NOT NULL DEFAULT 1,
    failures INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    due_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS try (
    notice TEXT NOT NULL REFERENCES notice,
    at TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS notice_of_payment ON notice (payment);
CREATE INDEX IF NOT EXISTS try_of_notice ON try (notice);
"""


class Books:
    """One file, one connection, one caller at a time; what is written is on the disk when a block ends."""

    def __init__(self, path: Path | None = None) -> None:
        """Open or make the file; None: in memory, for tests."""
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, whole or not at all."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def all(self, statement: str, *values: Any) -> list[Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: Any) -> Row | None:
        return next(iter(self.all(statement, *values)), None)

    def insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.all(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())  # noqa: S608 - our names

    def update(self, table: str, row: str, **values: Any) -> None:
        """Of one row, by its id."""
        changes = ", ".join(f"{name} = ?" for name in values)
        self.all(f"UPDATE {table} SET {changes} WHERE id = ?", *values.values(), row)  # noqa: S608 - our names


def text_of(moment: datetime) -> str:
    """Sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)

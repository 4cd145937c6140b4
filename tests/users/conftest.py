"""The cast of tests/users/cast.py."""

from tests.users.cast import (
    _quick_hashes,
    alice,
    bob,
    charlie,
    clock,
    letters,
    now,
    portal_named,
    session_of,
)

__all__ = [
    "_quick_hashes",
    "alice",
    "bob",
    "charlie",
    "clock",
    "letters",
    "now",
    "portal_named",
    "session_of",
]

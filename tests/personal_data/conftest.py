"""The cast of tests/users/cast.py, and dina, of whom every table knows something."""

import pytest

from abonent.users.models import User
from tests.personal_data.dina import live
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


@pytest.fixture
def dina(db: None) -> User:
    """Linked to 000700, and of whom every room holds something."""
    return live()

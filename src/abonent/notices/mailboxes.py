"""A mailbox that is refused for good: what was to be sent there ends, in the rooms that send it.

They stand above and are not known here: each registers one function when the program starts.
"""

from datetime import datetime
from typing import Protocol

from abonent.notices.models import Letter


class Refused(Protocol):
    """Runs in the transaction that writes the refusal down; must be safe to repeat."""

    def __call__(self, *, to: str, reason: str, now: datetime) -> None: ...


_told: list[Refused] = []


def tell_of_refusal(function: Refused) -> None:
    """Called once, at start."""
    if function not in _told:
        _told.append(function)


def refuse(letter: Letter, *, reason: str, mailbox: bool, now: datetime) -> None:
    """Write on the locked row that its letter was refused for good; with `mailbox`, tell the rooms that
    nobody reads there. In the caller's transaction."""
    if letter.refused_at is None:
        letter.refused_at, letter.refusal = now, reason
        letter.save(update_fields=["refused_at", "refusal"])
    if mailbox:
        for function in _told:
            function(to=letter.to, reason=reason, now=now)

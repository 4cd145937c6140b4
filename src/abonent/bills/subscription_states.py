"""How a subscription to the electronic receipt stands: pure (docs/domain/receipts.md, "By mail")."""

from datetime import timedelta
from enum import StrEnum

GOOD_FOR = timedelta(days=7)
"""So long the letter that asks can be answered."""
ASK_AGAIN_AFTER = timedelta(minutes=3)
"""Sooner than that no other letter is written."""


class State(StrEnum):
    NONE = "none"
    """Never wanted, or wanted no more."""
    WAITING = "waiting"
    """For the person's yes by letter."""
    ACTIVE = "active"
    PAUSED = "paused"
    """The link to the account is limited: nothing is printed, so nothing is sent."""
    EXPIRED = "expired"
    """Nobody answered the letter."""
    REFUSED = "refused"
    """Letters come back from that mailbox."""


def state_of(
    *,
    asked_ago: timedelta | None,
    confirmed: bool,
    ended_why: str,
    linked: bool = True,
    limited: bool = False,
    same_mailbox: bool = True,
) -> State:
    """The state of a person's latest subscription to an account; only `ACTIVE` gets receipts.

    `asked_ago`: since the letter that asks; None where it is still to be written. `linked`: the person has
    seen the account ever since; `same_mailbox`: it is still the person's confirmed address.
    """
    if ended_why:
        known = {"refused": State.REFUSED, "expired": State.EXPIRED}.get(ended_why, State.NONE)
        return known if linked and same_mailbox else State.NONE
    if not linked or not same_mailbox:
        return State.NONE
    if not confirmed:
        return State.WAITING if asked_ago is None or asked_ago < GOOD_FOR else State.EXPIRED
    return State.PAUSED if limited else State.ACTIVE

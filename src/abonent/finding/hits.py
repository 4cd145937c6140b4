"""What was found: accounts with why, best first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple

MOST = 20
"""So many are shown: whoever sees more does not read them, but types another word."""


class Card(NamedTuple):
    """An account as it stands in a list of found ones."""

    id: int
    public_id: str
    number: str
    payer: str
    address: str
    flat: str
    organisation_id: int
    closed_on: date | None

    @property
    def full_address(self) -> str:
        return f"{self.address}, {self.flat}" if self.flat else self.address


class Kind(StrEnum):
    """What of the account it was that matched."""

    NUMBER = "number"
    SERIAL = "serial"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    ADDRESS = "address"
    PERSON = "person"
    """The phone or e-mail of somebody linked to it, not of billing's papers."""
    PERSON_NAME = "person_name"
    """The name by which somebody linked to it signed up."""


class Distance(IntEnum):
    """How far the account's is from what was typed."""

    SAME = 0
    PART = 1
    """It begins or ends so."""
    NEAR = 2
    """One mistake: a sign wrong, missing, too many, or two swapped."""
    FAR = 3


class Reason(NamedTuple):
    kind: Kind
    distance: Distance


class Hit(NamedTuple):
    """One way to an account; `weight` is smaller for the better."""

    card: Card
    reasons: tuple[Reason, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """At most `MOST` accounts, best first, each once with all its reasons."""

    hits: tuple[Hit, ...]
    more: bool
    """There are more: another word would help."""
    kinds: tuple[str, ...]
    """What was tried (`Typed.kinds`)."""

    @property
    def only(self) -> Card | None:
        """The account, where its number was typed as it is."""
        exact = Reason(Kind.NUMBER, Distance.SAME)
        return self.hits[0].card if self.hits and exact in self.hits[0].reasons else None


def nearest(hits: Iterable[Hit]) -> list[Hit]:
    """The same ones if any is exact, else all: who types a number rightly is not shown its neighbours."""
    found = list(hits)
    same = [hit for hit in found if hit.reasons[0].distance is Distance.SAME]
    return same or found


def ranked(hits: Iterable[Hit], kinds: tuple[str, ...]) -> Found:
    """Each account once, by its best way; open accounts before closed ones."""
    best: dict[int, Hit] = {}
    for hit in hits:
        known = best.get(hit.card.id)
        if known is None:
            best[hit.card.id] = hit
            continue
        reasons = tuple(dict.fromkeys(known.reasons + hit.reasons))
        best[hit.card.id] = Hit(hit.card, reasons, min(known.weight, hit.weight))
    order = sorted(best.values(), key=lambda one: (one.weight, one.card.closed_on is not None, one.card.id))
    return Found(tuple(order[:MOST]), len(order) > MOST, kinds)

"""What a letter carries besides its text: named in the outbox, drawn when the letter is delivered.

A hundred thousand PDFs do not lie in the database. A row names who makes the file and from what (ids, as
JSON); rooms above register their makers when the program starts (`AppConfig.ready`), as `users.post` is
emptied by this room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from abonent.base.errors import DomainError


@dataclass(frozen=True, slots=True)
class Attachment:
    """Who makes it, and from what. Arguments are JSON: ids and codes, no name and no amount."""

    maker: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"maker": self.maker, "arguments": dict(self.arguments)}


@dataclass(frozen=True, slots=True)
class Made:
    """The file itself."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


class NothingToSend(DomainError):  # noqa: N818 - named after what is the matter
    """A maker's word that the letter has no reason any more: it is given up, and not tried again."""


Maker = Callable[..., Made]
"""Called with the attachment's arguments and with `now`, the attempt's time. Whatever else it raises is a
failed attempt, tried again."""

_makers: dict[str, Maker] = {}


def make_with(name: str, maker: Maker) -> None:
    """Who makes the attachments called `name` (`payments.receipt`). Called once, at start."""
    _makers[name] = maker


def make(stored: Mapping[str, Any], *, now: datetime) -> Made:
    """The file of an attachment as its row keeps it. Raises whatever its maker raises."""
    return _makers[stored["maker"]](now=now, **stored["arguments"])

"""How far an import has come."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`share` is of the bytes read, 0 to 1; `doing` says what goes on, in English, for people."""

    doing: str
    rows: int
    share: float


Listener = Callable[[Progress], None]


class Meter:
    """Counts rows and bytes and tells the listener, if there is one."""

    def __init__(self, size: int, listener: Listener | None) -> None:
        self._size, self._listener = size, listener
        self.rows = self._bytes = 0
        self.doing = ""

    def say(self, doing: str) -> None:
        self.doing = doing
        self.add(0, 0)

    def add(self, rows: int, size: int) -> None:
        self.rows += rows
        self._bytes += size
        if self._listener:
            self._listener(Progress(self.doing, self.rows, min(1.0, self._bytes / max(1, self._size))))

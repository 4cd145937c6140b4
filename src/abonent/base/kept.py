"""What a process keeps of what it has made: the least used goes first when the room is full.

For values that a key describes completely (a data version is part of it), so that nothing is ever stale
and nobody sees what another's key holds. Every process keeps its own; losing it costs time only.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value", bound=Sized)

_everything: "WeakSet[Kept]" = WeakSet()  # type: ignore[type-arg]


class Kept(Generic[Value]):
    """At most `room` units of `len(value)` in all; a value larger than a tenth of it is not kept."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._taken = 0
        self._lock = Lock()
        _everything.add(self)

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value kept under `key`, else the one that `make` gives, kept from now on."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        self._keep(key, made)
        return made

    def _keep(self, key: Hashable, value: Value) -> None:
        size = len(value)
        if size * 10 > self.room:
            return
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._taken += size
            while self._taken > self.room:
                _, gone = self._values.popitem(last=False)
                self._taken -= len(gone)

    def __len__(self) -> int:
        return len(self._values)

    def forget(self) -> None:
        with self._lock:
            self._values.clear()
            self._taken = 0


def forget_everything() -> None:
    """Empty all that this process keeps: for tests, whose databases begin anew with the same version."""
    for one in list(_everything):
        one.forget()

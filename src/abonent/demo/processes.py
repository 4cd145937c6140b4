"""The portals as processes: started together, listened to, and ended together."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from abonent.base.database_url import with_database
from abonent.base.errors import DomainError
from abonent.demo.portals import Place, environment

STOP_SECONDS = 15
ANSWER_SECONDS = 60


class PortalDied(DomainError):  # noqa: N818 - named after what happened
    """A portal's process ended by itself; the message holds the end of its log."""


class Served(Protocol):
    """A process that answers at an address and is watched: a portal, the practice bank."""

    @property
    def url(self) -> str: ...

    @property
    def log(self) -> Path: ...

    def check(self) -> None:
        """Raises PortalDied when it has ended."""


PayingOf = Callable[[Place], Mapping[str, str]]
"""What a portal's process must know to be paid (demo/banking.py), as environment."""


@dataclass(slots=True)
class House:
    """A portal's process (demo/house.py), the leader of a group of its own."""

    place: Place
    process: subprocess.Popen[bytes]
    log: Path
    stage: str = "starting"
    facts: dict[str, Any] = field(default_factory=dict)
    heard: bytes = b""
    """The beginning of a line whose end is not there yet."""

    @property
    def url(self) -> str:
        return self.place.url

    def hear(self) -> Iterator[str]:
        """Take what the process has told since: its stages, one after another.

        Read past any buffer of ours: two lines that come at once would leave the second one where no selector
        sees it.
        """
        told = os.read(_output(self).fileno(), 65536)
        if not told:
            self._die()
            yield self.stage
            return
        *lines, self.heard = (self.heard + told).split(b"\n")
        for line in lines:
            facts = json.loads(line)
            self.stage = facts.pop("stage")
            self.facts |= facts
            yield self.stage

    def check(self) -> None:
        if self.process.poll() is not None:
            self._die()

    def _die(self) -> None:
        code = self.process.wait()
        if self.stage == "ready" and code == 0:
            self.stage = "done"
            return
        what = f"{self.place.profile.code} ended while {self.stage} (exit code {code})"
        raise PortalDied(what + end_of(self.log))


def end_of(log: Path) -> str:
    """The last lines that a process has written, with its file's name; nothing when it wrote nothing."""
    lines = log.read_text("utf-8", "replace").splitlines()[-12:]
    return "\n".join(["", f"The end of {log}:", *lines]) if lines else ""


@contextmanager
def open_houses(
    server: str, places: Sequence[Place], *, serve: bool, logs: Path, paying: PayingOf
) -> Iterator[list[House]]:
    """Start a process for each portal; however the block is left, all of them and theirs are ended."""
    logs.mkdir(parents=True, exist_ok=True)
    houses: list[House] = []
    try:
        for place in places:
            port = place.port if serve else 0
            houses.append(_start(server, place, port=port, logs=logs, paying=paying(place)))
        yield houses
    finally:
        _end(houses)


def wait_until(houses: Sequence[House], stage: str, *, changed: Callable[[House], None]) -> None:
    """Listen until every process has come to `stage`; `changed` hears each step. Raises PortalDied."""
    with selectors.DefaultSelector() as selector:
        for house in houses:
            selector.register(_output(house), selectors.EVENT_READ, house)
        while any(house.stage != stage for house in houses):
            for key, _ in selector.select():
                for _stage in key.data.hear():
                    changed(key.data)
                if key.data.stage == stage:
                    selector.unregister(key.fileobj)


def wait_for_answers(served: Sequence[Served]) -> None:
    """Ask each for a page until it answers. Raises PortalDied."""
    for one in served:
        deadline = time.monotonic() + ANSWER_SECONDS
        while not _answers(one.url):
            one.check()
            if time.monotonic() > deadline:
                raise PortalDied(f"{one.url} does not answer; see {one.log}")
            time.sleep(0.05)


def watch(served: Sequence[Served]) -> None:
    """Return never; raises PortalDied when one ends."""
    while True:
        for one in served:
            one.check()
        time.sleep(0.5)


def _start(server: str, place: Place, *, port: int, logs: Path, paying: Mapping[str, str]) -> House:
    log = logs / f"{place.profile.code}.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "abonent.demo.house", str(port)],
            env=environment(place, with_database(server, place.database), paying),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C at the terminal is for us; we decide what they are told
        )
    return House(place, process, log)


def _output(house: House) -> IO[bytes]:
    assert house.process.stdout  # noqa: S101 - it was started with a pipe
    return house.process.stdout


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - http, our own
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _end(houses: Sequence[House]) -> None:
    """Politely, all at once; after a while, and for whatever a dead one left behind, by force."""
    for house in houses:
        house.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for house in houses:
        with suppress(subprocess.TimeoutExpired):
            house.process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(house.process.pid, signal.SIGKILL)
        house.process.wait()
        _output(house).close()

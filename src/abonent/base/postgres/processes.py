"""Server processes that outlived their keeper: found by the data folder they work in, ended without loss."""

import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")
DELETED = " (deleted)"  # what Linux adds to the name of a folder that was removed under a process


def of(data: Path) -> list[int]:
    """Living PostgreSQL processes whose working folder is, or was, `data`. Zombies do not count: they hold
    nothing. Empty where there is no /proc."""
    wanted = {str(data), str(data) + DELETED}
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _works_in(entry, wanted)]


def end(data: Path, *, patience: float = 5) -> None:
    """End every process of `data`: first as PostgreSQL's immediate shutdown, then by force. The next start
    recovers from WAL. Returns when none is left."""
    deadline = time.monotonic() + patience
    while pids := of(data):
        forced = time.monotonic() > deadline
        for pid in pids:
            _send(pid, signal.SIGKILL if forced else signal.SIGQUIT)
            _send(pid, signal.SIGCONT)  # a stopped process would never read the first one
        time.sleep(0.05)


def _works_in(entry: Path, wanted: set[str]) -> bool:
    try:
        return (
            str((entry / "cwd").readlink()) in wanted and (entry / "comm").read_text().strip() == "postgres"
        )
    except OSError:
        return False


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return

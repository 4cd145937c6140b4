"""A portal served by processes of its own, on a database of its own: any of the four, side by side."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from tests.plugins import databases
from tests.plugins.browser import environment
from tests.plugins.towns import copy_town

PATIENCE = 60  # seconds


@dataclass(frozen=True)
class LivePortal:
    """`url` is where it is served; `database_url` is its own database: freshly migrated and empty, or with a
    settled town."""

    name: str
    url: str
    database_url: str
    home: Path
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Besides: where its bank is, its keys."""

    @property
    def environment(self) -> dict[str, str]:
        return environment(
            ABONENT_PORTAL=self.name,
            ABONENT_URL=self.url,
            DATABASE_URL=self.database_url,
            ABONENT_HOME=str(self.home),
            **self.extra,
        )

    def abonent(self, *arguments: str) -> str:
        """Run a command of this portal (`import`, `worker --once`) and return what it says."""
        return self._python("-m", "abonent", *arguments)

    def python(self, code: str) -> str:
        """Run code inside this portal, with Django ready, and return what it prints."""
        return self._python("-c", f"import django; django.setup()\n{code}")

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "abonent.settings"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}:\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def serve(
    server: str,
    name: str,
    home: Path,
    *,
    town: bool = False,
    extra: Mapping[str, str] = MappingProxyType({}),
    own: str = "live",
) -> Iterator[LivePortal]:
    """Serve the profile `name` until the end of the block; then stop it and drop its database.

    With `town` it is the demo's portal, with its people and 300 accounts (tests/plugins/towns.py). `own`:
    of several portals of one profile in a process, each names its own database.
    """
    database = databases.name_of_mine(f"{own}_{'town_' if town else ''}{name}")
    url = copy_town(server, name, database) if town else databases.copy_template(server, database)
    portal = LivePortal(name, f"http://127.0.0.1:{free_port()}", url, home / name, extra)
    portal.home.mkdir()
    port = urlsplit(portal.url).port
    log = portal.home / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "abonent", "serve", "--port", str(port), "--workers", "1"],
            env=portal.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_served(portal, process, log)
        yield portal
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        databases.drop(server, database)


def wait_until_served(portal: LivePortal, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(portal.url):
        assert process.poll() is None, f"{portal.name} was not served:\n{log.read_text()}"
        assert time.monotonic() < deadline, f"{portal.name} does not answer:\n{log.read_text()}"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

"""`abonent demo` as a person runs it: it opens, it stops, and it leaves nothing behind however it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from abonent.demo.portals import FIRST_PORT, bank_port, choose
from tests.plugins import databases
from tests.plugins.towns import copy_town

PATIENCE = 90
LAST_LINE = "Ctrl-C stops everything"


@dataclass
class Demo:
    process: subprocess.Popen[bytes]
    port: int
    bank_port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bank_url(self) -> str:
        return f"http://127.0.0.1:{self.bank_port}/"

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def processes(self) -> list[int]:
        """Every living process of a portal on our port: it stands on their command line."""
        return self._named("abonent.demo.house", self.port)

    def bank(self) -> list[int]:
        """The practice bank's."""
        return self._named("abonent.demo.bank", self.bank_port)

    def _named(self, module: str, port: int) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if module.encode() in words and str(port).encode() in words and state != "Z":
                found.append(int(folder.name))
        return found

    def wait_until(self, fits: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not fits():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def profile(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A portal of this test alone: its file's name names its database, settled already."""
    folder = tmp_path_factory.mktemp("portals")
    shutil.copytree("portals/logos", folder / "logos")
    path = folder / f"whole_{os.getpid()}.toml"
    shutil.copy("portals/pes.toml", path)
    database = choose([str(path)])[0].database
    copy_town(database_server, "pes", database)
    yield path
    databases.drop(database_server, database)


@pytest.fixture
def demo(profile: Path, database_server: str, tmp_path: Path) -> Iterator[Demo]:
    """The command, opened; whatever a test leaves is ended."""
    shift = choose([str(profile)])[0].port - FIRST_PORT
    first_port = _free_port(shift, bank_port(0)) - shift
    port = first_port + shift
    log = tmp_path / "said.txt"
    home = Path(os.environ["ABONENT_HOME"]) / f"whole-{os.getpid()}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "abonent", "demo", str(profile), "--first-port", str(first_port)],
            env=os.environ | {"DATABASE_URL": database_server, "ABONENT_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    made = Demo(process, port, bank_port(first_port), log)
    try:
        made.wait_until(lambda: LAST_LINE in made.said() or process.poll() is not None)
        assert process.poll() is None, made.said()
        yield made
    finally:
        process.kill()
        process.wait()
        for pid in made.processes() + made.bank():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)


def _free_port(shift: int, bank: int) -> int:
    """For the portal, when its bank's is free too."""
    while True:
        with socket.socket() as listener, socket.socket() as other:
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
            with suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port - shift + bank))
                return port


def the_portal_is_known_to_the_bank(demo: Demo) -> None:
    """By the secret and the address in its environment."""
    (given, *_) = (Path(f"/proc/{pid}/environ").read_bytes().decode() for pid in demo.processes())
    environment = dict(line.split("=", 1) for line in given.split("\0") if "=" in line)
    assert environment["ABONENT_SANDBOX_BANK"] == demo.bank_url.rstrip("/")
    pair = f"pes-card:{environment['ABONENT_GATEWAY_CARD_SECRET']}".encode()
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    address = f"{demo.bank_url}api/statement?day={today}&zone=Europe/Moscow"
    asked = urllib.request.Request(address, headers={"Authorization": f"Basic {b64encode(pair).decode()}"})
    with urllib.request.urlopen(asked) as answer:
        told = json.load(answer)
    assert told["count"] == len(told["lines"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop_and_leaves_nothing(demo: Demo, how: signal.Signals) -> None:
    assert "Petroelectrosbyt" in demo.said()
    with urllib.request.urlopen(demo.url + "/demo/mail/") as page:
        assert page.status == 200
        assert "demo@example.kz" in page.read().decode()
    assert len(demo.processes()) == 3  # the house, its web process and its worker
    assert demo.bank_url in demo.said()
    with urllib.request.urlopen(demo.bank_url) as page:
        assert "Учебный банк: деньги не настоящие" in page.read().decode()
    the_portal_is_known_to_the_bank(demo)
    demo.process.send_signal(how)
    assert demo.process.wait(PATIENCE) in {0, 128 + how}
    assert demo.processes() == demo.bank() == []
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", demo.port))


def test_a_portal_that_dies_is_told_of_and_ends_the_rest(demo: Demo) -> None:
    house = min(demo.processes())
    os.kill(house, signal.SIGKILL)
    assert demo.process.wait(PATIENCE) == 1
    assert "pes ended while serving (exit code -9)" in demo.said()
    assert demo.processes() == demo.bank() == []


def test_a_killed_command_takes_its_portals_along(demo: Demo) -> None:
    demo.process.kill()
    demo.process.wait(PATIENCE)
    demo.wait_until(lambda: demo.processes() == demo.bank() == [])

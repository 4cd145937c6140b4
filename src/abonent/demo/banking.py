"""The practice bank's process (demo/bank), and what the portals must know to use it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from abonent.demo.bank.keys import master_key, secret_of
from abonent.demo.portals import HOST, Place
from abonent.demo.processes import PortalDied, end_of

STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class PracticeBank:
    """Where it answers, and its folder: books, key, log."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def environment(self, place: Place) -> Mapping[str, str]:
        """The bank's address and the secrets of the portal's methods and of the banks that call it."""
        paying, master = place.profile.paying, master_key(self.folder)
        secrets = {
            f"ABONENT_GATEWAY_{one.code.upper()}_SECRET": secret_of(master, one.options["shop"])
            for one in paying.methods
            if one.provider == "sandbox"
        }
        for bank in paying.banks:
            code = f"{place.profile.code}:{bank.code}"
            secrets[f"ABONENT_BANK_{bank.code.upper()}_SECRET"] = secret_of(master, code)
        return {"ABONENT_SANDBOX_BANK": self.url.rstrip("/"), **secrets}


@dataclass(slots=True)
class BankProcess:
    """The bank as a process (demo/bank/__main__.py)."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Raises PortalDied with the end of the log."""
        if self.process.poll() is not None:
            what = f"the practice bank ended (exit code {self.process.returncode})"
            raise PortalDied(what + end_of(self.log))


@contextmanager
def open_bank(bank: PracticeBank) -> Iterator[BankProcess]:
    """The process; however the block is left, it is ended."""
    bank.folder.mkdir(parents=True, exist_ok=True)
    log = bank.folder / "bank.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "abonent.demo.bank", str(bank.port), str(bank.folder)],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C at the terminal is for us; we decide what it is told
        )
    try:
        yield BankProcess(bank.url, log, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

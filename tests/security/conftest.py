"""A portal in service: production's settings, behind one proxy, served by processes of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins import databases
from tests.security.raw import HOST

PATIENCE = 60  # seconds
STAFF = "alice"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Service:
    port: int
    database_url: str
    home: Path
    log: Path


@pytest.fixture(scope="package")
def service(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Served as docs/operations/deploy.md says, with one member of staff."""
    home = tmp_path_factory.mktemp("service")
    database = databases.name_of_mine("service")
    url = databases.copy_template(database_server, database)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ABONENT_")} | {
        "ABONENT_PORTAL": "aes",
        "ABONENT_HOME": str(home),
        "ABONENT_SECRET_KEY": "s" * 40,
        "ABONENT_HOSTS": HOST,
        "ABONENT_URL": f"https://{HOST}",
        "ABONENT_TRUSTED_PROXIES": "1",
        "DATABASE_URL": url,
    }
    (home / "password").write_text(PASSWORD)
    staff = ("staff", "add", STAFF, "--email", "alice@example.kz", "--password-file", str(home / "password"))
    for command in (("migrate",), staff):
        subprocess.run(
            [sys.executable, "-m", "abonent", *command], env=environment, check=True, capture_output=True
        )
    one = Service(_free_port(), url, home, home / "log")
    with one.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "abonent", "serve", "--port", str(one.port), "--workers", "1"],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(one, process)
        yield one
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        databases.drop(database_server, database)


def _wait(service: Service, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", service.port), timeout=1).close()
        except OSError:
            assert process.poll() is None, service.log.read_text()
            assert time.monotonic() < deadline, service.log.read_text()
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

"""The keeper of the embedded server, on real servers that are hurt in every way we know of."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from abonent.base.database_url import with_database
from abonent.base.postgres import (
    EmbeddedPostgresMissingError,
    ensure_database,
    erase,
    place,
    processes,
    running,
    stop,
)

# A user of the server as a process of its own: says the URL, then holds on until its input ends.
USER = """
import sys
from pathlib import Path
from abonent.base.postgres import running
with running(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's user can reach: pytest's own are closed to it when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="abonent-test-"))
    folder.chmod(0o755)
    yield folder / "home"
    erase(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """Data that was made once: initdb takes longer than most of what is tried here."""
    folder = Path(tempfile.mkdtemp(prefix="abonent-test-"))
    folder.chmod(0o755)
    with running(folder / "home", durable=False):
        pass
    yield place.find(folder / "home").data
    erase(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def used(home: Path, made: Path) -> Path:
    """A home whose server has run before."""
    subprocess.run(["cp", "-a", str(made), str(place.find(home).data)], check=True)
    return home


@pytest.fixture
def visit(home: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    visitors: list[subprocess.Popen[str]] = []

    def come() -> tuple[subprocess.Popen[str], str]:
        visitor = subprocess.Popen(
            [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        visitors.append(visitor)
        assert visitor.stdout
        return visitor, visitor.stdout.readline().strip()

    yield come
    for visitor in visitors:
        visitor.kill()
        visitor.communicate()


def ask(url: str, query: str, database: str = "abonent_aes") -> object:
    with psycopg.connect(with_database(url, database), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def remember(url: str, word: str = "kept") -> None:
    ensure_database(url, "abonent_aes")
    with psycopg.connect(with_database(url, "abonent_aes"), autocommit=True) as connection:
        connection.execute("CREATE TABLE memory AS SELECT %s::text AS word", [word])


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def test_a_server_starts_keeps_its_data_and_stops(home: Path) -> None:
    with running(home) as url:
        remember(url)
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SELECT lower('ӘҒҚҢӨҰҮҺІ ЁЖ')") == "әғқңөұүһі ёж"
        assert ask(url, "SHOW listen_addresses") == ""
        assert processes.of(home / "data")
    assert not processes.of(home / "data")
    with running(home, durable=False) as url:
        assert ask(url, "SELECT word FROM memory") == "kept"
        assert ask(url, "SHOW fsync") == "off"


def test_a_database_is_created_once(used: Path) -> None:
    with running(used, durable=False) as url:
        assert ensure_database(url, 'portal "one"') is True
        assert ensure_database(url, 'portal "one"') is False


def test_two_users_share_one_server_and_the_last_one_stops_it(used: Path, visit: Callable) -> None:
    first, url = visit()
    pid = postmaster(used)
    second, same = visit()
    assert (same, postmaster(used)) == (url, pid)
    first.communicate()
    assert ask(url, "SELECT 1", "postgres") == 1
    second.communicate()
    assert not processes.of(used / "data")


def test_users_who_come_all_at_once_get_one_server(home: Path) -> None:
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    urls = {user.stdout.readline().strip() for user in users if user.stdout}
    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1", "postgres") == 1
    assert [user.communicate() and user.returncode for user in users] == [0, 0, 0]
    assert not processes.of(home / "data")


def test_after_its_user_was_killed_the_next_one_uses_and_stops_the_server(
    used: Path, visit: Callable
) -> None:
    killed, url = visit()
    remember(url)
    killed.kill()
    killed.wait()
    pid = postmaster(used)
    with running(used) as url:
        assert postmaster(used) == pid
        assert ask(url, "SELECT word FROM memory") == "kept"
    assert not processes.of(used / "data")


def test_a_killed_server_comes_back_with_its_data(used: Path) -> None:
    with running(used) as url:
        remember(url)
        for pid in processes.of(used / "data"):
            os.kill(pid, signal.SIGKILL)
        with running(used) as again:
            assert ask(again, "SELECT word FROM memory") == "kept"


def test_a_server_that_stopped_answering_is_replaced(used: Path) -> None:
    with running(used) as url:
        remember(url)
        frozen = postmaster(used)
        os.kill(frozen, signal.SIGSTOP)
        with running(used) as again:
            assert postmaster(used) != frozen
            assert ask(again, "SELECT word FROM memory") == "kept"


@pytest.mark.parametrize("whose", ["a living stranger", "a zombie", "nobody"])
def test_a_stale_pid_file_is_survived(used: Path, whose: str) -> None:
    with running(used) as url:
        remember(url)
    account = place.find(used).account
    owner = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    command = ["sleep", "60" if whose == "a living stranger" else "0"]
    stranger = subprocess.Popen(command, **owner)
    if whose == "nobody":
        stranger.wait()
    elif whose == "a zombie":
        wait_until(lambda: f"{stranger.pid} (sleep) Z" in Path(f"/proc/{stranger.pid}/stat").read_text())
    lines = [
        str(stranger.pid),
        str(used / "data"),
        str(int(time.time())),
        "5432",
        str(used / "socket"),
        "",
        "",
        "",
    ]
    mark = used / "data" / "postmaster.pid"
    mark.write_text("\n".join(lines))
    if account:
        os.chown(mark, account.pw_uid, account.pw_gid)
    try:
        with running(used) as url:
            assert ask(url, "SELECT word FROM memory") == "kept"
        if whose == "a living stranger":
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_data_that_was_removed_under_a_running_server_does_not_hinder_a_new_one(
    home: Path, visit: Callable
) -> None:
    visitor, url = visit()
    remember(url)
    shutil.rmtree(home)
    with running(home) as url:
        assert ensure_database(url, "abonent_aes") is True
    visitor.communicate()
    assert visitor.returncode == 0


def test_a_half_made_server_is_made_anew(home: Path) -> None:
    found = place.find(home)
    found.make_folder(home / "data.half")
    (home / "data.half" / "PG_VERSION").write_text("18")
    with running(home) as url:
        assert ask(url, "SELECT 1", "postgres") == 1


def test_stop_and_erase_do_not_wait_for_users_and_may_be_repeated(used: Path, visit: Callable) -> None:
    visitor, _ = visit()
    stop(used)
    stop(used)
    assert not processes.of(used / "data")
    erase(used)
    erase(used)
    assert not used.exists()
    visitor.communicate()
    assert visitor.returncode == 0
    stop(used)
    assert not used.exists()


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_folder_closed_to_others_and_a_long_path_will_do(home: Path, mode: int) -> None:
    """A project in /root, or deeper than a socket's path may be long."""
    home.mkdir()
    home.chmod(mode)
    home = home.joinpath(*["a-folder-of-a-name"] * 8)
    try:
        with running(home, durable=False) as url:
            assert ask(url, "SELECT 1", "postgres") == 1
    finally:
        erase(home)
    assert not [folder for folder in place.folders_of(home) if folder.exists()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand a folder to somebody else")
def test_root_runs_what_belongs_to_somebody_as_that_one(home: Path) -> None:
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    with running(home, durable=False) as url:
        assert ask(url, "SELECT 1", "postgres") == 1
        assert (home / "data").stat().st_uid == nobody.pw_uid


def test_without_the_wheel_the_way_out_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedPostgresMissingError, match=r"set DATABASE_URL.*pip install"), running(home):
        pass


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)

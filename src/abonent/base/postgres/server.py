"""One embedded server: its data, settings, start and stop. The caller holds the lock of its home."""

import contextlib
import os
import shlex
import shutil
import subprocess
import time

from abonent.base.postgres import processes
from abonent.base.postgres.errors import EmbeddedPostgresError
from abonent.base.postgres.place import SOCKET_FILE, Place

SUPERUSER = "postgres"
START_SECONDS = 120  # recovery after a crash of a loaded server takes its time
READY, STARTING = 0, 1  # exit codes of pg_isready; 2 and above: nobody answers

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}
# Tests throw their data away; a crash of the machine may cost them the folder, and buys speed. Nothing is
# cleaned up behind them, so that no plan and no order of rows is another one from run to run.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def ensure_running(place: Place, *, durable: bool) -> None:
    """Start the server unless it answers already. Raises EmbeddedPostgresError with the end of the log."""
    if _answers(place):
        return
    processes.end(place.data)
    _forget_the_dead(place)
    place.make_folder(place.socket)
    _initialise(place)
    _write_settings(place, durable=durable)
    _start(place)


def shut_down(place: Place) -> None:
    """Stop the server: politely first (clients are disconnected, a checkpoint is written), then by force."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        place.program("pg_ctl", "stop", "-D", str(place.data), "-m", "fast", "-w", "-t", "60")
    processes.end(place.data)


def _answers(place: Place) -> bool:
    """Whether the server takes connections. One that is starting is waited for."""
    deadline = time.monotonic() + START_SECONDS
    while (state := _ask(place)) != READY:
        if state != STARTING or time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _ask(place: Place) -> int:
    if not (place.socket / SOCKET_FILE).is_socket():
        return STARTING if _is_starting(place) else STARTING + 1
    return place.program("pg_isready", "-q", "-h", str(place.socket), "-t", "5").returncode


def _is_starting(place: Place) -> bool:
    """The postmaster writes its pid some moments before it opens the socket."""
    try:
        written = (place.data / "postmaster.pid").stat().st_mtime
    except OSError:
        return False
    return time.time() - written < 5 and bool(processes.of(place.data))


def _forget_the_dead(place: Place) -> None:
    """Remove the marks of a server that is gone. PostgreSQL itself would refuse to start when the pid in them
    lives on as a zombie or as somebody else's process; that no process of ours is left was just made sure."""
    for mark in (
        place.data / "postmaster.pid",
        place.socket / SOCKET_FILE,
        place.socket / f"{SOCKET_FILE}.lock",
    ):
        mark.unlink(missing_ok=True)


def _initialise(place: Place) -> None:
    if (place.data / "PG_VERSION").exists():
        _check_version(place)
        return
    half = place.home / "data.half"
    for leftover in (half, place.data):  # killed while it was being made: there was nothing in it yet
        if leftover.exists():
            shutil.rmtree(leftover)
    done = place.program(
        "initdb",
        "--pgdata",
        str(half),
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth-local=trust",
        "--auth-host=reject",
    )
    if done.returncode:
        raise EmbeddedPostgresError(f"initdb failed in {half}:\n{done.stdout}")
    half.rename(place.data)


def _check_version(place: Place) -> None:
    ours = place.program("postgres", "--version").stdout.split()[-1].split(".")[0]
    theirs = (place.data / "PG_VERSION").read_text().strip()
    if ours != theirs:
        raise EmbeddedPostgresError(
            f"The data in {place.data} is of PostgreSQL {theirs}, the programs are {ours}: "
            "dump it with the old ones, or `make clean` to begin anew"
        )


def _write_settings(place: Place, *, durable: bool) -> None:
    settings = SETTINGS | {
        "unix_socket_directories": str(place.socket),
        "dynamic_shared_memory_type": _shared_memory_type(),
        **({} if durable else FORGETFUL),
    }
    lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
    file = place.data / "postgresql.conf"
    file.write_text("# Written at every start: abonent/base/postgres/server.py\n" + "".join(lines))
    if place.account:
        os.chown(file, place.account.pw_uid, place.account.pw_gid)


def _shared_memory_type() -> str:
    """Containers often have a /dev/shm of 64 MB, too small for a parallel query."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - asked, not written
    except OSError:
        return "mmap"
    return "posix" if room.f_frsize * room.f_blocks >= 512 * 1024**2 else "mmap"


def _start(place: Place) -> None:
    options = ["start", "-D", str(place.data), "-l", str(place.log), "-w", "-t", str(START_SECONDS), "-s"]
    try:
        done = place.program("pg_ctl", *options, timeout=START_SECONDS + 10)
    except subprocess.TimeoutExpired:
        raise EmbeddedPostgresError(_story(place, "did not start in time")) from None
    if done.returncode:
        raise EmbeddedPostgresError(_story(place, f"did not start: {done.stdout.strip()}"))


def _story(place: Place, what: str) -> str:
    log = place.log.read_text(errors="replace").splitlines()[-15:] if place.log.exists() else []
    command = shlex.join([str(place.bin / "pg_ctl"), "-D", str(place.data)])
    return "\n".join([f"PostgreSQL ({command}) {what}", f"The end of {place.log}:", *log])

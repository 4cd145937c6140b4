"""Who uses the embedded server. Two kernel locks in its home hold all there is to know, and the kernel lets
go of them when a process dies, however it dies:

- `door.lock`, exclusive, held while somebody starts or stops the server;
- `users.lock`, shared, held by everybody who uses it: whoever gets it exclusively is alone.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from abonent.base.postgres import place as places
from abonent.base.postgres import processes, server
from abonent.base.postgres.errors import EmbeddedPostgresError
from abonent.base.postgres.place import Place


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Use the server of `home`, started if need be: yields its URL, which names no database.

    The last user who leaves stops it. With `durable=False` a server that this call starts skips fsync: for
    tests only. Raises EmbeddedPostgresMissingError without the wheel, EmbeddedPostgresError when it cannot
    start, or not as this user.
    """
    place = places.find(home)
    with _lock(place, "door.lock", fcntl.LOCK_EX):
        mine = _open_locked(place, "users.lock", fcntl.LOCK_SH)
        try:
            server.ensure_running(place, durable=durable)
        except BaseException:
            _leave(place, mine)
            raise
    try:
        yield f"postgresql://{server.SUPERUSER}@/?host={quote(str(place.socket), safe='/')}"
    finally:
        with (
            suppress(FileNotFoundError),
            _lock(place, "door.lock", fcntl.LOCK_EX),
        ):  # or it was erased meanwhile
            _leave(place, mine)


def ensure_database(url: str, name: str) -> bool:
    """Create database `name` on the server of `url` unless it is there. True when it was created. Safe to
    repeat and to run from several processes at once."""
    import psycopg
    from psycopg import errors, sql

    from abonent.base.database_url import with_database

    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            return False
        return True


def stop(home: Path) -> None:
    """Stop the server of `home` whoever uses it; nothing happens when it does not run."""
    if not any(folder.exists() for folder in places.folders_of(home)):
        return
    place = places.find(home)
    with _lock(place, "door.lock", fcntl.LOCK_EX):
        server.shut_down(place)


def erase(home: Path) -> None:
    """Stop the server of `home` and remove its folders with all their data, for good."""
    for folder in places.folders_of(home):
        processes.end(folder / "data")
        if folder.exists():
            shutil.rmtree(folder)
    socket = Place(home=home.absolute(), bin=home, account=None).socket
    if socket.exists():
        shutil.rmtree(socket)


def _leave(place: Place, mine: int) -> None:
    os.close(mine)
    if _nobody_uses(place):
        server.shut_down(place)


def _nobody_uses(place: Place) -> bool:
    try:
        os.close(_open_locked(place, "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


@contextmanager
def _lock(place: Place, name: str, kind: int) -> Iterator[None]:
    descriptor = _open_locked(place, name, kind)
    try:
        yield
    finally:
        os.close(descriptor)


def _open_locked(place: Place, name: str, kind: int) -> int:
    try:
        descriptor = os.open(place.home / name, os.O_RDONLY | os.O_CREAT, 0o600)
    except PermissionError:
        raise EmbeddedPostgresError(f"{place.home} belongs to another user: run as that user") from None
    try:
        fcntl.flock(descriptor, kind)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor

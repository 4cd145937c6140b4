"""What a command stands in: the home folder, the database, Django."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abonent.base.database_url import with_database
from abonent.base.errors import DomainError
from abonent.base.postgres import ensure_database, running

PROJECT = Path(__file__).resolve().parents[4]
LONGEST_NAME = 63  # bytes; PostgreSQL cuts longer ones


def home() -> Path:
    """Where this installation keeps its files: `ABONENT_HOME`, else var/ of the project."""
    return Path(os.environ.get("ABONENT_HOME") or PROJECT / "var").absolute()


def database_name(portal: str) -> str:
    """The embedded server's database of a portal, named by its profile: `aes`, or a path to a .toml file."""
    if not portal:
        raise DomainError(
            "ABONENT_PORTAL is not set: name a profile of portals/ (aes) or a path to a .toml file"
        )
    name = "abonent_" + re.sub(r"\W", "_", Path(portal).stem.lower())
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


@contextmanager
def embedded_server() -> Iterator[str]:
    """Use the embedded server of this installation; yields its URL without a database."""
    with running(home() / "postgres") as url:
        yield url


@contextmanager
def database() -> Iterator[None]:
    """Make sure that `DATABASE_URL` names a database, for this process and the ones it starts. One given from
    outside is left alone; without it the embedded server runs for as long as the command does."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    name = database_name(os.environ.get("ABONENT_PORTAL", ""))
    with embedded_server() as url:
        ensure_database(url, name)
        os.environ["DATABASE_URL"] = with_database(url, name)
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def set_up_django() -> None:
    """Read the settings (DATABASE_URL must be there by now) and load the applications."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "abonent.settings")
    django.setup()


def take_settings_in_force() -> None:
    """What the office published holds for commands too. A database that cannot be asked leaves the TOML."""
    from django.utils import timezone

    from abonent.portal.current import bring_up_to_date

    bring_up_to_date(today=timezone.localdate())

"""Which portals the demo shows, and where."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.demo.town.recipe import load as load_recipe
from abonent.interfaces.cli.surroundings import PROJECT, database_name
from abonent.portal.profile import Profile
from abonent.portal.profile import load as load_profile

HOST = "127.0.0.1"
FIRST_PORT = 8001


class PortInUse(DomainError):  # noqa: N818 - named after what happened
    """Something else listens where a portal should."""


@dataclass(frozen=True, slots=True)
class Place:
    """A portal of the demo: its profile's file, its port and its database."""

    path: Path
    profile: Profile
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @property
    def database(self) -> str:
        return database_name(str(self.path))


def choose(named: Sequence[str], *, first_port: int = FIRST_PORT) -> list[Place]:
    """The portals `named` (of portals/, or paths to .toml files), or all of portals/, in the order of their
    ports. A recipe names its portal's port; others get the next free ones. Raises ProfileError."""
    paths = [_path(name) for name in named] or sorted((PROJECT / "portals").glob("*.toml"))
    profiles = [(path, load_profile(path)) for path in paths]
    wished = {path: load_recipe(profile.code, country=profile.country).port for path, profile in profiles}
    free = iter(range(max([FIRST_PORT - 1, *wished.values()]) + 1, 65536))
    shift = first_port - FIRST_PORT
    places = [
        Place(path, profile, shift + (wished[path] or next(free))) for path, profile in dict(profiles).items()
    ]
    return sorted(places, key=lambda place: place.port)


def check_ports(places: Sequence[Place]) -> None:
    """Raises PortInUse, naming every port that is taken, before anything is started."""
    taken = [str(place.port) for place in places if _is_taken(place.port)]
    if taken:
        raise PortInUse(
            f"port {', '.join(taken)} is in use (perhaps by another `make run`): stop what listens there, "
            "or choose others with `abonent demo --first-port 9001`"
        )


def _path(name: str) -> Path:
    path = Path(name) if name.endswith(".toml") else PROJECT / "portals" / f"{name}.toml"
    return path.absolute()


def _is_taken(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return True
    return False


def environment(place: Place, database_url: str) -> dict[str, str]:
    """What a process of this portal is started with."""
    return os.environ | {
        "ABONENT_PORTAL": str(place.path),
        "ABONENT_DEMO": "1",
        "ABONENT_URL": place.url.rstrip("/"),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "abonent.settings",
        "PYTHONUNBUFFERED": "1",
    }

"""Which portals the demo shows, and where."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from abonent.base.errors import DomainError
from abonent.demo.town.recipe import load as load_recipe
from abonent.interfaces.cli.surroundings import PROJECT, database_name
from abonent.portal.profile import Profile
from abonent.portal.profile import load as load_profile

HOST = "127.0.0.1"
FIRST_PORT = 8001
BANK_PORT = 8005
"""Of the practice bank (demo/bank): after the four portals."""


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
    after = range(max([FIRST_PORT - 1, *wished.values()]) + 1, 65536)
    free = (port for port in after if port != BANK_PORT)
    shift = first_port - FIRST_PORT
    places = [
        Place(path, profile, shift + (wished[path] or next(free))) for path, profile in dict(profiles).items()
    ]
    return sorted(places, key=lambda place: place.port)


def bank_port(first_port: int) -> int:
    """Where the practice bank answers when the portals begin at `first_port`."""
    return first_port - FIRST_PORT + BANK_PORT


def check_ports(places: Sequence[Place], *others: int) -> None:
    """Raises PortInUse, naming every port that is taken, before anything is started."""
    taken = [str(port) for port in (*(place.port for place in places), *others) if _is_taken(port)]
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


def environment(
    place: Place, database_url: str, paying: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """What a process of this portal is started with; `paying` is banking.PracticeBank.environment."""
    here = ",".join(filter(None, (os.environ.get("NO_PROXY"), HOST)))
    return os.environ | {
        "NO_PROXY": here,  # the bank is on this machine
        "ABONENT_PORTAL": str(place.path),
        "ABONENT_DEMO": "1",
        "ABONENT_URL": place.url.rstrip("/"),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "abonent.settings",
        "PYTHONUNBUFFERED": "1",
        **paying,
    }

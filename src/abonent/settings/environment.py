"""What the environment says: flags, lists, the profile's path, the secret key."""

import os
import secrets
from pathlib import Path

from abonent.portal.profile import ProfileError


def flag(name: str) -> bool:
    """True for 1, true, yes, on."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def https() -> bool:
    """False only where plain http is right: the demo, debugging, tests, or said so outright."""
    return not any(flag(f"ABONENT_{name}") for name in ("DEMO", "DEBUG", "TESTING", "INSECURE_HTTP"))


def words(name: str, *, default: str) -> list[str]:
    """A list parted by spaces or commas."""
    return os.environ.get(name, default).replace(",", " ").split()


def number(name: str, *, default: int) -> int:
    """A whole number; nothing is the default, anything else a ProfileError."""
    given = os.environ.get(name, "").strip()
    if given and not (given.isascii() and given.isdigit()):
        raise ProfileError(f"{name} must be a whole number, not {given!r}")
    return int(given or default)


def folder(name: str) -> Path | None:
    """An absolute path, or None when nothing is named; a relative one is a ProfileError: it would mean
    another folder for each who starts."""
    given = os.environ.get(name, "").strip()
    if given and not Path(given).is_absolute():
        raise ProfileError(f"{name} must be an absolute path, not {given!r}")
    return Path(given) if given else None


def profile_path(portals: Path) -> Path:
    """`ABONENT_PORTAL`: a name in portals/, or a path to a .toml file."""
    named = os.environ.get("ABONENT_PORTAL", "").strip()
    if not named:
        known = ", ".join(sorted(path.stem for path in portals.glob("*.toml")))
        raise ProfileError(f"ABONENT_PORTAL is not set: name a profile ({known}) or a path to a .toml file")
    return Path(named) if named.endswith(".toml") else portals / f"{named}.toml"


def secret(name: str) -> str:
    """What the file holds that `<name>_FILE` names, else the variable itself; empty when there is neither.

    A file is read anew each time, so that a changed secret is in force at once; one that cannot be read is a
    ProfileError. White space around it in a file is no part of it: editors end a file with a line.
    """
    named = os.environ.get(f"{name}_FILE", "").strip()
    if not named:
        return os.environ.get(name, "")
    try:
        return Path(named).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{name}_FILE: {named}: {getattr(error, 'strerror', 'not text')}") from error


def secret_key(home: Path, *, may_be_made: bool) -> str:
    """`ABONENT_SECRET_KEY`, or the file it names with `ABONENT_SECRET_KEY_FILE`.

    Demo, debugging and tests make one and keep it in `home`; a deployment without one does not start.
    """
    given = secret("ABONENT_SECRET_KEY")
    if len(given) >= 32:
        return given
    if given or not may_be_made:
        raise ProfileError(
            "ABONENT_SECRET_KEY (or the file that ABONENT_SECRET_KEY_FILE names) must hold 32 random "
            "characters or more; make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return _kept_key(home / "secret_key")


def _kept_key(path: Path) -> str:
    """The key of this checkout, made once; two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), "utf-8")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("utf-8")

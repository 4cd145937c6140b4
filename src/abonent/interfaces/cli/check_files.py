"""Who else on this machine may read what is secret? The files' part of `abonent check`."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from abonent.interfaces.cli.finding import OK, WARN, Finding

REMEDY = "chmod o= (docs/operations/deploy.md)"


def finding() -> Finding:
    """The files with secrets that the environment names, and the folder of account numbers for billing."""
    everybodys = [str(path) for path in _private() if _is_everybodys(path)]
    if everybodys:
        text = "everybody on this machine may read " + ", ".join(everybodys)
        return Finding(WARN, "private files", text, REMEDY)
    return Finding(OK, "private files", "secrets and what goes to billing are closed to others")


def _private() -> Iterator[Path]:
    for name in sorted(os.environ):
        if name.startswith("ABONENT_") and name.endswith("_FILE") and os.environ[name]:
            yield Path(os.environ[name])
    if settings.EXPORT_FOLDER:
        yield Path(settings.EXPORT_FOLDER)


def _is_everybodys(path: Path) -> bool:
    """By its own rights and those of the folders above it: one closed door is enough."""
    try:
        return all(mode & _door(mode) for mode in (one.stat().st_mode for one in (path, *path.parents)))
    except OSError:  # not there, or closed to us too: others say so
        return False


def _door(mode: int) -> int:
    return stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH

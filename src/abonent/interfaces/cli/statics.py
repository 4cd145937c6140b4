"""Static files: collected, compressed and named by their content, once per change of their sources."""

import fcntl
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".sources"


def are_collected() -> bool:
    """Whether STATIC_ROOT holds what the sources say. True where files are served from their sources."""
    if settings.WHITENOISE_USE_FINDERS:
        return True
    stamp = Path(settings.STATIC_ROOT) / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


def collect_if_stale() -> bool:
    """Collect the static files unless they are up to date; True when it was done. Older files stay for the
    pages that still name them. Safe to repeat; processes that start together take turns."""
    if are_collected():
        return False
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if are_collected():
            return False
        fingerprint = _fingerprint()
        call_command("collectstatic", interactive=False, verbosity=0)
        (root / STAMP).write_text(fingerprint)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]["BACKEND"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()

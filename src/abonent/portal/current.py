"""The profile in force: the TOML with the published settings of the office over it.

`portal()` asks nothing of anybody: the doors bring it up to date before a request, a job or a command, and
one request sees one profile from its beginning to its end.
"""

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.conf import settings
from django.db import Error

from abonent.portal.overlay import InForce, Published, overlay
from abonent.portal.profile import Profile
from abonent.portal.queries import published_settings, settings_number

log = logging.getLogger(__name__)


@dataclass
class _Known:
    """What this process has read; replaced as a whole, so that threads see the old or the new one."""

    number: int = 0
    versions: tuple[Published, ...] = ()
    today: date | None = None
    made: InForce | None = None


_known = _Known()
_asked_at = float("-inf")
_pinned: ContextVar[InForce | None] = ContextVar("abonent_settings_in_force", default=None)


def portal() -> Profile:
    """This deployment's profile as it is in force now."""
    return in_force().profile


def in_force() -> InForce:
    """The profile, the organisations' own windows, and the versions that made them so. No query."""
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    known = _known
    if known.made is None or known.made.default is not settings.PORTAL:
        known.made = overlay(settings.PORTAL, known.versions, known.today)
        for one in known.made.broken:
            log.error("settings: version %s of %s is left out: %s", one.id, one.place.part, one.reason)
    return known.made


def edition() -> Hashable:
    """Part of the key of whatever is kept of what the profile says."""
    return in_force().edition


def own_window(organisation_id: int | None) -> tuple[int, int] | None:
    """The window that the organisation set in the office (first and last day); None: billing's word holds."""
    return None if organisation_id is None else in_force().windows.get(organisation_id)


def bring_up_to_date(*, today: date, number: int | None = None) -> None:
    """Before a request, a job or a command: `number` is the settings' number where it was read along
    (users.sessions), else the database is asked, once in settings.SETTINGS_ASKED_EVERY seconds (None: never).

    One query where something was published since, none where nothing was. A database that does not answer
    leaves what is known: pages that need none are shown on.
    """
    global _known  # noqa: PLW0603 - one state a process
    try:
        if number is None:
            number = _asked() if _is_time() else _known.number
        if number != _known.number:
            _known = _Known(*published_settings(), today)
    except Error as error:
        log.warning("settings: not read, what is known stays: %s", error)
    if _known.today != today:
        _known = _Known(_known.number, _known.versions, today)


def _is_time() -> bool:
    every = settings.SETTINGS_ASKED_EVERY
    return every is not None and monotonic() - _asked_at >= every


def _asked() -> int:
    global _asked_at  # noqa: PLW0603 - one state a process
    _asked_at = monotonic()
    return settings_number()


def ask_again() -> None:
    """Something was published by this process: the next request reads it, whoever it is."""
    global _asked_at  # noqa: PLW0603 - one state a process
    _asked_at = float("-inf")


@contextmanager
def seen_as(state: InForce | None = None) -> Iterator[InForce]:
    """`portal()` is this state's (None: that of this moment) until the block ends, for whoever runs it."""
    state = state or in_force()
    token = _pinned.set(state)
    try:
        yield state
    finally:
        _pinned.reset(token)


def forget() -> None:
    """As a process that has just begun: for tests, whose databases begin anew."""
    global _known  # noqa: PLW0603 - one state a process
    _known = _Known()
    ask_again()

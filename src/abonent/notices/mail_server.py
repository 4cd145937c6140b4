"""The way to the mail server: connections that stay open over letters, for a greeting and a sign-in cost more
than a letter does.

A connection that was used before is asked (RSET) whether it still stands before it carries another letter, so
that no letter is given to a server that has hung up and none is sent twice for it. After any trouble a
connection is thrown away. Backends that are no SMTP send as Django does.
"""

import atexit
import smtplib
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

LETTERS = 100
"""Over one connection: servers that count hang up after some hundred."""
IDLE = 60.0
"""Seconds: one that nobody used for so long is closed, and not asked."""
#: Said about this letter, by a server that goes on with the next.
_ABOUT_THE_LETTER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)


@dataclass
class _Open:
    backend: EmailBackend
    where: tuple[object, ...]
    letters: int = 0
    used_at: float = field(default_factory=time.monotonic)

    def stands(self) -> bool:
        """Has it room for another letter, and is there somebody at the other end?"""
        if (
            self.letters >= LETTERS
            or time.monotonic() - self.used_at > IDLE
            or self.backend.connection is None
        ):
            return False
        try:
            return self.backend.connection.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False


_idle: list[_Open] = []
_lock = threading.Lock()


def send(message: EmailMessage) -> None:
    """Give one letter to the mail server. Raises what smtplib raises. Safe in several threads: each takes a
    connection of its own."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        message.send()
        return
    one = _take() or _Open(backend, _where())
    try:
        one.backend.open()  # else Django opens it for this letter alone
        message.connection = one.backend
        message.send()
    except _ABOUT_THE_LETTER:
        _give_back(one)
        raise
    except BaseException:
        _throw_away(one)
        raise
    _give_back(one)


def hang_up() -> None:
    """Close what is open and unused: when the process ends, and for tests."""
    while _idle:
        _throw_away(_idle.pop())


atexit.register(hang_up)


def _where() -> tuple[object, ...]:
    return (settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER)


def _take() -> _Open | None:
    """One that stands, to this server; those that do not are closed."""
    while True:
        with _lock:
            if not _idle:
                return None
            one = _idle.pop()
        if one.where == _where() and one.stands():
            return one
        _throw_away(one)


def _give_back(one: _Open) -> None:
    one.letters, one.used_at = one.letters + 1, time.monotonic()
    with _lock:
        _idle.append(one)


def _throw_away(one: _Open) -> None:
    with suppress(smtplib.SMTPException, OSError):
        one.backend.close()

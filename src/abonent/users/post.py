"""How people's rooms send letters without knowing who sends them.

`notices` stands a floor above and depends on people, so people cannot call it. They write to this letter box;
`notices` empties it: `NoticesConfig.ready()` puts its own function in (ADR 0006).
"""

from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.urls import reverse

from abonent.users.models import User


class Deliver(Protocol):
    def __call__(
        self,
        *,
        template: str,
        to: str,
        user: User | None,
        language: str,
        now: datetime,
        context: dict[str, Any],
    ) -> object: ...


_deliver: list[Deliver] = []


def deliver_through(function: Deliver) -> None:
    """Called once, at start."""
    _deliver[:] = [function]


def post(template: str, *, to: str, user: User | None, language: str, now: datetime, **context: Any) -> None:
    """Hand over one letter in the caller's transaction: `users/letters/<template>.txt` in `language`."""
    if to:
        [deliver] = _deliver
        deliver(
            template=f"users/letters/{template}.txt",
            to=to,
            user=user,
            language=language,
            now=now,
            context=context,
        )


def absolute(name: str, *args: str) -> str:
    """The link of a named page, for a letter: to the portal's own host, whatever host the request named."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=args)}"

"""Reads of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings

from abonent.base.identifiers import keyed_hash
from abonent.users.models import Session, User
from abonent.users.permissions import staff_of


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser as its person may see it. `mark` names it in a form; the key stays secret."""

    mark: str
    browser: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    current: bool

    @property
    def browser_name(self) -> str:
        """`Firefox, Windows`, as far as a browser tells the truth; empty when it says nothing known."""
        found = [
            next((name for mark, name in names if mark in self.browser), "")
            for names in (_BROWSERS, _SYSTEMS)
        ]
        return ", ".join(name for name in found if name)


#: What stands in a browser's own name, the more particular first: Edge calls itself Chrome as well.
_BROWSERS = (
    ("YaBrowser", "Yandex Browser"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def session_mark(session_key: str) -> str:
    return keyed_hash(settings.SECRET_KEY.encode(), "session mark", session_key)[:24]


def open_sessions(user: User, *, current_key: str | None, now: datetime) -> Sequence[OpenSession]:
    """The person's sessions that still live, this one first, then the latest seen."""
    from abonent.users.sessions import CUSTOMER, STAFF

    idle, absolute = STAFF if staff_of(user) else CUSTOMER
    rows = Session.objects.filter(
        user=user, expire_date__gt=now, last_seen_at__gt=now - idle, created_at__gt=now - absolute
    )
    found = [
        OpenSession(
            session_mark(row.session_key),
            row.browser,
            row.address,
            row.created_at,
            row.last_seen_at,
            row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.current, -one.last_seen_at.timestamp()))


def pending_email(user: User) -> str | None:
    """The new address that waits for its confirmation, when there is one beside the address in use."""
    waiting = EmailAddress.objects.filter(user_id=user.pk, verified=False).exclude(email=user.email)
    newest: str | None = waiting.order_by("-pk").values_list("email", flat=True).first()
    return newest

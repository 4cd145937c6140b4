"""Sessions in the database: one query reads the session, its person, their place among the staff, and whether
settings were published.

Idle and absolute time-outs (docs/domain/people.md): customers 14 days and 30 days, staff 30 minutes and
12 hours. Ending a session deletes its row, and a row that is gone is never written again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from abonent.base.prepared import prepared_cursor
from abonent.users import client
from abonent.users.models import Session, StaffMembership, User

CUSTOMER = (timedelta(days=14), timedelta(days=30))
STAFF = (timedelta(minutes=30), timedelta(hours=12))
SEEN_EVERY = timedelta(minutes=5)
"""`last_seen_at` is written no oftener, so that reading pages is not writing."""

_USER_FIELDS: Sequence[str] = [field.attname for field in User._meta.concrete_fields]
_USER_COLUMNS = ", ".join(f'u."{field.column}"' for field in User._meta.concrete_fields)
# ruff: noqa: S608 - only column names of our own model stand in the text
_READ = f"""
SELECT s.session_data, s.created_at, s.last_seen_at, m.id, m.organisation_id, m.role, m.team,
       m.id IS NOT NULL AND EXISTS (SELECT FROM mfa_authenticator a WHERE a.user_id = u.id AND a.type <> %s),
       (SELECT number FROM portal_settingsnumber),
       {_USER_COLUMNS}
FROM users_session s
LEFT JOIN users_user u ON u.id = s.user_id AND u.is_active
LEFT JOIN users_staffmembership m ON m.user_id = u.id
WHERE s.session_key = %s AND s.expire_date > %s
"""


class SessionStore(SessionBase):
    """Django's session interface over `users.Session`. `person` is the row's active user, or None."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.person: User | None = None
        self.has_second_factor = False
        """Of a member of the staff: a passkey or an authenticator is set up. Not asked of customers."""
        self.settings_number: int | None = None
        """The settings' number, read along (portal.current); None where there was no session to read."""
        self.headers: Mapping[str, Any] | None = None
        """The request's META, given by PersonMiddleware: whence the row's address and browser come.

        Not the request itself, which holds this session: a circle would wait for the garbage collector."""

    @property
    def key_salt(self) -> str:
        return "abonent.users.sessions"

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        with prepared_cursor() as cursor:
            cursor.execute(_READ, ["recovery_codes", self.session_key, now])
            row = cursor.fetchone()
        if row is None or not self._alive(row, now):
            self._session_key = None
            return {}
        self.settings_number = row[8]
        data = self.decode(row[0])
        if data.get(SESSION_KEY) and row[9] is not None:
            self._take_person(row)
        if now - row[2] >= SEEN_EVERY:
            self._seen(now)
        return data

    def _alive(self, row: Sequence[Any], now: datetime) -> bool:
        idle, absolute = STAFF if row[3] is not None else CUSTOMER
        return bool(now - row[2] < idle and now - row[1] < absolute)

    def _take_person(self, row: Sequence[Any]) -> None:
        person = User.from_db(connection.alias, _USER_FIELDS, row[9:])
        place = StaffMembership(
            id=row[3], user_id=person.pk, organisation_id=row[4], role=row[5], team=row[6] or ""
        )
        person._state.fields_cache["staff_membership"] = None if row[3] is None else place
        self.person, self.has_second_factor = person, row[7]

    def _seen(self, now: datetime) -> None:
        Session.objects.filter(session_key=self.session_key).update(last_seen_at=now, **self._door())

    def _door(self) -> dict[str, Any]:
        if self.headers is None:
            return {}
        return {"address": client.address_in(self.headers), "browser": client.browser_in(self.headers)}

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=session_key).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Insert or update the row. `UpdateError` when it was ended meanwhile: it stays ended."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        facts = {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "user_id": data.get(SESSION_KEY),
        }
        if must_create:
            return self._insert(facts)
        if not Session.objects.filter(session_key=self.session_key).update(**facts):
            raise UpdateError
        return None

    def _insert(self, facts: dict[str, Any]) -> None:
        row = Session(session_key=self.session_key or "", **facts, **self._door())
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=key).delete()

    def flush(self) -> None:
        super().flush()
        self.person = None

    @classmethod
    def clear_expired(cls) -> None:
        """Delete rows nobody can use any more. Safe to repeat, at any time."""
        now = timezone.now()
        Session.objects.filter(expire_date__lte=now).delete()
        Session.objects.filter(last_seen_at__lte=now - CUSTOMER[0]).delete()


def new_key_when_proven_again(request: HttpRequest, user: User, **_: Any) -> None:
    """A new key, and new clocks, whenever a signed-in person proves themselves again (allauth's signal)."""
    if request.user.is_authenticated and request.user.pk == user.pk:
        request.session.cycle_key()

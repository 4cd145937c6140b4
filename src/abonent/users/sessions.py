"""Sessions in the database, with the person beside the data."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """A session row that knows its person."""

    @classmethod
    def get_model_class(cls) -> Any:
        from abonent.users.models import Session

        return Session

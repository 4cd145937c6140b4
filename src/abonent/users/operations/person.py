"""What a person says about themselves."""

from datetime import datetime

from django.db import transaction

from abonent.users.audit import record
from abonent.users.models import User


def update_settings(
    *,
    user: User,
    now: datetime,
    full_name: str | None = None,
    phone: str | None = None,
    months_shown: int | None = None,
    language: str | None = None,
) -> None:
    """Change what is given, leave what is None. One transaction, safe to repeat."""
    given = {"full_name": full_name, "phone": phone, "months_shown": months_shown, "language": language}
    changed = [name for name, value in given.items() if value is not None and getattr(user, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(user, name, given[name])
    with transaction.atomic():
        user.save(update_fields=changed)
        record(action="settings_changed", actor=user, subject=f"user:{user.pk}", now=now, fields=changed)

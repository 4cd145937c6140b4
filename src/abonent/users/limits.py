"""A hundred wrong sign-ins in a row shut a name's password, from wherever they come (docs/domain/people.md).

Counted before the password is compared, in one statement of its own, so that tries at the same moment count
each other. The shorter limits (5 in 15 minutes …) are allauth's, in settings.ACCOUNT_RATE_LIMITS.
"""

from datetime import datetime, timedelta

from django.db import connection

from abonent.users.audit import name_typed
from abonent.users.models import WrongSignIns

MOST_IN_A_ROW = 100
FORGOTTEN_AFTER = timedelta(days=90)

_COUNT = """
INSERT INTO users_wrongsignins AS w (name, in_a_row, last_at) VALUES (%s, 1, %s)
ON CONFLICT (name) DO UPDATE SET in_a_row = w.in_a_row + 1, last_at = excluded.last_at RETURNING in_a_row
"""


def count_try(*, name: str, now: datetime) -> bool:
    """Count one try; False when the name's password is shut. A right password calls `forget`."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [name_typed(name), now])
        return bool(cursor.fetchone()[0] <= MOST_IN_A_ROW)


def forget(*names: str) -> None:
    """The right password was given, or a new one was set: tries begin at nought. Safe to repeat."""
    WrongSignIns.objects.filter(name__in=[name_typed(name) for name in names if name]).delete()


def forget_old(*, now: datetime) -> int:
    """Delete counts nobody added to for 90 days. Safe to repeat."""
    return WrongSignIns.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()[0]

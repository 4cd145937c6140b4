"""The strong proof: a code printed on the bill, or by staff. Derived, not kept; one use.

A code is 8 characters of Crockford's base 32, the HMAC of account, owner version and series under a key
derived from `SECRET_KEY`. The series is the bill's month (`2026-10`) or the random series of a `PrintedCode`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings

from abonent.base.identifiers import derived_code, normal_code
from abonent.base.months import Month

LENGTH = 8
#: A bill's code is good this long from the bill's issue, a printed one from its printing.
VALID = timedelta(days=60)


def _keys() -> list[bytes]:
    """The key in force first, then those of `SECRET_KEY_FALLBACKS`, so that a change of key voids no bill."""
    every = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return [hmac.digest(key.encode(), b"abonent.accounts.codes", hashlib.sha256) for key in every]


def _codes(account_id: int, owner_version: int, series: str) -> list[str]:
    parts = (str(account_id), str(owner_version), series)
    return [derived_code(key, *parts, length=LENGTH) for key in _keys()]


def code_of_series(*, account_id: int, owner_version: int, series: str) -> str:
    """The code of a series; only the holder of `SECRET_KEY` can compute it."""
    return _codes(account_id, owner_version, series)[0]


def bill_code(*, account_id: int, owner_version: int, month: Month) -> str:
    """The code on the bill of `month`: the same each time the bill is drawn, void after a change of owner."""
    return code_of_series(account_id=account_id, owner_version=owner_version, series=str(month))


def shown(code: str) -> str:
    """As it is printed: `ABCD-EFGH`."""
    return f"{code[:4]}-{code[4:]}"


def new_series() -> str:
    """The random series of a printed code, which no month can equal."""
    return f"p-{secrets.token_urlsafe(18)}"


def issued_on(month: Month) -> date:
    """When the bill of `month` counts as issued: the first day after it."""
    return (month + 1).first_day


def months_in_force(today: date) -> list[Month]:
    """The bills whose codes are good on `today`, newest first."""
    latest = Month.of(today) - 1
    return [month for month in (latest - back for back in range(3)) if today < issued_on(month) + VALID]


def matching_series(*, code: str, account_id: int, owner_version: int, series: Iterable[str]) -> str | None:
    """The series whose code was typed, or None. Every series is compared, each in constant time."""
    typed = normal_code(code).encode("utf-8", "replace")
    found = None
    for one in series:
        for good in _codes(account_id, owner_version, one):
            if hmac.compare_digest(typed, good.encode()):
                found = one
    return found

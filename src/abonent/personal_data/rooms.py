"""Which rooms know something of a person, from the ground floor up: each has a `personal.py`.

What a room promises there: `WORDS` (names of sections, keys and coded values, for people), `TOLD` (the field
that names a person -> the section that tells it), `LEFT_OUT` (the field -> why it is in no export),
`facts_about` and `forget`. Together TOLD, LEFT_OUT and `ELSEWHERE` name every field of every table that
points at a person.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise

from abonent.accounts import personal as accounts
from abonent.announcements import personal as announcements
from abonent.base.facts import Facts
from abonent.bills import personal as bills
from abonent.metering import personal as metering
from abonent.notices import personal as notices
from abonent.payments import personal as payments
from abonent.personal_data import personal as personal_data
from abonent.service_requests import personal as service_requests
from abonent.users import personal as users


class Room(Protocol):
    """What `personal.py` of a room holds."""

    @property
    def WORDS(self) -> "Mapping[str, str | Promise]": ...  # noqa: N802 - as the rooms write it

    @property
    def TOLD(self) -> Mapping[str, str]: ...  # noqa: N802

    def facts_about(self, user_id: int) -> Facts: ...

    def forget(self, user_id: int, now: datetime) -> dict[str, int]: ...


ROOMS: Mapping[str, Room] = {
    "users": users,
    "notices": notices,
    "accounts": accounts,
    "metering": metering,
    "bills": bills,
    "payments": payments,
    "service_requests": service_requests,
    "announcements": announcements,
    "personal_data": personal_data,
}
LEFT_OUT: Mapping[str, "str | Promise"] = {
    **users.LEFT_OUT,
    **notices.LEFT_OUT,
    **accounts.LEFT_OUT,
    **metering.LEFT_OUT,
    **bills.LEFT_OUT,
    **payments.LEFT_OUT,
    **service_requests.LEFT_OUT,
    **announcements.LEFT_OUT,
    **personal_data.LEFT_OUT,
}
"""Fields that point at a person and are in no export, with the reason."""
_STAFF = "work of the staff, told by the trail"
ELSEWHERE: Mapping[str, str] = {
    "exchange.Run.": _STAFF,
    "exchange.Upload.": _STAFF,
    "portal.": _STAFF,
    "tariffs.": _STAFF,
}
"""The same of rooms that hold nothing of customers (by the beginning of the field's name)."""

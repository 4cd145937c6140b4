"""Readings typed without a network, sent when it is back."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from abonent.metering.models import Submission
from abonent.metering.operations.submissions import NotTaken, SentMeanwhile, keep_form, submit
from abonent.users.models import User


def submit_offline(
    *,
    account_id: int,
    user: User,
    values: Mapping[str, str],
    taken_on: date | None,
    confirmed: Collection[str] = (),
    photos: Mapping[int, bytes] | None = None,
    key: str,
    seen: int,
    now: datetime,
    address: str | None = None,
) -> Submission:
    """`submit`, for a person who is not looking: what cannot be taken as it stands is kept for the form, in a
    transaction of its own, before the error goes on. Safe to repeat by the key, as `submit` is."""
    try:
        return submit(
            account_id=account_id,
            user=user,
            way=Submission.Way.OFFLINE,
            values=values,
            taken_on=taken_on,
            confirmed=confirmed,
            photos=photos,
            key=key,
            seen=seen,
            now=now,
            address=address,
        )
    except (NotTaken, SentMeanwhile):
        keep_form(account_id=account_id, user=user, values=values, taken_on=taken_on, now=now)
        raise

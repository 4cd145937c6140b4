"""Staff help people who could not link an account: codes to print, and what is dealt with."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from abonent.accounts.closed_tries import ClosedTries, DealtWith, dealt_with
from abonent.accounts.closed_tries import closed_tries as waiting
from abonent.accounts.models import Account, HandledTries
from abonent.accounts.operations.staff import IssuedCode, issue_printed_code
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import StaffMembership

#: Sheets printed at once.
MOST_AT_ONCE = 50


class Whose(NamedTuple):
    """A person's tries of an account; `user_id` None: tried while signing up."""

    account_id: int
    user_id: int | None


@transaction.atomic
def read_closed_tries(
    *, staff: StaffMembership, limit: int, offset: int, address: str | None, now: datetime
) -> tuple[list[ClosedTries], bool]:
    """A page of the queue; that it was read is one event of the trail, which names the accounts."""
    found, more = waiting(organisation_id=staff.organisation_id, now=now, limit=limit, offset=offset)
    if found:
        audit.record(
            action="staff_read_closed_tries",
            actor=staff.user,
            organisation=staff.organisation,
            address=address,
            now=now,
            accounts=sorted({one.account_id for one in found}),
        )
    return found, more


class Printed(NamedTuple):
    """What came of asking for codes: each account's tries once, the sheets only now."""

    issued: tuple[IssuedCode, ...]
    before: tuple[DealtWith, ...]
    """Of these tries somebody has taken care already: no code was issued for them."""


@transaction.atomic
def print_codes(
    *, staff: StaffMembership, tries: Collection[Whose], address: str | None, now: datetime
) -> Printed:
    """A one-time code for each account of these tries, which are thereby dealt with. One transaction, each
    code in the trail. Accounts out of reach are left out.

    Safe to repeat, also by two at once: what is dealt with and was not tried since gets no second code; who
    did it and when is told instead. Another code on purpose: `operations.staff.issue_printed_code`.
    """
    reached = _reached(staff, tries, lock=True)
    done = dealt_with([one for one, _ in reached], organisation_id=staff.organisation_id, now=now)
    fresh = [(one, account) for one, account in reached if one not in done]
    issued = tuple(
        issue_printed_code(staff=staff, public_id=account.public_id, address=address, now=now)
        for account in {account.pk: account for _, account in fresh}.values()
    )
    _mark(staff, [one for one, _ in fresh], HandledTries.How.CODE, now)
    return Printed(issued, tuple(done.values()))


@transaction.atomic
def mark_handled(
    *, staff: StaffMembership, tries: Collection[Whose], address: str | None, now: datetime
) -> int:
    """These tries are dealt with otherwise: they leave the queue until the person tries again. One
    transaction, in the trail, safe to repeat: whoever took care of them first stays named. Returns how many
    are in reach."""
    reached = _reached(staff, tries, lock=True)
    done = dealt_with([one for one, _ in reached], organisation_id=staff.organisation_id, now=now)
    _mark(staff, [one for one, _ in reached if one not in done], HandledTries.How.OTHERWISE, now)
    for one, account in reached:
        audit.record(
            action="closed_tries_handled",
            actor=staff.user,
            subject=f"account:{account.pk}",
            organisation=Organisation(pk=account.organisation_id),
            address=address,
            now=now,
            user=one.user_id,
        )
    return len(reached)


def _reached(
    staff: StaffMembership, tries: Collection[Whose], *, lock: bool = False
) -> list[tuple[Whose, Account]]:
    """Those of accounts that this member of the staff serves; with `lock` one caller after the other."""
    wanted = list(dict.fromkeys(tries))[:MOST_AT_ONCE]
    accounts = Account.objects.filter(pk__in={one.account_id for one in wanted}).order_by("pk")
    if lock:  # leaves the rows readable, and open to whoever refers to them
        accounts = accounts.select_for_update(no_key=True)
    if staff.organisation_id is not None:
        accounts = accounts.filter(organisation_id=staff.organisation_id)
    found = {account.pk: account for account in accounts}
    return [(one, found[one.account_id]) for one in wanted if one.account_id in found]


# Only of people who exist, so that a made-up id is no error.
_MARK = """
INSERT INTO accounts_handledtries (account_id, user_id, how, handled_at, handled_by_id)
SELECT given.account_id, nullif(given.user_id, 0), %(how)s, %(now)s, %(by)s
  FROM unnest(%(accounts)s::bigint[], %(users)s::bigint[]) AS given (account_id, user_id)
 WHERE given.user_id = 0 OR EXISTS (SELECT FROM users_user WHERE id = given.user_id)
    ON CONFLICT (account_id, user_id) DO UPDATE
   SET how = excluded.how, handled_at = excluded.handled_at, handled_by_id = excluded.handled_by_id
"""


def _mark(staff: StaffMembership, tries: Collection[Whose], how: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "accounts": [one.account_id for one in tries],
                "users": [one.user_id or 0 for one in tries],
                "how": how,
                "now": now,
                "by": staff.user_id,
            },
        )

"""Staff read the queue of payments that name no account: what they are shown of customers is written down."""

from datetime import datetime

from django.db import transaction

from abonent.payments.unmatched import UnmatchedRow, unmatched_rows
from abonent.users import audit
from abonent.users.models import StaffMembership


@transaction.atomic
def read_unmatched(
    *, staff: StaffMembership, language: str, limit: int, offset: int, address: str | None, now: datetime
) -> tuple[list[UnmatchedRow], bool]:
    """A page of the queue, and whether there are more. One event of the trail names the rows and the accounts
    that were suggested for them. One transaction."""
    found, more = unmatched_rows(language=language, limit=limit, offset=offset)
    if found:
        audit.record(
            action="staff_read_unmatched",
            actor=staff.user,
            organisation=staff.organisation,
            address=address,
            now=now,
            rows=[one.row.pk for one in found],
            accounts=sorted({likely.account_id for one in found for likely in one.likely}),
        )
    return found, more

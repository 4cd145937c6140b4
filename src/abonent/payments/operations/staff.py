"""What staff read of a customer's payment is written down, as with accounts."""

from datetime import datetime

from django.db import transaction

from abonent.payments.office_queries import PaymentFile, payment_file
from abonent.users.audit import record
from abonent.users.models import StaffMembership


@transaction.atomic
def read_payment(
    *, staff: StaffMembership, public_id: str, address: str | None, now: datetime
) -> PaymentFile | None:
    """A payment with its payer, parts and history, and a line in the audit trail; None where the reader
    serves none of its accounts. One transaction."""
    file = payment_file(public_id, organisation_id=staff.organisation_id)
    if file is not None:
        record(
            action="staff_read_payment",
            actor=staff.user,
            subject=f"payment:{file.payment.pk}",
            organisation=staff.organisation,
            address=address,
            now=now,
        )
    return file

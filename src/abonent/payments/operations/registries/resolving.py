"""Rows that fit nobody: staff book them to an account, or say why they are no customer's payment."""

from datetime import datetime

from django.db import transaction

from abonent.accounts.models import Account
from abonent.base.errors import DomainError
from abonent.base.identifiers import account_key
from abonent.ledger import booking
from abonent.payments.models import RegistryRow
from abonent.payments.operations.registries.sources import Booker
from abonent.users import audit
from abonent.users.models import User

_LONGEST_NOTE = 300


class NoSuchAccount(DomainError):  # noqa: N818 - named after what it says
    """No account has this number."""


class AlreadyResolved(DomainError):  # noqa: N818 - named after what it says
    """The row does not wait for anybody: it is resolved, or its operation is booked."""


class NoteNeeded(DomainError):  # noqa: N818 - named after what it says
    """Without a reason a row is not set aside."""


@transaction.atomic
def resolve_row(*, row_id: int, number: str, staff: User, now: datetime) -> None:
    """Book an unmatched row to the account of this number (leading zeros and dashes forgiven).

    One transaction, in the audit trail. Never twice: of two colleagues the second gets AlreadyResolved, as
    does who resolves an operation that the ledger has. Raises NoSuchAccount.
    """
    # The account before the row: a payment that is being booked holds them in the same order.
    account = Account.objects.select_for_update().filter(key=account_key(number)).exclude(key="").first()
    if account is None:
        raise NoSuchAccount(number)
    row = _waiting(row_id)
    entry = Booker(row.registry.source).entry(row.operation, account.pk, row.amount, row.paid_on)
    if not booking.book([entry], now=now):
        raise AlreadyResolved(f"{row.registry.source} {row.operation} is booked already")
    row.state, row.account = RegistryRow.State.BOOKED, account
    _close(row, staff, now, "account")
    audit.record(
        action="registry_row_booked",
        actor=staff,
        subject=f"account:{account.pk}",
        organisation=account.organisation,
        now=now,
        row=row.pk,
        amount=str(row.amount),
    )


@transaction.atomic
def set_aside(*, row_id: int, note: str, staff: User, now: datetime) -> None:
    """Say that an unmatched row is no customer's payment, and why. One transaction, in the audit trail.
    Raises AlreadyResolved, NoteNeeded."""
    note = note.strip()[:_LONGEST_NOTE]
    if not note:
        raise NoteNeeded
    row = _waiting(row_id)
    row.state, row.note = RegistryRow.State.SET_ASIDE, note
    _close(row, staff, now, "note")
    audit.record(
        action="registry_row_set_aside",
        actor=staff,
        subject=f"registry_row:{row.pk}",
        now=now,
        amount=str(row.amount),
    )


def _waiting(row_id: int) -> RegistryRow:
    rows = RegistryRow.objects.select_for_update(of=("self",)).select_related("registry")
    row = rows.filter(pk=row_id, state=RegistryRow.State.UNMATCHED).first()
    if row is None:
        raise AlreadyResolved(f"row {row_id}")
    return row


def _close(row: RegistryRow, staff: User, now: datetime, field: str) -> None:
    row.resolved_by, row.resolved_at = staff, now
    row.save(update_fields=["state", field, "resolved_by", "resolved_at"])

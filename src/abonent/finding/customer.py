"""A customer before the counter: what the first page of an account tells, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from abonent.accounts.masking import masked_email, masked_phone
from abonent.accounts.models import Account, AccountLink
from abonent.accounts.operations import read_account
from abonent.base.numbering import number_of
from abonent.ledger.queries import Balance, MeterPlan, overview
from abonent.metering.models import Submission
from abonent.payments.models import PaymentPart
from abonent.portal.queries import data_version
from abonent.service_requests.models import ServiceRequest
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

LATEST = 5
"""So many of each kind; the rest stands on its own page."""


class SentLately(NamedTuple):
    """Readings as the customer sent them at once."""

    number: str
    submitted_at: datetime
    way: str


class PaidLately(NamedTuple):
    """An online payment's part for this account."""

    public_id: str
    number: int
    created_at: datetime
    amount: Decimal
    state: str


class AskedLately(NamedTuple):
    """A request; `kind` is its label by language."""

    public_id: str
    number: str
    kind: dict[str, str]
    state: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What staff see of an account first. What the member has no right to is None, not empty."""

    account: Account
    links: tuple[AccountLink, ...]
    phone: str
    """Billing's, but for some digits: the customer says the rest."""
    email: str
    balance: Balance | None
    meters: tuple[MeterPlan, ...]
    readings: tuple[SentLately, ...]
    payments: tuple[PaidLately, ...] | None
    requests: tuple[AskedLately, ...] | None


@transaction.atomic
def read_customer(
    *, staff: StaffMembership, public_id: str, language: str, address: str | None, now: datetime
) -> CustomerFile:
    """One account of those the member serves; that it was read is written down. Raises `NoSuchAccount`.

    One transaction; each call is an event of the trail. At most fourteen queries.
    """
    file = read_account(staff=staff, public_id=public_id, address=address, now=now)
    account = file.account
    seen = overview(account.pk, language=language, version=data_version())
    return CustomerFile(
        account=account,
        links=file.links,
        phone=masked_phone(account.contact_phone),
        email=masked_email(account.contact_email),
        balance=seen.balance,
        meters=seen.meters,
        readings=_readings(account.pk),
        payments=_payments(account.pk) if may(staff, Right.PAYMENTS) else None,
        requests=_requests(account.pk) if may(staff, Right.REQUESTS) else None,
    )


def _readings(account_id: int) -> tuple[SentLately, ...]:
    latest = Submission.objects.filter(account_id=account_id).order_by("-pk")[:LATEST]
    rows = latest.values_list("pk", "submitted_at", "way")
    return tuple(SentLately(number_of(pk), at, way) for pk, at, way in rows)


def _payments(account_id: int) -> tuple[PaidLately, ...]:
    parts = PaymentPart.objects.filter(account_id=account_id).order_by("-payment_id", "pk")[:LATEST]
    rows = parts.values_list(
        "payment__public_id", "payment_id", "payment__created_at", "amount", "payment__state"
    )
    return tuple(PaidLately._make(row) for row in rows)


def _requests(account_id: int) -> tuple[AskedLately, ...]:
    latest = ServiceRequest.objects.filter(account_id=account_id).order_by("-created_at")[:LATEST]
    rows = latest.values_list("public_id", "pk", "kind_label", "state", "due_on")
    return tuple(
        AskedLately(public_id, number_of(pk), kind, state, due) for public_id, pk, kind, state, due in rows
    )

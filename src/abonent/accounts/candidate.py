"""The account that a try names, as one row of facts; for an unknown number a row that nothing fits.

The unknown number goes the same way as the known one, query by query and comparison by comparison, so that
neither the answer nor its time tells which numbers exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from abonent.accounts.codes import VALID, matching_series, months_in_force
from abonent.accounts.models import PrintedCode
from abonent.accounts.proofs import Known, facts_match
from abonent.base.prepared import prepared_cursor


@dataclass(frozen=True, slots=True)
class Candidate:
    """`id` is 0 where the number is unknown."""

    id: int = 0
    organisation_id: int | None = None
    owner_version: int = 0
    owner_since: date | None = None
    payer: str = ""
    flat: str = ""
    paid_on: date | None = None
    amounts: Sequence[Decimal] | None = None
    proofs_shut_at: datetime | None = None
    reopened_at: datetime | None = None
    strength_accounts: int | None = None
    strength_opened: int | None = None
    own_link_id: int | None = None
    """The asking person's link, when there is one already."""
    objected: bool = False

    @property
    def known(self) -> Known:
        """A payment made before the present owner came proves nothing."""
        before = self.paid_on and self.owner_since and self.paid_on < self.owner_since
        paid_on = None if before else self.paid_on
        return Known(self.payer, self.flat, paid_on, tuple(self.amounts or ()) if paid_on else ())

    @property
    def strength(self) -> float:
        return (self.strength_opened or 0) / self.strength_accounts if self.strength_accounts else 0.0


#: Compared when the number is unknown: the same work, and no account behind it.
_NOBODY = Known("Никто", "0", date(1900, 1, 1), (Decimal("0.01"),))

_CANDIDATE = """
SELECT account.id, account.organisation_id, account.owner_version, account.owner_since, account.payer,
account.flat, payment.paid_on, payment.amounts, organisation.guessable_proofs_shut_at, reopened.at,
       strength.accounts, strength.opened,
       (SELECT id FROM accounts_accountlink
         WHERE account_id = account.id AND user_id = %(user)s AND ended_at IS NULL),
       EXISTS (SELECT FROM accounts_accountlink
                WHERE account_id = account.id AND user_id = %(user)s AND objected_at IS NOT NULL)
  FROM accounts_account AS account
  JOIN portal_organisation AS organisation ON organisation.id = account.organisation_id
  LEFT JOIN accounts_lastpayment AS payment ON payment.account_id = account.id
  LEFT JOIN accounts_proofsreopened AS reopened ON reopened.organisation_id = account.organisation_id
  LEFT JOIN accounts_linkingstrength AS strength ON strength.organisation_id = account.organisation_id
 WHERE account.key = %(key)s
"""


def candidate(key: str, user_id: int | None) -> Candidate:
    """The account whose number reads as `key`. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_CANDIDATE, {"key": key, "user": user_id})
        row = cursor.fetchone()
    return Candidate(*row) if row else Candidate()


def fits(account: Candidate, asked: Sequence[str], typed: Mapping[str, str]) -> bool:
    """Whether the manuals' proof is right; the same comparisons for an unknown number."""
    right = facts_match(asked, typed, account.known if account.id else _NOBODY)
    return right and account.id != 0


def series_of(account: Candidate, code: str, *, today: date, now: datetime) -> str | None:
    """The series of the code typed, of a bill in force or of a code staff printed; None when none fits.
    One query."""
    printed = PrintedCode.objects.filter(
        account_id=account.id,
        owner_version=account.owner_version,
        issued_at__gt=now - VALID,
        expires_at__gt=now,
    ).values_list("series", flat=True)
    series = [*(str(month) for month in months_in_force(today)), *printed]
    found = matching_series(
        code=code, account_id=account.id, owner_version=account.owner_version, series=series
    )
    return found if account.id else None

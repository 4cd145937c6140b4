"""Reads of accounts. Who may see one is decided here: by a link that has not ended, or a look of staff."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from abonent.accounts.masking import masked_name
from abonent.accounts.models import Account
from abonent.base.prepared import prepared_cursor


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account as one person may see it. With a limited link the payer's name is masked already.

    `data_version` and `data_changed_at` are the portal's (portal.models.DataVersion), read in the same
    query: what is drawn from billing's data may be kept under (id, data_version, limited).
    """

    id: int
    public_id: str
    number: str
    payer: str
    address: str
    """Locality, street, house and flat."""
    residents: int | None
    area: Decimal | None
    """Square metres."""
    organisation_id: int
    opened_on: date | None
    closed_on: date | None
    link_public_id: str
    linked_at: datetime
    limited: bool
    limited_until: datetime | None
    data_version: int
    data_changed_at: datetime | None
    money_version: int
    """`Account.money_version`: payments booked here or on their way change what is shown between imports."""
    announced_until: datetime | None
    """`Account.announced_until`: before it, an outage may concern the account."""
    looking: bool = False
    """A member of the staff sees it (`StaffLook`), linked to nobody: nothing is offered, only shown."""


# ruff: noqa: S608 - only our own column names stand in the text
_FACTS = """
       account.id, account.public_id, account.number, account.payer,
       CASE WHEN account.flat = '' THEN account.address ELSE account.address || ', ' || account.flat END,
       account.residents, account.area, account.organisation_id, account.opened_on, account.closed_on
"""
_VERSIONS = "data.version, data.changed_at, account.money_version, account.announced_until"
_HELD = f"""
SELECT {_FACTS}, link.public_id, link.created_at, link.limited_until, link.objected_at, {_VERSIONS}
  FROM accounts_accountlink AS link
  JOIN accounts_account AS account ON account.id = link.account_id
 CROSS JOIN portal_dataversion AS data
 WHERE link.user_id = %s AND link.ended_at IS NULL
 ORDER BY link.created_at, link.id
"""


def _held(row: tuple[Any, ...], now: datetime) -> HeldAccount:
    until, objected, version, changed, money, announced = row[12:18]
    limited = objected is not None or (until is not None and until > now)
    payer = masked_name(row[3]) if limited else row[3]
    facts: tuple[Any, ...] = (*row[:3], payer, *row[4:12], limited, until, version, changed, money, announced)
    return HeldAccount(*facts)


def held_accounts(user_id: int, *, now: datetime) -> tuple[HeldAccount, ...]:
    """Every account this person is linked to, oldest link first. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_HELD, [user_id])
        return tuple(_held(row, now) for row in cursor.fetchall())


def held_account(user_id: int, public_id: str, *, now: datetime) -> HeldAccount | None:
    """The account `public_id` if this person is linked to it, else None: a stranger's does not exist."""
    return next((one for one in held_accounts(user_id, now=now) if one.public_id == public_id), None)


class LookedAccount(NamedTuple):
    """An account that a member of the staff looks at, and why."""

    account: HeldAccount
    reason: str
    expires_at: datetime


_LOOKED = f"""
SELECT {_FACTS}, '', look.opened_at, NULL, NULL, {_VERSIONS}, look.reason, look.expires_at
  FROM accounts_stafflook AS look
  JOIN accounts_account AS account ON account.id = look.account_id
 CROSS JOIN portal_dataversion AS data
 WHERE look.staff_id = %s AND look.ended_at IS NULL AND look.expires_at > %s AND account.public_id = %s
"""


def looked_account(staff_id: int, public_id: str, *, now: datetime) -> LookedAccount | None:
    """The account `public_id` as under a limited link, where this member's look at it is open. One query.

    Whether the member may still look is the caller's to say (`operations.looks`).
    """
    with prepared_cursor() as cursor:
        cursor.execute(_LOOKED, [staff_id, now, public_id])
        row = cursor.fetchone()
    if row is None:
        return None
    seen = replace(_held(row[:18], now), payer=masked_name(row[3]), limited=True, looking=True)
    return LookedAccount(seen, row[18], row[19])


class BilledAccount(NamedTuple):
    """An account as billing prints it, nobody looking: for many bills at once."""

    id: int
    public_id: str
    number: str
    payer: str
    house: str
    """Locality, street and house."""
    flat: str
    residents: int | None
    area: Decimal | None
    organisation_id: int

    @property
    def address(self) -> str:
        return f"{self.house}, {self.flat}" if self.flat else self.house


_BILLED = """
SELECT id, public_id, number, payer, address, flat, residents, area, organisation_id
  FROM accounts_account
"""


def billed_accounts(account_ids: Collection[int]) -> dict[int, BilledAccount]:
    """By account. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_BILLED + " WHERE id = ANY(%s)", [list(account_ids)])
        return {row[0]: BilledAccount._make(row) for row in cursor.fetchall()}


class AccountOfHouse(NamedTuple):
    """An account in the list of an organisation's houses."""

    id: int
    house: str
    flat: str
    number: str


def accounts_by_house(organisation_id: int) -> Iterator[AccountOfHouse]:
    """All accounts of an organisation, house after house, as a stream: memory does not grow with them."""
    rows = Account.objects.filter(organisation=organisation_id).order_by("address", "pk")
    for row in rows.values_list("id", "address", "flat", "number").iterator(chunk_size=2_000):
        yield AccountOfHouse._make(row)


class Household(NamedTuple):
    """What a tariff asks of an account."""

    residents: int | None
    categories: frozenset[str]
    """Codes of `Account.categories`: electric_stove, alone, exempt, rural."""


_HOUSEHOLDS = "SELECT id, residents, categories FROM accounts_account WHERE id = ANY(%s)"


def account_numbers(account_ids: Collection[int]) -> dict[int, str]:
    """By account. One query."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT id, number FROM accounts_account WHERE id = ANY(%s)", [list(account_ids)])
        return dict(cursor.fetchall())


def households(account_ids: Collection[int]) -> dict[int, Household]:
    """By account. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_HOUSEHOLDS, [list(account_ids)])
        return {row[0]: Household(row[1], frozenset(row[2].split())) for row in cursor.fetchall()}

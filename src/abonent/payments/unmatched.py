"""The queue of payments that name no account, with whose they may be (docs/domain/unmatched.md).

Constant queries, whatever waits. A page is read through `operations.registries.unmatched`, which writes that
down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Min, Sum

from abonent.base.money import ZERO
from abonent.payments.due import bills_left
from abonent.payments.models import RegistryRow
from abonent.payments.suggestions import Known, RowFacts, Suggestion, keys_meant, suggest, words_of_payer
from abonent.portal.models import DataVersion

#: Accounts looked at for one row by the payer's name.
_BY_NAME = 50
#: Numbers that one page may ask for: a purpose full of figures is cut off there.
_MOST_KEYS = 20_000


class Sums(NamedTuple):
    number: int
    amount: Decimal
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Likely:
    """A suggested account, as staff see it."""

    number: str
    public_id: str
    account_id: int
    payer: str
    address: str
    due: Decimal | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    row: RegistryRow
    """With its registry."""
    likely: tuple[Likely, ...]


class _Account(NamedTuple):
    id: int
    key: str
    number: str
    public_id: str
    payer: str
    address: str
    flat: str


def unmatched_sum() -> Sums:
    """How many rows wait, their money, and the day of the oldest. One query over these alone."""
    waiting = RegistryRow.objects.filter(state=RegistryRow.State.UNMATCHED)
    found = waiting.aggregate(number=Count("pk"), amount=Sum("amount"), oldest=Min("paid_on"))
    return Sums(found["number"], found["amount"] or ZERO, found["oldest"])


def unmatched_rows(*, language: str, limit: int, offset: int = 0) -> tuple[list[UnmatchedRow], bool]:
    """A page of rows without an account, the oldest payment first, each with at most five likely accounts;
    and whether there are more. Six queries at most."""
    waiting = RegistryRow.objects.filter(state=RegistryRow.State.UNMATCHED).select_related("registry")
    rows = list(waiting.order_by("paid_on", "pk")[offset : offset + limit + 1])
    page = rows[:limit]
    if not page:
        return [], False
    by_row = _candidates(page)
    everybody = {account.id: account for found in by_row.values() for account in found}
    version = DataVersion.objects.get().version
    due = bills_left(list(everybody), language=language, version=version) if everybody else {}
    shown = [UnmatchedRow(row, _likely(row, by_row.get(row.pk, []), due)) for row in page]
    return shown, len(rows) > limit


def facts_of(row: RegistryRow) -> RowFacts:
    return RowFacts(row.account_text, row.payer, row.purpose, row.amount)


def _likely(row: RegistryRow, accounts: Sequence[_Account], due: Mapping[int, Decimal]) -> tuple[Likely, ...]:
    known = [Known(one.id, one.key, one.payer, due.get(one.id)) for one in accounts]
    by_id = {one.id: one for one in accounts}
    return tuple(_shown(by_id[one.account_id], one, due) for one in suggest(facts_of(row), known))


def _shown(account: _Account, suggestion: Suggestion, due: Mapping[int, Decimal]) -> Likely:
    return Likely(
        number=account.number,
        public_id=account.public_id,
        account_id=account.id,
        payer=account.payer,
        address=f"{account.address}, {account.flat}" if account.flat else account.address,
        due=due.get(account.id),
        why=suggestion.why,
    )


_BY_KEYS = """
SELECT given.place, account.id, account.key, account.number, account.public_id, account.payer,
       account.address, account.flat
  FROM unnest(%(places)s::int[], %(keys)s::text[]) AS given (place, key)
  JOIN accounts_account AS account ON account.key = given.key
"""
# The index of the office's search (accounts/migrations/0009): an account's words, folded.
_BY_WORDS = """
SELECT given.place, account.id, account.key, account.number, account.public_id, account.payer,
       account.address, account.flat
  FROM unnest(%(places)s::int[], %(words)s::text[]) AS given (place, words)
 CROSS JOIN LATERAL (
      SELECT * FROM accounts_account
       WHERE account_words(payer, address, flat) @> string_to_array(given.words, ' ')
       LIMIT %(most)s
 ) AS account
"""


def _candidates(rows: Sequence[RegistryRow]) -> dict[int, list[_Account]]:
    """By row: accounts that its numbers or its payer's words name. Two queries."""
    keys = [(place, key) for place, row in enumerate(rows) for key in keys_meant(facts_of(row))]
    words = [(place, words_of_payer(row.payer)) for place, row in enumerate(rows)]
    named = [(place, " ".join(own)) for place, own in words if own]
    found = _select(_BY_KEYS, keys[:_MOST_KEYS], "keys") if keys else []
    found += _select(_BY_WORDS, named, "words", most=_BY_NAME) if named else []
    by_row: dict[int, dict[int, _Account]] = {}
    for place, *account in found:
        one = _Account(*account)
        by_row.setdefault(rows[place].pk, {})[one.id] = one
    return {row: list(accounts.values()) for row, accounts in by_row.items()}


def _select(query: str, given: Sequence[tuple[int, str]], name: str, **others: int) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {"places": [place for place, _ in given], name: [one for _, one in given]}
    with connection.cursor() as cursor:
        cursor.execute(query, values | others)
        return list(cursor.fetchall())

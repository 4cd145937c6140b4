"""Houses and streets by their words, as somebody types them: a few bounded reads, whatever is typed.

Stands on what finding customers stands on: accounts' folded words and the list of known ones (accounts 0009).
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from abonent.accounts.models import Account, KnownWord
from abonent.announcements.audience import street_of, street_prefix
from abonent.announcements.models import Announcement
from abonent.base.folding import folded

MOST = 20
"""Places offered."""
_LOOKED_AT = 5_000
_SPELLINGS = 40
_SHORTEST = 2
"""Letters from which on a word is taken for the beginning of others."""


def is_place(kind: str, place: str, *, organisation_id: int | None) -> bool:
    """Whether there is an account of that house or street. One query."""
    found = Account.objects.all()
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    if kind == Announcement.Audience.HOUSE:
        return found.filter(address=place).exists()
    return found.filter(address__startswith=street_prefix(place)).exists()


def places(kind: str, words: str, *, organisation_id: int | None) -> tuple[str, ...]:
    """Houses or streets whose addresses have all the words, or words that begin so: twenty at most, by name.

    Of words that more than five thousand accounts share, the first ones found are looked at.
    """
    asked = [word for word in folded(words).split() if word]
    if not asked or max(map(len, asked)) < _SHORTEST:
        return ()
    values = [_spellings(word) for word in asked]
    found = _addresses(values, organisation_id)
    if kind == Announcement.Audience.STREET:
        found = sorted({street for one in found if (street := street_of(one))})
    return tuple(found[:MOST])


def _spellings(word: str) -> list[str]:
    """The word, and the known ones that begin with it."""
    if not word.isalpha() or len(word) < _SHORTEST:
        return [word]
    known = KnownWord.objects.filter(word__startswith=word).order_by("word")[:_SPELLINGS]
    return [word, *known.values_list("word", flat=True)]


# The index knows a payer's words too: of the accounts that it gives, addresses are looked at once each.
_FOUND = """
SELECT address FROM (
    SELECT DISTINCT address FROM (
        SELECT address FROM accounts_account WHERE {words} LIMIT {looked_at}
    ) AS accounts
) AS addresses WHERE {address} ORDER BY address LIMIT 2000
"""
#: For this transaction: without the index every address would be folded.
_BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"


def _addresses(words: Sequence[list[str]], organisation_id: int | None) -> list[str]:
    asked = ["account_words(payer, address, flat) && %s::text[]"] * len(words)
    values: list[Any] = [*words]
    if organisation_id is not None:
        asked.append("organisation_id = %s")
        values.append(organisation_id)
    statement = _FOUND.format(
        words=" AND ".join(asked),
        looked_at=_LOOKED_AT,
        address=" AND ".join(["string_to_array(folded(address), ' ') && %s::text[]"] * len(words)),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        cursor.execute(statement, [*values, *words])
        return [row[0] for row in cursor.fetchall()]

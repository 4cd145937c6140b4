"""Houses and streets by their words, as somebody types them: a few bounded reads, whatever is typed.

Stands on what finding customers stands on: accounts' folded words and the list of known ones (accounts 0009).
"""

from collections.abc import Sequence

from django.db import connection

from abonent.accounts.models import Account, KnownWord
from abonent.announcements.audience import street_of, street_prefix
from abonent.announcements.models import Announcement
from abonent.base.folding import folded

MOST = 20
"""Places offered."""
_LOOKED_AT = 20_000
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

    Of words that more than twenty thousand accounts share, the first ones found are looked at.
    """
    asked = [word for word in folded(words).split() if word]
    if not asked or max(map(len, asked)) < _SHORTEST:
        return ()
    values: list[object] = [_spellings(word) for word in asked]
    where = " AND ".join(["account_words(payer, address, flat) && %s::text[]"] * len(values))
    where += " AND string_to_array(folded(address), ' ') && %s::text[]" * len(values)
    values += values
    if organisation_id is not None:
        where, values = f"{where} AND organisation_id = %s", [*values, organisation_id]
    found = _addresses(where, values)
    if kind == Announcement.Audience.STREET:
        found = sorted({street for one in found if (street := street_of(one))})
    return tuple(found[:MOST])


def _spellings(word: str) -> list[str]:
    """The word, and the known ones that begin with it."""
    if not word.isalpha() or len(word) < _SHORTEST:
        return [word]
    known = KnownWord.objects.filter(word__startswith=word).order_by("word")[:_SPELLINGS]
    return [word, *known.values_list("word", flat=True)]


def _addresses(where: str, values: Sequence[object]) -> list[str]:
    statement = (
        "SELECT DISTINCT address FROM"  # noqa: S608 - `where` holds our own words alone
        f" (SELECT address FROM accounts_account WHERE {where} LIMIT {_LOOKED_AT}) AS looked_at"
        " ORDER BY address LIMIT 2000"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]
        return [row[0] for row in cursor.fetchall()]

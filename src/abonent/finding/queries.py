"""Accounts by whatever is known of them: at most nine queries, each bounded, whatever was typed.

A number, a phone, an e-mail or a serial number is looked up together with everything one mistake may have
made it of (some hundred keys of a B-tree); words go through the list of known words first (known_words.py),
so that a common surname costs what a rare one does. Limits, and what was measured: docs/domain/finding.md.
"""

from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from django.db import connection

from abonent.base.folding import DIGITS, folded, one_mistake
from abonent.finding.hits import MOST, Card, Distance, Found, Hit, Kind, Reason, nearest, ranked
from abonent.finding.known_words import Spellings, spellings
from abonent.finding.typed import Typed

# ruff: noqa: S608 - only our own column names stand in the texts
_CANDIDATES = 200
"""So many accounts are read and ranked; the database stops looking then."""
_NEAR = 60
_NAMESAKES = 2_000
"""So many people of the name are looked at; in a small organisation another word finds the others."""
_AFTER_PAYERS = 0.4
_EMAIL = ascii_lowercase + DIGITS + "._-@"
_SERIAL = ascii_uppercase + DIGITS
_CARD = (
    "account.id, account.public_id, account.number, account.payer, account.address, account.flat,"
    " account.organisation_id, account.closed_on"
)
#: For this transaction: bounded index scans, no compiling for milliseconds, two mistakes of a long word.
_SETTINGS = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
    " set_config('pg_trgm.similarity_threshold', '0.28', true)"
)
_ACCOUNTS = "accounts_account AS account"
_METERS = "metering_meter AS meter JOIN accounts_account AS account ON account.id = meter.account_id"
_PEOPLE = (
    "users_user AS person JOIN accounts_accountlink AS link ON link.user_id = person.id"
    " AND link.ended_at IS NULL JOIN accounts_account AS account ON account.id = link.account_id"
)


def _keyed(of_a_person: bool, tables: str, key: str, has: str = "true") -> str:
    """Rows whose key is one of `near`, each looked up by itself, and rows whose key begins as `begun`.

    A list of some hundred keys, or an OR, would be taken for half the table and read whole.
    """
    row = f"SELECT {_CARD}, {key} AS key, {of_a_person} AS of_a_person FROM {tables} WHERE {has}"
    return f"""
(SELECT found.* FROM unnest(%(near)s::text[]) AS near (key)
  CROSS JOIN LATERAL ({row} AND {key} = near.key {{ours}} LIMIT %(few)s) AS found LIMIT %(most)s)
UNION ALL
({row} AND {key} LIKE %(begun)s {{ours}} LIMIT %(few)s)
"""


_NUMBERS = _keyed(False, _ACCOUNTS, "account.key")
_SERIALS = _keyed(False, _METERS, "serial_key(meter.serial)")
_PHONES = " UNION ALL ".join(
    (
        _keyed(
            False, _ACCOUNTS, "reverse(phone_digits(account.contact_phone))", "account.contact_phone <> ''"
        ),
        _keyed(True, _PEOPLE, "reverse(phone_digits(person.phone))", "person.phone <> ''"),
    )
)
_EMAILS = " UNION ALL ".join(
    (
        _keyed(False, _ACCOUNTS, "lower(account.contact_email)", "account.contact_email <> ''"),
        _keyed(True, _PEOPLE, "person.email", "person.email <> ''"),
    )
)
# Whoever signed up has a name of their own: all words are in it, or none counts. People first, and so many:
# from the links or the accounts the way to a name is hundreds of thousands of rows long.
_WORDS = f"""
(SELECT {_CARD}, '' AS person FROM {_ACCOUNTS} WHERE {{words}} {{ours}} LIMIT %(most)s)
UNION ALL
(SELECT {_CARD}, person.full_name FROM (
    SELECT id, full_name FROM users_user AS person WHERE full_name <> '' AND {{names}} LIMIT %(people)s
  ) AS person CROSS JOIN LATERAL (
    SELECT account_id FROM accounts_accountlink AS link
     WHERE link.user_id = person.id AND link.ended_at IS NULL OFFSET 0
  ) AS link CROSS JOIN LATERAL (
    SELECT * FROM accounts_account AS account WHERE account.id = link.account_id {{ours}} OFFSET 0
  ) AS account LIMIT %(most)s)
"""
_WORD = "account_words(account.payer, account.address, account.flat) && %({name})s::text[]"
_WORD_OF_A_NAME = "name_words(person.full_name) && %({name})s::text[]"
_OURS = "AND account.organisation_id = %(organisation)s"


def find(typed: Typed, *, organisation_id: int | None) -> Found:
    """Accounts of one organisation, or of all (None), best first. Call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
    return ranked(_ways(typed, organisation_id), typed.kinds)


def _ways(typed: Typed, organisation_id: int | None) -> Iterator[Hit]:
    if typed.number:
        yield from nearest(_by_number(typed.number, organisation_id))
    if typed.serial:
        yield from nearest(_by_serial(typed.serial, organisation_id))
    if typed.phones:
        yield from nearest(_by_phone(typed.phones, organisation_id))
    if typed.email:
        yield from nearest(_by_email(typed.email, organisation_id))
    if typed.words:
        yield from _by_words(typed.words, organisation_id)


def _rows(query: str, organisation_id: int | None, **values: Any) -> list[tuple[Any, ...]]:
    ours = "" if organisation_id is None else _OURS
    with connection.cursor() as cursor:
        cursor.execute(query.format(ours=ours), {"organisation": organisation_id, **values})
        return list(cursor.fetchall())


def _asked(value: str, letters: str) -> dict[str, Any]:
    near = [value, *dict.fromkeys(one_mistake(value, letters))]
    return {"near": near, "begun": f"{_bare(value)}%", "most": _NEAR, "few": MOST + 1}


def _bare(value: str) -> str:
    """Without the signs that LIKE reads."""
    return value.replace("\\", "").replace("%", "").replace("_", r"\_")


def _hit(row: tuple[Any, ...], kind: Kind, asked: str, found: str) -> Hit:
    if found == asked:
        distance = Distance.SAME
    else:
        distance = Distance.PART if found.startswith(asked) else Distance.NEAR
    return Hit(Card._make(row[:8]), (Reason(kind, distance),), float(distance))


def _by_number(key: str, organisation_id: int | None) -> Iterator[Hit]:
    for row in _rows(_NUMBERS, organisation_id, **_asked(key, DIGITS)):
        yield _hit(row, Kind.NUMBER, key, row[8])


def _by_serial(key: str, organisation_id: int | None) -> Iterator[Hit]:
    for row in _rows(_SERIALS, organisation_id, **_asked(key, _SERIAL)):
        yield _hit(row, Kind.SERIAL, key, row[8])


def _by_phone(phones: tuple[str, ...], organisation_id: int | None) -> Iterator[Hit]:
    """Kept and compared from the end: people leave out the country, and often the town."""
    asked = [phone[::-1] for phone in phones]
    values = _asked(asked[0], DIGITS)
    values["near"] = [near for phone in asked for near in _asked(phone, DIGITS)["near"]]
    for row in _rows(_PHONES, organisation_id, **values):
        yield _hit(row, Kind.PERSON if row[9] else Kind.PHONE, asked[0], row[8])


def _by_email(email: str, organisation_id: int | None) -> Iterator[Hit]:
    for row in _rows(_EMAILS, organisation_id, **_asked(email, _EMAIL)):
        yield _hit(row, Kind.PERSON if row[9] else Kind.EMAIL, email, row[8])


def _by_words(words: tuple[str, ...], organisation_id: int | None) -> list[Hit]:
    """First as typed, each word by its nearest spelling; by every spelling only where that found too few."""
    known = {word: ways for word, ways in spellings(words).items() if ways}
    if not any(word.isalpha() for word in known):
        return []
    strict = {word: _best(ways) for word, ways in known.items()}
    hits = _of_words(strict, organisation_id)
    if len(hits) < MOST and strict != known:
        hits += _of_words(known, organisation_id)
    return hits


def _best(ways: Spellings) -> Spellings:
    """A word that is known is itself; else what one mistake or its beginning leads to; else what is alike."""
    least = min(ways.values())
    most = least if least in (Distance.SAME, Distance.FAR) else Distance.NEAR
    return {word: distance for word, distance in ways.items() if distance <= most}


def _of_words(known: dict[str, Spellings], organisation_id: int | None) -> list[Hit]:
    names = {f"word{number}": list(ways) for number, ways in enumerate(known.values())}
    query = _WORDS
    for place, word in (("{words}", _WORD), ("{names}", _WORD_OF_A_NAME)):
        query = query.replace(place, " AND ".join(word.format(name=name) for name in names))
    rows = _rows(query, organisation_id, most=_CANDIDATES, people=_NAMESAKES, **names)
    return [_weighed(Card._make(row[:8]), known, person=row[8]) for row in rows]


def _weighed(card: Card, known: dict[str, Spellings], person: str = "") -> Hit:
    """Nearer spellings first; then a surname before other names, a name before an address, and a bare number
    where it was typed: the house before the flat. By the name of a `person` linked: payers come first."""
    if person:
        return _weighed_person(card, known, folded(person).split())
    name, place = folded(card.payer).split(), _place(card)
    reasons: dict[Kind, Distance] = {}
    weight = 0.0
    last = -1
    for ways in known.values():
        kind, at, distance = _where(ways, name, place)
        reasons[kind] = max(distance, reasons.get(kind, distance))
        weight += distance + (0.3 if kind is Kind.ADDRESS else 0.1 * min(at, 2))
        if kind is Kind.ADDRESS:
            weight += 0.05 if at < last else 0
            last = at
    return Hit(card, tuple(Reason(kind, distance) for kind, distance in reasons.items()), weight)


def _weighed_person(card: Card, known: dict[str, Spellings], name: list[str]) -> Hit:
    near = [min(ways.get(word, Distance.FAR) for word in name) for ways in known.values()]
    return Hit(card, (Reason(Kind.PERSON_NAME, max(near)),), sum(near) + _AFTER_PAYERS)


def _place(card: Card) -> list[str]:
    flat = folded(card.flat).replace(" ", "")
    return [*folded(card.address).split(), *([f"kv{flat}"] if flat else [])]


def _where(ways: Spellings, name: list[str], place: list[str]) -> tuple[Kind, int, Distance]:
    """Where the account has the word, and how near: the nearest place wins, a name before an address."""
    found = [
        (distance, rank, at, kind)
        for rank, (kind, words) in enumerate(((Kind.NAME, name), (Kind.ADDRESS, place)))
        for at, word in enumerate(words)
        if (distance := ways.get(word)) is not None
    ]
    distance, _, at, kind = min(found, default=(Distance.FAR, 1, 0, Kind.ADDRESS))
    return kind, at, distance

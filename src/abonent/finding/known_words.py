"""Typed words beside the words that names and addresses have: the same, near, begun, or by trigrams far."""

from collections.abc import Iterable, Iterator

from django.db import connection

from abonent.base.folding import LETTERS, one_mistake
from abonent.finding.hits import Distance

MOST_SPELLINGS = 40
"""Of a word with many known ones near it, the nearest are asked for."""
_SHORTEST_MISTYPED = 4
"""Shorter words have too many neighbours: «Ким» is «Кай» after two letters."""
_LONG = 6
"""From so many letters on two mistakes are forgiven, by trigrams."""

Spellings = dict[str, Distance]

_KNOWN = """
SELECT asked.n, known.word, known.how FROM unnest(%s::text[]) WITH ORDINALITY AS asked (word, n)
 CROSS JOIN LATERAL (
    SELECT word, 1 AS how FROM (SELECT word FROM accounts_knownword WHERE word > asked.word COLLATE "C"
      AND word < (asked.word || '~') COLLATE "C" ORDER BY word LIMIT %s) AS begun
    UNION ALL
    SELECT word, 3 FROM (SELECT word, similarity(word, asked.word) AS alike FROM accounts_knownword
     WHERE length(asked.word) >= %s AND word %% asked.word ORDER BY alike DESC LIMIT %s) AS alike
 ) AS known
UNION ALL
SELECT near.n, known.word, 2 FROM unnest(%s::bigint[], %s::text[]) AS near (n, word)
  JOIN accounts_knownword AS known ON known.word = near.word COLLATE "C"
"""


def spellings(words: Iterable[str]) -> dict[str, Spellings]:
    """Of each word the known ones it may be, nearest first. One query, whatever is asked.

    What holds digits is not in the list of known words and is itself: houses are counted, not misspelt.
    The caller has set `pg_trgm.similarity_threshold`.
    """
    asked = list(words)
    of_letters = [word for word in asked if word.isalpha()]
    found: dict[str, Spellings] = {word: _numbered(word) for word in asked if word not in of_letters}
    if of_letters:
        found |= _known(of_letters)
    return {word: found[word] for word in asked}


def _numbered(word: str) -> Spellings:
    """A bare «5» may be the flat as well; some addresses have the «а» of «12а» apart, or not at all."""
    if word.startswith("kv"):
        return {word: Distance.SAME}
    house = word.rstrip(LETTERS)
    apart = {house: Distance.NEAR} if house != word and house.isdigit() else {}
    return {word: Distance.SAME, f"kv{word}": Distance.SAME} | apart


def _near(words: list[str]) -> Iterator[tuple[int, str]]:
    """Each word itself, and what one mistake may have made it of."""
    for number, word in enumerate(words, start=1):
        yield number, word
        if len(word) >= _SHORTEST_MISTYPED:
            yield from ((number, one) for one in dict.fromkeys(one_mistake(word, LETTERS)))


def _known(words: list[str]) -> dict[str, Spellings]:
    numbers, near = zip(*_near(words), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [words, MOST_SPELLINGS, _LONG, MOST_SPELLINGS, list(numbers), list(near)])
        rows = cursor.fetchall()
    found: dict[str, Spellings] = {word: {} for word in words}
    for number, known, how in sorted(rows, key=lambda row: row[2]):
        word = words[number - 1]
        distance = Distance.SAME if known == word else Distance(how)
        found[word][known] = min(distance, found[word].get(known, distance))
    return {word: _nearest(known) for word, known in found.items()}


def _nearest(known: Spellings) -> Spellings:
    order = sorted(known.items(), key=lambda one: one[1])
    return dict(order[:MOST_SPELLINGS])

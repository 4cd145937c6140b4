"""What spellings of one word share: the twin of the database's `folded` (users/migrations/0006); one mistake.

Everything becomes ASCII: Kazakh letters go with their Russian look-alikes (ә with а, қ with к, ө with о), ё
with е, a Cyrillic letter with a Latin one; soft and hard signs go; what parts words becomes a space. Nobody
reads the result.
"""

from collections.abc import Iterator

_PAIRS = (
    ("аоеинвртслкмугдбыяйжпчзхшюцщэфқіәңғұүөһё", "aoeinvrtslkmugdbyaijpqzhwucwefkianguuohe"),
    ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"),
)
_PARTS = '.,/-()"«»№;:_+*'
_GONE = "ьъЬЪ'’"
_FOLD = str.maketrans(
    {
        letter: folded
        for given, wanted in _PAIRS
        for one, folded in zip(given, wanted, strict=True)
        for letter in (one, one.upper())
    }
    | dict.fromkeys(_PARTS, " ")
    | dict.fromkeys(_GONE)
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"


def folded(words: str) -> str:
    """Any words as they are compared.

    >>> folded("Әбілқасым"), folded("Абилкасым"), folded("Пётр, кв.5")
    ('abilkasym', 'abilkasym', 'petr  kv 5')
    """
    return words.translate(_FOLD)


def one_mistake(word: str, letters: str) -> Iterator[str]:
    """Every word from which `word` comes by one mistake: two signs swapped, one wrong, missing or too many.

    Likelier mistakes first; some come twice. About 2 x len(word) x len(letters) words.

    >>> sorted(set(one_mistake("12", "12")))
    ['1', '11', '112', '12', '121', '122', '2', '21', '212', '22']
    """
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1)
    yield from (left + one + right for left, right in parts for one in letters)
    yield from (left + one + right[1:] for left, right in parts if right for one in letters)
    yield from (left + right[1:] for left, right in parts if right)

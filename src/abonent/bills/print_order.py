"""The order of flats and the names of files of a bulk print. Pure."""

import re
import unicodedata

_LONGEST = 80
_LATIN = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o",
    "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "kh",
    "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e",
    "ю": "yu", "я": "ya",
}  # fmt: skip


def flat_order(flat: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which flats stand as people count: 2, 10, 10а, 10б, 100; a house without flats first.

    >>> sorted(["100", "10а", "2", "", "10", "оф. 3"], key=flat_order)
    ['', '2', '10', '10а', '100', 'оф. 3']
    """
    pieces = re.findall(r"\d+|\D+", flat.casefold().strip())
    return tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in pieces)


def file_stem(number: int, house: str, part: int | None = None) -> str:
    """A name that every system takes, and no two houses share: their places in the list come first.

    >>> file_stem(7, "г. Алматы, ул. Абая, 10/2", part=2)
    '00007-g-almaty-ul-abaya-10-2-part-2'
    """
    latin = "".join(_LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", house.lower()))
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
    return "-".join(filter(None, [f"{number:05d}", words, f"part-{part}" if part else ""]))

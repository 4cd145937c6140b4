"""What the formats of registries share: bytes to text, texts to values, each error named. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.payments.registry_file import BadRegistry

_AMOUNT = re.compile(r"[-+]?[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_DAYS = (
    re.compile(r"(?P<day>[0-9]{2})[-./](?P<month>[0-9]{2})[-./](?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
)
_DAYS_IN_NAMES = (
    *_DAYS,
    re.compile(r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>20[0-9]{2})"),
)
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: Nothing the field deals with is older.
_FIRST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """A file to be read, and what it does not say itself."""

    data: bytes
    name: str = ""
    day: date | None = None
    """Of formats whose rows have none."""
    own_accounts: frozenset[str] = frozenset()
    """The organisations' bank accounts."""
    account_pattern: str = ""
    """A regular expression whose first group is the personal account in a purpose of payment."""


def decoded(data: bytes, *encodings: str) -> str:
    """The text: UTF-8 where it is that, else the first encoding in which every byte means something."""
    for encoding in ("utf-8-sig", *encodings):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found = _UNUSABLE.search(text)
        if found is None:
            return text
        line = text.count("\n", 0, found.start()) + 1
        raise BadRegistry("holds a control character: this is no text", line=line, remedy=_ANEW)
    raise BadRegistry(f"is neither UTF-8 nor {' nor '.join(encodings)}", remedy=_ANEW)


_ANEW = "ask the bank for the file anew"


def amount(text: str, *, line: int, field: str) -> Decimal:
    """`1234.56` or `1234,56`; at most twelve digits and two places."""
    compact = text.strip()
    if not _AMOUNT.fullmatch(compact):
        raise BadRegistry(
            "is no sum like 1234.56",
            line=line,
            field=field,
            value=text,
            remedy="look whether the format is right",
        )
    return Decimal(compact.replace(",", "."))


def day(text: str, *, line: int, field: str) -> date:
    """`05-11-2026`, `05.11.2026` or `2026-11-05`; a time may follow after a space or a T."""
    compact = re.split(r"[ T]", text.strip(), maxsplit=1)[0]
    for pattern in _DAYS:
        if (match := pattern.fullmatch(compact)) and (found := _day_of(match)):
            return found
    raise BadRegistry(
        "is no day like 05-11-2026",
        line=line,
        field=field,
        value=text,
        remedy="look whether the format is right",
    )


def day_in_name(name: str) -> date | None:
    """The one day that stands in a file's name, `gorod_2026-11-05.txt` or `05112026.txt`."""
    found = {
        day
        for pattern in _DAYS_IN_NAMES
        for match in re.finditer(rf"(?<![0-9]){pattern.pattern}(?![0-9])", name)
        if (day := _day_of(match))
    }
    return found.pop() if len(found) == 1 else None


def _day_of(match: re.Match[str]) -> date | None:
    try:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


class OperationNames:
    """Names for operations of banks that give them none: from what the row says, so that the same row in
    another file has the same name; twins of one file are numbered."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def name(self, beginning: str, particulars: Sequence[str]) -> str:
        digest = hashlib.sha256("\x1f".join(particulars).encode()).hexdigest()[:20]
        name = f"{beginning}-{digest}"
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}-{self._seen[name]}"


def check(said: Decimal | int, found: Decimal | int, *, line: int, field: str) -> None:
    """A trailer must say what the rows say: otherwise nothing of the file can be believed."""
    if said != found:
        raise BadRegistry(
            f"is said, and the rows make {found}: the file is not whole or was changed",
            line=line,
            field=field,
            value=str(said),
            remedy=_ANEW,
        )

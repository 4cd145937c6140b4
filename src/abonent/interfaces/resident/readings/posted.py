"""The form of readings as it was sent: read into plain values, judged by nobody yet.

Names of the fields: `reading-<meter>-<scale>`, `photo-<meter>`, `confirm` (repeated:
`<meter>-<scale>:unusual`), `taken_on`, `key`, `seen`. The page of a reminder's link has the same ones.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from abonent.metering.checks import LONGEST
from abonent.metering.photos import MEGABYTES
from abonent.metering.typed_form import TypedForm

#: No more of a photo is read: one byte over the domain's bound is enough for it to be refused.
_MOST_OF_A_PHOTO = MEGABYTES * 1024 * 1024 + 1
_READING = re.compile(r"reading-([0-9]{1,18}-[a-z_]{1,10})")
_PHOTO = re.compile(r"photo-([0-9]{1,18})")
#: One more than the domain reads: what is cut off must not make another number.
_LONGEST = LONGEST + 1


@dataclass(frozen=True, slots=True)
class Posted:
    """What was typed. `values` is keyed `<meter>-<scale>`, as the domain's `submit` takes it."""

    values: Mapping[str, str] = field(default_factory=dict)
    taken_on_text: str = ""
    confirmed: frozenset[str] = frozenset()
    photos: Mapping[int, bytes] = field(default_factory=dict)
    key: str = ""
    seen: int = 0

    @property
    def taken_on(self) -> date | None:
        """The day, of `2026-11-21` (a date field) or `21.11.2026` (people); None when it cannot be read."""
        pattern = "%d.%m.%Y" if "." in self.taken_on_text else "%Y-%m-%d"
        try:
            return datetime.strptime(self.taken_on_text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None

    @property
    def form(self) -> TypedForm:
        """The same, as the domain takes it."""
        return TypedForm(self.values, self.taken_on, self.confirmed, self.photos, self.key, self.seen)


def posted(post: QueryDict, files: MultiValueDict[str, Any]) -> Posted:
    """The form of a POST; what is no field of ours is left out, and nothing here raises."""
    return _read(post.items(), post.getlist("confirm"), _photos(files))


def posted_initial(typed: Mapping[str, Any]) -> Posted:
    """The same of what was typed before the language was switched (`typed_initial`).

    Of a photo only its name came along; its meter stands in `photos`, without a byte.
    """
    confirmed = typed.get("confirm", [])
    single = ((name, value) for name, value in typed.items() if isinstance(value, str))
    photos = {int(found[1]): b"" for name in typed if typed[name] and (found := _PHOTO.fullmatch(name))}
    return _read(single, [confirmed] if isinstance(confirmed, str) else confirmed, photos)


def _read(typed: Iterable[tuple[str, Any]], confirmed: Iterable[str], photos: Mapping[int, bytes]) -> Posted:
    # PostgreSQL takes no null character, and no meter shows one.
    given = {name: str(value).replace("\0", "").strip()[:_LONGEST] for name, value in typed}
    return Posted(
        values={found[1]: given[name] for name in given if (found := _READING.fullmatch(name))},
        taken_on_text=given.get("taken_on", ""),
        confirmed=frozenset(confirmed),
        photos=photos,
        key=given.get("key", ""),
        seen=_count(given.get("seen", "")),
    )


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else 0


def _photos(files: MultiValueDict[str, Any]) -> dict[int, bytes]:
    """The pictures by meter; an empty file field sends nothing."""
    return {
        int(found[1]): sent[-1].read(_MOST_OF_A_PHOTO)
        for name, sent in files.lists()
        if (found := _PHOTO.fullmatch(name)) and sent and sent[-1].size
    }

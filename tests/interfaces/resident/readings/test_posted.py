"""The reader of the form takes what anybody sends, and judges nothing."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from abonent.interfaces.resident.readings.posted import posted, posted_initial
from abonent.metering.checks import LONGEST
from abonent.metering.photos import MEGABYTES

NAMES = st.one_of(
    st.sampled_from(["key", "seen", "taken_on", "confirm", "reading-1-total", "photo-1", "reading-٣-day"]),
    st.from_regex(r"(reading|photo)-[0-9]{0,30}-?[a-z_]{0,12}", fullmatch=True),
    st.text(max_size=20),
)


def query(**fields: str) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in fields.items():
        made[name.replace("__", "-")] = value
    return made


def test_the_fields_of_the_form() -> None:
    post = query(
        reading__7__day=" 1 500,5 ", reading__7__night="", taken_on="2026-11-21", key="k1", seen="42"
    )
    post.setlist("confirm", ["7-day:unusual", "7-night:rollover"])
    files = MultiValueDict(
        {"photo-7": [SimpleUploadedFile("m.jpg", b"picture")], "photo-8": [SimpleUploadedFile("n.jpg", b"")]}
    )
    read = posted(post, files)
    assert dict(read.values) == {"7-day": "1 500,5", "7-night": ""}
    assert (read.taken_on, read.key, read.seen) == (date(2026, 11, 21), "k1", 42)
    assert read.confirmed == {"7-day:unusual", "7-night:rollover"}
    assert dict(read.photos) == {7: b"picture"}


def test_of_a_photo_no_more_is_read_than_is_needed_to_refuse_it() -> None:
    bound = MEGABYTES * 1024 * 1024
    file = SimpleUploadedFile("m.jpg", b"x" * (bound + 1000))
    assert len(posted(query(), MultiValueDict({"photo-1": [file]})).photos[1]) == bound + 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("2026-02-30", None),
        ("", None),
    ],
)
def test_the_day(text: str, day: date | None) -> None:
    assert posted(query(taken_on=text), MultiValueDict()).taken_on == day


@given(st.lists(st.tuples(NAMES, st.text(max_size=60))))
def test_nothing_that_is_sent_raises(fields: list[tuple[str, str]]) -> None:
    post = QueryDict(mutable=True)
    for name, value in fields:
        post.appendlist(name, value)
    read = posted(post, MultiValueDict())
    assert read.taken_on is None or read.taken_on.year
    assert read.seen >= 0
    assert all(len(value) <= LONGEST + 1 and "\0" not in value for value in [*read.values.values(), read.key])


def test_what_was_typed_before_the_language_was_switched() -> None:
    typed = {
        "reading-7-day": "15x",
        "taken_on": "21.11.2026",
        "confirm": "7-day:unusual",
        "key": "k",
        "seen": "3",
    }
    read = posted_initial(typed)
    assert (dict(read.values), read.key, read.seen) == ({"7-day": "15x"}, "k", 3)
    assert read.confirmed == {"7-day:unusual"}
    assert posted_initial({**typed, "confirm": ["a", "b"]}).confirmed == {"a", "b"}

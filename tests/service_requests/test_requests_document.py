"""docs/domain/requests.md: its tables and its queries are what the code does."""

import re
from datetime import date
from typing import get_args

import pytest
from django.conf import settings

from abonent.base.pictures import MEGAPIXELS
from abonent.portal.profile_requests import FieldType
from abonent.service_requests import files
from abonent.service_requests import pdf as reader
from abonent.service_requests import pdf_cleaning as pdf
from abonent.service_requests.invariants import INVARIANTS
from abonent.service_requests.operations import customer, drafts, filing
from abonent.service_requests.working_days import WorkingDays
from tests.service_requests.tables import DOCUMENT, table


@pytest.mark.parametrize(
    ("country", "filed", "count", "own", "due"),
    [row[:5] for row in table("country")],
    ids=lambda value: value or "plain",
)
def test_deadlines(country: str, filed: str, count: str, own: str, due: str) -> None:
    word, _, day = own.partition(" ")
    days = frozenset({date.fromisoformat(day)} if day else ())
    calendar = WorkingDays(
        country,
        holidays=days if word == "off" else frozenset(),
        workdays=days if word == "worked" else frozenset(),
    )
    assert calendar.after(date.fromisoformat(filed), int(count)).isoformat() == due


@pytest.mark.parametrize(("due", "asked", "answered", "then"), [row[:4] for row in table("due")])
def test_a_deadline_stands_still_while_it_waits(due: str, asked: str, answered: str, then: str) -> None:
    calendar = WorkingDays("KZ")
    waited = calendar.between(date.fromisoformat(asked), date.fromisoformat(answered))
    assert calendar.after(date.fromisoformat(due), waited).isoformat() == then


def test_every_type_of_field_is_in_the_table() -> None:
    told = re.findall(r"`(\w+)`", " ".join(row[0] for row in table("type")))
    assert sorted(told) == sorted(get_args(FieldType))


def test_the_bounds_that_are_told() -> None:
    text = " ".join(DOCUMENT.read_text("utf-8").split())
    assert f"with {filing.MOST_OPEN} open requests" in text
    assert f"filed {filing.MOST_A_DAY} in 24 hours" in text
    assert f"{customer.MESSAGES_A_DAY} messages in 24 hours" in text
    assert f"{drafts.MOST_FILES} and {drafts.MOST_BYTES // 1024**2} MB a person" in text
    assert f"at most {pdf.MEMORY // 1024**2} MB and {pdf.SECONDS} seconds" in text
    assert f"at most {reader.AT_ONCE} of them run at once" in text
    assert f"no turn in {reader.WAITING} seconds" in text
    assert f"of one person {settings.ACCOUNT_RATE_LIMITS['request_files'].partition('/')[0]} an hour" in text
    assert f"at most {pdf.PAGES} pages" in text
    assert f"more than {pdf.STREAM // 1024**2} MB in a stream or {pdf.STREAMS // 1024**2} MB in all" in text
    assert f"more than {pdf.OBJECTS:,} objects".replace(",", " ") in text
    assert f"at most {files.LONGEST_SIDE} dots a side" in text
    assert f"at most {MEGAPIXELS} million dots" in text


def test_the_invariants_that_are_told() -> None:
    section = DOCUMENT.read_text("utf-8").partition("## What always holds of requests")[2]
    told = dict(re.findall(r"^`(\w+)`: [^\n]+\n\n```sql\n(.*?)\n```$", section, re.M | re.S))
    assert told == {name: query.strip() for name, query in INVARIANTS.items()}

"""docs/domain/readings.md, «Reminders and the signed link», row by row."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.operations import owners_changed
from abonent.metering.models import ReadingLink
from abonent.metering.operations.reminders import KEPT
from abonent.metering.reading_links import token
from abonent.metering.reminder_times import EVENING, MORNING, due
from abonent.metering.windows import Rules
from abonent.notices.operations import LETTERS_A_DAY
from tests.metering.reminded import OPENED, link, new_account, new_link, new_organisation, new_person

TEXT = (settings.BASE_DIR / "docs" / "domain" / "readings.md").read_text("utf-8")
SECTION = TEXT.split("## Reminders and the signed link", 1)[1].split("\n## ", 1)[0]


def table(first_column: str) -> list[list[str]]:
    lines = SECTION.split(f"\n| {first_column} |", 1)[1].splitlines()[2:]
    rows = [line for line in lines[: lines.index("")] if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize(("days", "zone", "now", "letter"), table("days"))
def test_the_letter_of_the_table_is_due(days: str, zone: str, now: str, letter: str) -> None:
    first, last = map(int, days.split("-"))
    rules = Rules(first, last, zone, False, Decimal(3), "daily", 20)
    found = due(rules, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (found.kind if found else "-") == letter


def test_the_words_of_time_are_the_codes() -> None:
    assert (MORNING, EVENING) == (9, 21)
    assert (KEPT.days, LETTERS_A_DAY) == (60, 10)


#: What each row of the table does to a link before it is opened.
DOINGS: dict[str, Callable[[str, Client], Any]] = {
    "as in the letter, the window open": lambda page, client: None,
    "one letter of it changed": lambda page, client: None,
    "after a submission by it": lambda page, client: ReadingLink.objects.update(used_at=OPENED),
    "after the window has closed": lambda page, client: ReadingLink.objects.update(expires_at=OPENED),
    "after the person's link to the account ended": lambda page, client: AccountLink.objects.update(
        ended_at=OPENED
    ),
    "after billing reported a new owner": lambda page, client: owners_changed(
        account_ids=[Account.objects.get().pk], now=OPENED
    ),
    "after the readings were refused at a field": lambda page, client: client.post(
        page, {"reading-1-total": "x"}
    ),
    "after it was looked at ten times": lambda page, client: [client.get(page) for _ in range(10)],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("doing", "status"), table("the link"))
def test_a_link_answers_as_the_table_says(
    doing: str, status: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: OPENED)
    account, alice = new_account(new_organisation()), new_person()
    link(alice, account)
    row = new_link(alice, account, expires_at=datetime(2026, 12, 25, 19, 0, tzinfo=UTC))
    page = f"/r/{token(row)}/"
    DOINGS[doing](page, client)
    if doing == "one letter of it changed":
        page = page.replace("/r/W", "/r/X")
    assert client.get(page).status_code == int(status)

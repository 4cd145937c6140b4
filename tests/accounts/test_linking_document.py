"""docs/domain/linking.md, table by table, against the code."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from abonent.accounts import codes, limits
from abonent.accounts.limits import DAY, HOUR, Counts, Limit
from abonent.accounts.limits import MONTH as THIRTY_DAYS
from abonent.accounts.proofs import CHECKS, Known, facts_match
from abonent.accounts.strength import GUESSES, WARN_ABOVE
from abonent.base.months import Month

TEXT = (settings.BASE_DIR / "docs" / "domain" / "linking.md").read_text("utf-8")
KNOWN = Known("Әбілқасымова-Щедрина Алёна", "012а", date(2026, 10, 3), (Decimal("1234.50"), Decimal("20.00")))


def table(first_column: str) -> list[list[str]]:
    """The rows of the table whose head begins with `first_column`."""
    lines = TEXT.split(f"\n| {first_column} |", 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.mark.parametrize(("fact", "typed", "right"), table("fact"))
def test_a_fact_is_right_or_wrong_as_the_page_says(fact: str, typed: str, right: str) -> None:
    assert facts_match([fact], {fact: typed}, KNOWN) == (right == "yes")


def test_the_page_names_every_fact_and_every_limit() -> None:
    assert {row[0] for row in table("fact")} == set(CHECKS)
    assert {row[0] for row in table("limit")} == set(Limit) - {Limit.OBJECTED, Limit.STRENGTH}
    assert all(f"**{one}**" in TEXT for one in (Limit.OBJECTED, Limit.STRENGTH))


@pytest.mark.parametrize(("month", "today", "accepted"), table("bill of"))
def test_a_bills_code_is_in_force_as_the_page_says(month: str, today: str, accepted: str) -> None:
    in_force = codes.months_in_force(date.fromisoformat(today))
    assert (Month.parse(month) in in_force) == (accepted == "yes")


#: The count that each row of the table looks at.
COUNTED = {
    ("person", "day"): "person_day",
    ("person", "month"): "person_month",
    ("number", "day"): "number_day",
    ("number", "month"): "number_month",
    ("numbers", "day"): "other_numbers_day",
    ("numbers", "month"): "other_numbers_month",
    ("captcha", "hour"): "address_hour",
    ("address", "day"): "address_day",
    ("network", "day"): "network_day",
    ("organisation", "day"): "organisation_day",
    ("neighbours", "day"): "neighbours_day",
}


@pytest.mark.parametrize(("limit", "tries", "within"), [row[:3] for row in table("limit")])
def test_a_limit_is_reached_at_the_pages_figure_and_not_before(limit: str, tries: str, within: str) -> None:
    def reached(count: int, accounts: int = 0) -> Limit | None:
        nothing = dict.fromkeys(Counts.__dataclass_fields__, 0)
        counts = Counts(**nothing | {COUNTED[limit, within]: count})
        return counts.reached(captcha_passed=False, organisation_accounts=accounts)

    assert reached(int(tries)) == Limit(limit)
    assert reached(int(tries) - 1) is None
    if limit == "organisation":
        assert reached(999, accounts=500_000) is None
        assert reached(1000, accounts=500_000) == Limit.ORGANISATION, "0.2 %"


def test_the_pages_words_of_time_and_share_are_the_codes() -> None:
    assert (HOUR.total_seconds(), DAY.days, THIRTY_DAYS.days) == (3600, 1, 30)
    assert codes.VALID.days == 60
    assert codes.LENGTH == 8
    assert (GUESSES, WARN_ABOVE) == (5, 0.001)
    assert limits.NEIGHBOURHOOD == 20
    assert limits.neighbourhood("700") == limits.neighbourhood("719") != limits.neighbourhood("720")

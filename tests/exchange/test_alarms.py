"""Alarms sound where docs/domain/bundle.md says, and not below."""

import re
from typing import Any

import pytest

from abonent.exchange import alarms
from abonent.interfaces.office import import_words
from tests.exchange.conftest import DOCUMENT

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "account,month,service,opening,accrued,corrections,paid,closing\n"
ACCOUNTS = "number,organisation,payer,address,closed_on,owner_since\n"


def accounts(payers: list[str], closed: int = 0) -> str:
    return ACCOUNTS + "".join(
        f"{at},aes,{payer},Абая,{'2026-10-01' if at <= closed else ''},2020-01-01\n"
        for at, payer in enumerate(payers, 1)
    )


def charges(month: str, amount: str, rows: int = 40) -> str:
    return "".join(f"{at},{month},power,0,{amount},0,0,{amount}\n" for at in range(1, rows + 1))


@pytest.fixture
def found(bundle: Any, load: Any) -> Any:
    """A portal of forty accounts and October; gives the alarms of another bundle."""
    load(bundle(accounts=accounts(["Ким"] * 40), charges=HEAD + charges("2026-10", "100.00"), meters=None,
                readings=None, payments=None))  # fmt: skip

    def ask(**files: str) -> list[tuple[str, dict[str, Any]]]:
        options = {"whole_months": files.pop("whole", "") == "yes"}
        report = load(bundle(only=True, **files), dry_run=True, **options)
        assert report.outcome == "planned", report.problems
        return [(one.code, one.facts) for one in report.alarms]

    return ask


def test_the_document_and_the_office_name_every_alarm() -> None:
    table = re.search(r"^## Alarms\n(.*?)^## ", DOCUMENT.read_text("utf-8"), re.M | re.S)
    assert table
    documented = set(re.findall(r"^\| `(\w+)` \|", table[1], re.M))
    assert documented == set(import_words._ALARMS)
    for percent in (alarms.ACCRUED_PERCENT, alarms.VANISHING_PERCENT, alarms.RENAMED_PERCENT):
        assert f"more than {percent} %" in table[1]


def test_a_month_like_the_last_one_raises_none(found: Any) -> None:
    assert found(charges=HEAD + charges("2026-11", "130.00")) == []
    assert found(charges=HEAD + charges("2026-11", "70.00")) == []


def test_a_month_unlike_the_last_one(found: Any) -> None:
    facts = {"month": "2026-11", "now": 524000, "then": 400000, "percent": 31}
    assert found(charges=HEAD + charges("2026-11", "131.00")) == [("accrued", facts)]
    assert [code for code, _ in found(charges=HEAD + charges("2026-11", "-1.00"))] == [
        "negative_accrued",
        "accrued",
    ]


def test_few_lines_say_nothing(found: Any) -> None:
    assert found(charges=HEAD + charges("2026-11", "900.00", rows=19)) == []


def test_an_old_month_and_an_old_bundle(found: Any) -> None:
    old = [("older_bundle", {"month": "2026-09", "newest": "2026-10"})]
    assert found(charges=HEAD + charges("2026-09", "100.00")) == old
    both = HEAD + charges("2026-11", "100.00") + charges("2026-10", "101.00")
    assert found(charges=both) == [], "October is the portal's last month: it may be corrected"


def test_a_month_that_is_over_is_overwritten(found: Any, bundle: Any, load: Any) -> None:
    load(bundle(only=True, charges=HEAD + charges("2026-11", "100.00")))
    assert found(charges=HEAD + charges("2026-10", "101.00")) == [
        ("older_bundle", {"month": "2026-10", "newest": "2026-11"}),
        ("old_month", {"month": "2026-10", "rows": 40}),
    ]


def test_lines_that_go(found: Any) -> None:
    assert found(charges=HEAD + charges("2026-10", "100.00", rows=36), whole="yes") == []
    facts = {"month": "2026-10", "rows": 5, "of": 40}
    assert found(charges=HEAD + charges("2026-10", "100.00", rows=35), whole="yes") == [("lines_gone", facts)]


def test_accounts_that_leave(found: Any) -> None:
    assert found(accounts=accounts(["Ким"] * 38, closed=2)) == []
    facts = {"vanished": 2, "closing": 3, "of": 40}
    assert found(accounts=accounts(["Ким"] * 38, closed=3)) == [("accounts_leave", facts)]


def test_payers_that_change(found: Any) -> None:
    assert found(accounts=accounts(["Ли"] * 8 + ["Ким"] * 32)) == []
    facts = {"renamed": 9, "of": 40, "links": 0}
    assert found(accounts=accounts(["Ли"] * 9 + ["Ким"] * 31)) == [("payers_renamed", facts)]


def test_payments_below_nothing(found: Any) -> None:
    head = "source,id,account,paid_on,amount\n"
    assert found(payments=f"{head}b,1,1,2026-10-01,5.00\nb,2,1,2026-10-02,-5.00\n") == []
    below = f"{head}b,1,1,2026-10-01,5.00\nb,2,1,2026-10-02,-5.01\n"
    assert found(payments=below) == [("negative_payments", {"now": -1})]

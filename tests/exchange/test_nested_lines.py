"""A nested line explains its parent's accrual: it carries no balance, and is in no total."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db

NEXT_MONTH = """account,month,service,opening,accrued,corrections,paid,closing
0012345,2026-11,power,{opening},4784.00,0.00,4784.00,4784.00
0012345,2026-11,power-day,0.00,3588.00,0.00,0.00,3588.00
0012345,2026-11,power-night,0.00,1196.00,0.00,0.00,1196.00
"""


def test_the_month_after_the_documents_example_looks_right(bundle: Any, load: Any) -> None:
    load(bundle())
    report = load(bundle(only=True, charges=NEXT_MONTH.format(opening="4784.00")))
    assert (report.outcome, report.problems) == ("applied", ())


def test_both_months_in_one_bundle_look_right(bundle: Any, load: Any) -> None:
    from tests.exchange.conftest import example

    october = "\n".join(",".join(line.split(",")[:8]) for line in example()["charges"].splitlines()[:4])
    november = NEXT_MONTH.format(opening="4784.00").split("\n", 1)[1]
    report = load(bundle(charges=f"{october}\n{november}"))
    assert (report.outcome, report.problems) == ("applied", ())


def test_of_a_month_that_opens_wrong_only_the_line_with_a_balance_is_named(bundle: Any, load: Any) -> None:
    load(bundle())
    report = load(bundle(only=True, charges=NEXT_MONTH.format(opening="4783.99")))
    reasons = [problem.reason for problem in report.problems if problem.column == "opening"]
    assert reasons == ["opens 2026-11 for account 0012345, power; last month closed with 4784.00"]


def test_a_part_that_doubles_while_its_whole_does_not_is_no_warning(bundle: Any, load: Any) -> None:
    numbers = range(100, 140)
    accounts = "number,organisation,payer,address\n" + "".join(f"{n},aes,A B,C\n" for n in numbers)
    lines = ["account,month,service,opening,accrued,corrections,paid,closing"]
    for month, day, opening in (("2026-09", 10, 0), ("2026-10", 40, 100)):
        for n in numbers:
            lines.append(f"{n},{month},power,{opening},100,0,{opening},100")
            lines.append(f"{n},{month},power-day,0,{day},0,0,{day}")
            lines.append(f"{n},{month},power-night,0,{100 - day},0,0,{100 - day}")
    files = {"meters": None, "readings": None, "payments": None}
    report = load(bundle(accounts=accounts, charges="\n".join(lines) + "\n", **files))
    assert (report.outcome, report.problems) == ("applied", ())

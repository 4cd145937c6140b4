"""`abonent payments reconcile`."""

import argparse
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from abonent.payments import cli
from tests.payments.conftest import Till
from tests.payments.test_reconciling import MORNING, Listing, bank, told

__all__ = ["bank"]


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_reconcile(parser.add_subparsers(dest="command"))
    return cli.reconcile(parser.parse_args(["reconcile", *arguments]), MORNING)


def test_yesterday_in_columns_then_as_json(
    till: Till, bank: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    payment = till.paid()
    bank.lists_payment(payment, "1010.01")
    assert run() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["2026-11-21", "gateway", "portal", "told", "confirmed"]
    assert lines[1].split() == ["online:card", "1010.01", "1000.00", "0.00", "0.00"]
    assert lines[2] == (
        f"amount (to act: gateway): online:card {payment.public_id}: here 1010.00, there 1010.01"
    )
    assert lines[3] == "Open: 1 (1 new). Settled: 0."
    assert run("--day", "2026-11-21", "--json") == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["open"] == [
        {
            "kind": "amount",
            "owner": "gateway",
            "source": "online:card",
            "reference": payment.public_id,
            "ours": "1010.00",
            "theirs": "1010.01",
        }
    ]
    assert Decimal(found["sources"][0]["gateway"]) == Decimal("1010.01")


def test_a_day_that_agrees_and_one_whose_list_is_not_to_be_had(
    till: Till, bank: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    bank.lists_payment(till.paid())
    told(confirmed=True)
    assert run() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No difference."
    bank.silent = True
    assert run("--day", str(MORNING.date() - timedelta(days=2))) == 1
    assert "card: no list: the list is not ready" in capsys.readouterr().out


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--day", "yesterday")
    assert "is not a day like 2026-11-20" in capsys.readouterr().err

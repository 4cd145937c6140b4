"""Receipts of many accounts at once are the same as one by one, in as many queries as one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account
from abonent.accounts.queries import billed_accounts, held_account
from abonent.base.months import Month
from abonent.bills.receipts import receipt, receipts
from abonent.ledger.bill_lines import charged_among
from abonent.portal.queries import data_version
from tests.billed import LATEST, NOW, files, load, people

TODAY = date(2026, 11, 21)


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Any:
    load(tmp_path, files())
    return people(linked={"alice": ["100", "200", "300"]})["alice"]


def _all(month: Month, ids: list[int]) -> Any:
    known = billed_accounts(ids)
    accounts = [known[one] for one in ids]
    return receipts(accounts, month, language="ru", version=data_version(), today=TODAY)


def test_each_is_the_one_of_its_page(town: Any) -> None:
    accounts = list(Account.objects.order_by("pk"))
    found = _all(LATEST, [account.pk for account in accounts])
    charged = charged_among([account.pk for account in accounts], LATEST)
    assert set(found) == charged
    assert len(charged) >= 2
    for account in accounts:
        held = held_account(town.pk, account.public_id, now=NOW)
        if held:
            alone = receipt(held, LATEST, language="ru", today=TODAY)
            assert alone == found.get(account.pk)


def test_the_number_of_queries_does_not_grow(town: Any) -> None:
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    _all(LATEST, ids)
    counted: Callable[[list[int]], int] = lambda some: len(_queries(some))  # noqa: E731
    assert counted(ids) == counted(ids[:1]) <= 8


def _queries(ids: list[int]) -> list[Any]:
    with CaptureQueriesContext(connection) as context:
        _all(LATEST, ids)
    return list(context.captured_queries)


def test_a_month_without_charges_has_none(town: Any) -> None:
    ids = list(Account.objects.values_list("pk", flat=True))
    assert _all(Month(2031, 1), ids) == {}
    assert charged_among(ids, Month(2031, 1)) == frozenset()

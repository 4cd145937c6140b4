"""Payments booked here for accounts of the document's example, and what stands in files for billing."""

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from abonent.accounts.models import Account
from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.ledger.models import ToldPayment
from tests.exchange.conftest import NOW

SOURCE = "registry:sberbank"


def booked(
    external_id: str, amount: str = "100.00", number: str = "0012345", **others: Any
) -> tuple[str, str]:
    """An entry of ours; its name in the ledger."""
    facts: dict[str, Any] = {"source": SOURCE, "paid_on": date(2026, 11, 20), "bank": "Сбербанк"}
    account = Account.objects.get(number=number)
    now = others.pop("now", NOW)
    entry = Entry(external_id=external_id, account_id=account.pk, amount=Decimal(amount), **(facts | others))
    booking.book([entry], now=now)
    return entry.source, entry.external_id


def payments_in(folder: Path, format_: str = "csv") -> Counter[tuple[str, str]]:
    """How often each entry stands in the folder's files of a format, under their final names."""
    found: Counter[tuple[str, str]] = Counter()
    for path in folder.glob(f"payments-*.{format_}"):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream) if format_ == "csv" else map(json.loads, stream)
            found.update((row["source"], row["id"]) for row in rows)
    return found


def told() -> dict[str, tuple[int | None, bool]]:
    """By id: the file that told it, and whether billing has confirmed it."""
    rows = ToldPayment.objects.values_list("payment__external_id", "batch", "confirmed_at")
    return {name: (batch, confirmed is not None) for name, batch, confirmed in rows}

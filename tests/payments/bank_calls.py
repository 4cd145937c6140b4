"""Banks of a test's own that call, and what they say."""

from typing import Any

import pytest

from abonent.portal.profile import CallingBank, Paying

SECRET = "a-secret-of-the-bank-0123456789"
NAME = {"kk": "Каспи", "ru": "Каспи", "en": "Kaspi"}


def bank(code: str = "kaspi", protocol: str = "kaspi", **facts: Any) -> CallingBank:
    return CallingBank.model_validate({"code": code, "protocol": protocol, "name": NAME} | facts)


def let_call(settings: Any, *banks: CallingBank) -> None:
    """The portal's profile with these banks, and no other way to pay."""
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": Paying(banks=list(banks))})


def give_secret(monkeypatch: pytest.MonkeyPatch, code: str, secret: str = SECRET) -> None:
    monkeypatch.setenv(f"ABONENT_BANK_{code.upper()}_SECRET", secret)


def check(account: str, txn_id: str = "1") -> dict[str, str]:
    return {"command": "check", "txn_id": txn_id, "account": account, "sum": "200.00"}


def pay(
    account: str, amount: str = "4137.00", txn_id: str = "1", at: str = "20261120184410"
) -> dict[str, str]:
    return {"command": "pay", "txn_id": txn_id, "txn_date": at, "account": account, "sum": amount}

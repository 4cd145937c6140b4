"""What shops ask over HTTP: JSON in, JSON out. A shop shows its code and secret with every call."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from abonent.demo.bank.bank import Bank, Refused
from abonent.demo.bank.books import Row
from abonent.demo.bank.money import hundredths, plain
from abonent.demo.bank.notices import SecretOf

Reply = tuple[int, dict[str, Any]]


def answer(
    bank: Bank,
    secret_of: SecretOf,
    *,
    method: str,
    what: str,
    query: Mapping[str, str],
    body: bytes,
    authorization: str,
    address: str,
) -> Reply:
    """Status and content. `address`: the bank's own, for the customer's page."""
    shop = _shop(authorization, secret_of)
    if shop is None:
        return 401, {"error": "shop and secret, please"}
    try:
        match method, what:
            case "POST", "payments":
                return 200, _payment(bank, bank.create(shop, _object(body)), address)
            case "GET", "payments":
                row = bank.payment(query["id"]) if "id" in query else bank.by_key(shop, query["key"])
                mine = row if row and row["shop"] == shop else None
                return (200, _payment(bank, mine, address)) if mine else _unknown()
            case "POST", "refunds":
                return _make_refund(bank, shop, _object(body))
            case "GET", "refunds":
                return _find_refund(bank, shop, query)
            case "GET", "statement":
                return 200, _statement(bank, shop, query)
    except Refused as error:
        return 422, {"error": str(error)}
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": f"not understood: {error!r}"}
    return 405, {"error": "there is no such call"}


def _shop(authorization: str, secret_of: SecretOf) -> str | None:
    """The code of the shop that calls, by HTTP basic authentication."""
    kind, _, given = authorization.partition(" ")
    try:
        shop, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    known = kind == "Basic" and hmac.compare_digest(secret.encode(), secret_of(shop).encode())
    return shop if known else None


def _object(body: bytes) -> dict[str, Any]:
    told = json.loads(body)
    if not isinstance(told, dict):
        raise ValueError("an object, please")
    return told


def _payment(bank: Bank, row: Row, address: str) -> dict[str, Any]:
    """The amount is what was asked until something is taken; then what was taken."""
    return {
        "id": row["id"],
        "key": row["key"],
        "state": row["state"],
        "amount": plain(row["charged"] or row["amount"]),
        "currency": row["currency"],
        "refunded": plain(bank.refunded(row["id"], done=True)),
        "reason": row["reason"],
        "paid_at": row["paid_at"],
        "confirmation_url": f"{address}/pay/{row['id']}",
    }


def _make_refund(bank: Bank, shop: str, asked: Mapping[str, Any]) -> Reply:
    payment, key = bank.payment(asked["payment"]), str(asked["key"])
    if payment is None or payment["shop"] != shop:
        return _unknown()
    if asked["currency"] != payment["currency"] or not key:
        return 422, {"error": "a refund is in the payment's currency and has a key"}
    amount = hundredths(asked["amount"])
    return 200, _refund(bank.refund(payment["id"], amount, key=key, number=int(asked["number"])))


def _find_refund(bank: Bank, shop: str, query: Mapping[str, str]) -> Reply:
    row = bank.refund_of(query["id"]) if "id" in query else bank.refund_by_key(shop, query["key"])
    payment = bank.payment(row["payment"]) if row else None
    return (200, _refund(row)) if row and payment and payment["shop"] == shop else _unknown()


def _refund(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "state": row["state"], "amount": plain(row["amount"]), "reason": ""}


def _statement(bank: Bank, shop: str, query: Mapping[str, str]) -> dict[str, Any]:
    rows = bank.statement(shop, date.fromisoformat(query["day"]), ZoneInfo(query["zone"]))
    lines = [dict(row) | {"amount": plain(row["amount"])} for row in rows]
    return {"count": len(lines), "lines": lines}


def _unknown() -> Reply:
    return 404, {"error": "there is no such payment"}

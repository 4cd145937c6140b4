"""Halyk ePay as its documents describe it (providers/halyk/__init__.py names them), in memory."""

import json
import re
import uuid
from decimal import Decimal
from typing import Any

from tests.payments.providers.stand_in import Request, StandIn

CLIENT, SECRET, TERMINAL, SHOP = "merchant", "client-secret", "67e34d63-terminal", "04f25a4b-shop"
LINKS = ("post_link", "failure_post_link", "back_link", "failure_back_link")
NEEDED = {"shop_id", "account_id", "invoice_id", "amount", "currency", "language", "description", *LINKS}
NEEDED |= {"expire_period"}


class WrongError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.told = status, {"code": code, "message": message}


class HalykBank(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.invoices: dict[str, list[dict[str, Any]]] = {}
        self.transactions: dict[str, dict[str, Any]] = {}
        """By the invoice's number: the latest attempt to pay it."""
        self.refunds: list[dict[str, str]] = []
        self.tokens: dict[str, dict[str, str]] = {}
        self.token_lives: Any = "7200"
        self.result: tuple[int, dict[str, Any]] | None = None
        """Instead of the next check-status: HTTP status, answer."""

    # What the customer and the bank do

    def pay(self, invoice: str, status: str = "CHARGE") -> None:
        amount = self.invoices[invoice][-1]["amount"]
        self.transactions[invoice] = {
            "id": str(uuid.uuid4()),
            "createdDate": "2026-11-21T03:52:17.289853+05:00",
            "invoiceID": invoice,
            "amount": amount,
            "amountBonus": 0,
            "payoutAmount": 0,
            "orgAmount": amount,
            "currency": "KZT",
            "terminalID": TERMINAL,
            "statusName": status,
            "reason": "Successfully",
            "reasonCode": "00",
        }

    def decline(self, invoice: str) -> None:
        self.pay(invoice, "FAILED")
        self.transactions[invoice] |= {"reason": "Insufficient funds", "reasonCode": "484"}

    def notice(self, invoice: str, **changed: Any) -> bytes:
        token = self.tokens[self.invoices[invoice][-1]["token"]]
        transaction = self.transactions[invoice]
        charged = transaction["statusName"] == "CHARGE"
        told = {
            "id": transaction["id"],
            "invoiceId": invoice,
            "amount": transaction["amount"],
            "currency": "KZT",
            "code": "ok" if charged else "error",
            "reason": transaction["reason"],
            "reasonCode": transaction["reasonCode"],
            "terminal": TERMINAL,
            "secret_hash": token["secret_hash"],
        }
        return json.dumps(told | changed).encode()

    def expire_tokens(self) -> None:
        self.tokens = {text: asked for text, asked in self.tokens.items() if "secret_hash" in asked}

    # What the portal asks

    def answer(self, request: Request) -> tuple[int, Any]:
        try:
            if self.result and request.path.startswith("/check-status"):
                told, self.result = self.result, None
                return told
            return 200, self._answer(request)
        except WrongError as wrong:
            return wrong.status, wrong.told

    def _answer(self, request: Request) -> Any:
        if request.path == "/oauth2/token":
            return self._token(request.form)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise WrongError(401, 401, "token is expired")
        if request.path == "/invoice":
            return self._invoice(request.values, token)
        if refund := re.fullmatch(r"/operation/([\w-]+)/refund", request.path):
            return self._refund(refund[1], request.query)
        status = re.fullmatch(r"/check-status/payment/transaction/(\d{6,15})", request.path)
        assert status, request.path
        return self._status(status[1])

    def _token(self, asked: dict[str, str]) -> dict[str, Any]:
        if (asked["grant_type"], asked["client_id"]) != ("client_credentials", CLIENT):
            raise WrongError(400, 1, "unsupported grant")
        if asked["client_secret"] != SECRET:
            raise WrongError(401, 2, "invalid client secret")
        text = uuid.uuid4().hex
        self.tokens[text] = asked
        return {
            "access_token": text,
            "expires_in": self.token_lives,
            "refresh_token": "",
            "scope": asked["scope"],
            "token_type": "Bearer",
        }

    def _invoice(self, asked: dict[str, Any], token: str) -> dict[str, Any]:
        assert set(asked) == NEEDED, set(asked) ^ NEEDED
        if not re.fullmatch(r"\d{6,15}", asked["invoice_id"]) or len(asked["description"]) > 125:
            raise WrongError(400, 100, "invoice_id or description is wrong")
        if asked["shop_id"] != SHOP or not asked["amount"] > 0:
            raise WrongError(400, 101, "shop or amount is wrong")
        made = asked | {"id": str(uuid.uuid4()), "status": "ACTIVE", "token": token}
        self.invoices.setdefault(asked["invoice_id"], []).append(made)
        return made | {"invoice_url": f"https://epay.example/invoice-link/{made['id']}", "token": ""}

    def _status(self, invoice: str) -> dict[str, Any]:
        if invoice not in self.transactions:
            return {"resultCode": "102", "resultMessage": "Invoice ID not found"}
        found = self.transactions[invoice]
        return {"resultCode": "100", "resultMessage": "SUCCESS", "transaction": found}

    def _refund(self, transaction_id: str, query: dict[str, str]) -> Any:
        found = next((one for one in self.transactions.values() if one["id"] == transaction_id), None)
        if found is None or found["statusName"] not in {"CHARGE", "REFUND"}:
            raise WrongError(400, 100, "status must be CHARGE")
        amount = Decimal(query["amount"])
        if amount < 10 or amount > Decimal(str(found["amount"])):
            raise WrongError(400, 100, "amount is greater than what is left")
        self.refunds.append(query)
        left = Decimal(str(found["amount"])) - amount
        back = Decimal(str(found["payoutAmount"])) + amount
        found |= {"amount": float(left), "payoutAmount": float(back)}
        if not left:
            found["statusName"] = "REFUND"
        return b""

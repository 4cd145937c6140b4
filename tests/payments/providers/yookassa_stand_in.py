"""YooKassa as its documents describe it (providers/yookassa/__init__.py names them), in memory."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.payments.providers.stand_in import Request, StandIn

SHOP, SECRET = "100500", "test_secret"
FIRST_MOMENT = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


class WrongError(Exception):
    def __init__(self, status: int, code: str, description: str) -> None:
        self.status, self.told = status, {"type": "error", "code": code, "description": description}


class YooKassa(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.needs_receipts = False
        self._by_key: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self._now = FIRST_MOMENT

    # What the customer and the bank do

    def pay(self, payment_id: str) -> None:
        amount = Decimal(self.payments[payment_id]["amount"]["value"])
        income = (amount * Decimal("0.965")).quantize(Decimal("0.01"))
        self.payments[payment_id] |= {
            "status": "succeeded",
            "paid": True,
            "captured_at": self._moment(),
            "income_amount": {"value": str(income), "currency": "RUB"},
            "refunded_amount": {"value": "0.00", "currency": "RUB"},
        }
        self.payments[payment_id].pop("confirmation", None)

    def decline(self, payment_id: str) -> None:
        why = {"party": "payment_network", "reason": "insufficient_funds"}
        self.payments[payment_id] |= {"status": "canceled", "cancellation_details": why}

    def notice(self, thing: dict[str, Any], kind: str = "payment") -> bytes:
        told = {"type": "notification", "event": f"{kind}.{thing['status']}", "object": thing}
        return json.dumps(told).encode()

    # What the portal asks

    def answer(self, request: Request) -> tuple[int, Any]:
        try:
            self._authorised(request)
            return 200, self._answer(request)
        except WrongError as wrong:
            return wrong.status, wrong.told

    def _authorised(self, request: Request) -> None:
        right = base64.b64encode(f"{SHOP}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {right}":
            raise WrongError(401, "invalid_credentials", "Authentication by given credentials failed")

    def _answer(self, request: Request) -> Any:
        _, kind, *rest = request.path.split("/")
        shelf = self.payments if kind == "payments" else self.refunds
        if request.method == "POST":
            return self._once(request, shelf, self._pay_for if kind == "payments" else self._give_back)
        if not rest:
            return self._page(request.query, list(shelf.values()))
        if rest[0] not in shelf:
            raise WrongError(404, "not_found", f"Object {rest[0]} not found")
        return shelf[rest[0]]

    def _once(self, request: Request, shelf: dict[str, dict[str, Any]], make: Any) -> dict[str, Any]:
        key = request.headers.get("Idempotence-Key", "")
        if not 1 <= len(key) <= 64:
            raise WrongError(400, "invalid_request", "Idempotence key is wrong")
        if key in self._by_key:
            body, made = self._by_key[key]
            if body != request.body:
                raise WrongError(400, "invalid_request", "Idempotence key duplicated")
            return made
        made = make(request.values) | {"id": str(uuid.uuid4()), "created_at": self._moment()}
        shelf[made["id"]] = made
        self._by_key[key] = request.body, made
        return made

    def _pay_for(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._lawful(asked)
        url = "https://yoomoney.example/checkout?orderId=1"
        return {
            "status": "pending",
            "paid": False,
            "amount": asked["amount"],
            "description": asked["description"],
            "metadata": asked["metadata"],
            "confirmation": {"type": asked["confirmation"]["type"], "confirmation_url": url},
            "recipient": {"account_id": SHOP, "gateway_id": "1"},
            "refundable": False,
            "test": True,
        }

    def _lawful(self, asked: dict[str, Any]) -> None:
        if asked["capture"] is not True or len(asked["description"]) > 128:
            raise WrongError(400, "invalid_request", "description is too long, or two stages")
        if self.needs_receipts and "receipt" not in asked:
            raise WrongError(400, "invalid_request", "Receipt is missing or illegal")
        if "receipt" in asked:
            self._receipt(asked["receipt"], asked["amount"]["value"])

    def _receipt(self, receipt: dict[str, Any], amount: str) -> None:
        items = receipt["items"]
        total = sum((Decimal(one["amount"]["value"]) * Decimal(one["quantity"]) for one in items), Decimal(0))
        if total != Decimal(amount) or not receipt["customer"]["email"]:
            raise WrongError(400, "invalid_request", "Receipt amount does not match payment amount")
        if any(len(one["description"]) > 128 or not one["vat_code"] for one in items):
            raise WrongError(400, "invalid_request", "Receipt item is wrong")

    def _give_back(self, asked: dict[str, Any]) -> dict[str, Any]:
        payment = self.payments.get(asked["payment_id"])
        if payment is None:
            raise WrongError(404, "not_found", "Payment doesn't exist")
        amount, whole = Decimal(asked["amount"]["value"]), Decimal(payment["amount"]["value"])
        back = Decimal(payment.get("refunded_amount", {"value": 0})["value"])
        if payment["status"] != "succeeded" or back + amount > whole:
            raise WrongError(400, "invalid_request", "Refund amount is greater than the payment's")
        if self.needs_receipts and amount < whole and "receipt" not in asked:
            raise WrongError(400, "invalid_request", "Receipt is missing or illegal")
        payment["refunded_amount"] = {"value": str(back + amount), "currency": "RUB"}
        kept = {name: asked[name] for name in ("payment_id", "amount", "metadata")}
        return kept | {"status": "succeeded"}

    def _page(self, query: dict[str, str], things: list[dict[str, Any]]) -> dict[str, Any]:
        found = [one for one in reversed(things) if self._fits(one, query)]
        start, limit = int(query.get("cursor", 0)), int(query.get("limit", 10))
        page: dict[str, Any] = {"type": "list", "items": found[start : start + limit]}
        if found[start + limit :]:
            page["next_cursor"] = str(start + limit)
        return page

    @staticmethod
    def _fits(thing: dict[str, Any], query: dict[str, str]) -> bool:
        for name, wanted in query.items():
            field, _, how = name.partition(".")
            if (how == "gte" and not thing.get(field, "") >= wanted) or (
                how == "lt" and not "" < thing.get(field, "") < wanted
            ):
                return False
            if name in {"status", "payment_id"} and thing[name] != wanted:
                return False
        return True

    def _moment(self) -> str:
        """A minute passes with each thing that happens."""
        self._now += timedelta(minutes=1)
        return self._now.strftime("%Y-%m-%dT%H:%M:%S.129Z")

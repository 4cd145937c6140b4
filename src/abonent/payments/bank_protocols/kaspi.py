"""Kaspi's «check/pay»: HTTPS GET, answered in JSON or XML (Kazakhstan)."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from abonent.payments.bank_protocols import (
    Answer,
    BadCall,
    Check,
    Pay,
    Query,
    Refusal,
    is_id,
    is_word,
    one,
    read_amount,
    read_moment,
    read_pay,
)

LONGEST = 20
"""Of `txn_id` and of `account`."""
MOMENT = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
CUSTOMER = "Абонент"
"""The name of the field, in Kazakh and in Russian alike."""
OK, NOT_FOUND, IN_PROGRESS, OTHER = 0, 1, 4, 5


@dataclass(frozen=True, slots=True)
class Kaspi:
    xml: bool = False

    def read(self, query: Query, *, zone: ZoneInfo, now: datetime) -> Check | Pay:
        command, txn_id, account = (one(query, name) for name in ("command", "txn_id", "account"))
        if command == "check":
            return self._check(txn_id, account)  # its sum is fictitious
        if command != "pay":
            raise BadCall(Refusal.UNKNOWN_REQUEST)
        return read_pay(
            txn_id=txn_id,
            account=account,
            amount=read_amount(one(query, "sum")),
            paid_at=read_moment(one(query, "txn_date"), MOMENT, zone=zone, now=now),
            longest=LONGEST,
        )

    def _check(self, txn_id: str, account: str) -> Check:
        if not is_id(txn_id, LONGEST):
            raise BadCall(Refusal.BAD_ID)
        if not is_word(account, LONGEST):
            raise BadCall(Refusal.NO_ACCOUNT, txn_id=txn_id)
        return Check(account, txn_id)

    def owes(self, call: Check, *, payer: str, due: Decimal) -> Answer:
        owed = f"{max(due, Decimal(0)):.2f}"
        field = {"field1": {"@name": CUSTOMER, "#text": payer}}
        return self._answer(txn_id=call.txn_id, result=OK, sum=owed, comment="OK", fields=field)

    def booked(self, call: Pay, *, number: int, at: datetime) -> Answer:
        paid = f"{call.amount:.2f}"
        return self._answer(txn_id=call.txn_id, prv_txn_id=str(number), result=OK, sum=paid, comment="OK")

    def refused(self, why: Refusal, *, txn_id: str = "", paying: bool) -> Answer:
        """A payment of which nobody knows whether it is booked is in progress: the bank asks again, and takes
        no money back that may be booked."""
        results = {Refusal.NO_ACCOUNT: NOT_FOUND, Refusal.TEMPORARY: IN_PROGRESS if paying else OTHER}
        return self._answer(txn_id=txn_id, result=results.get(why, OTHER), comment=why.value)

    def _answer(self, **parts: Any) -> Answer:
        if self.xml:
            body, media_type = _xml(parts), "application/xml; charset=utf-8"
        else:
            body = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
            media_type = "application/json; charset=utf-8"
        return Answer(parts["result"], body.encode(), media_type)


def _xml(parts: dict[str, Any]) -> str:
    inside = "".join(_element(name, value) for name, value in parts.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<response>{inside}</response>'


def _element(name: str, value: Any) -> str:
    """The JSON's `@name` is an attribute, `#text` what stands inside."""
    if not isinstance(value, dict):
        return f"<{name}>{escape(str(value))}</{name}>"
    if "#text" in value:
        return f"<{name} name={quoteattr(value['@name'])}>{escape(value['#text'])}</{name}>"
    return f"<{name}>{''.join(_element(*item) for item in value.items())}</{name}>"

"""The pair of OSMP, as Sberbank Online and payment terminals speak it: GET, XML, always HTTP 200 (Russia)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from abonent.payments.bank_protocols import (
    LONGEST_KEPT,
    Answer,
    BadCall,
    Check,
    Pay,
    Query,
    Refusal,
    is_word,
    one,
    read_amount,
    read_moment,
    read_pay,
)

MOMENT = r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})_(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
OK = 0
CODES = {
    Refusal.TEMPORARY: 1,
    Refusal.UNKNOWN_REQUEST: 2,
    Refusal.NO_ACCOUNT: 3,
    Refusal.BAD_ID: 4,
    Refusal.BAD_AMOUNT: 6,
    Refusal.TOO_SMALL: 7,
    Refusal.TOO_BIG: 8,
    Refusal.BAD_DATE: 9,
}
"""5, a duplicate, is never said: who repeats a call gets the first one's answer."""


@dataclass(frozen=True, slots=True)
class Osmp:
    def read(self, query: Query, *, zone: ZoneInfo, now: datetime) -> Check | Pay:
        action, account = one(query, "action"), one(query, "account")
        if action == "check":
            if not is_word(account, LONGEST_KEPT):
                raise BadCall(Refusal.NO_ACCOUNT)
            return Check(account)
        if action != "payment":
            raise BadCall(Refusal.UNKNOWN_REQUEST)
        return read_pay(
            txn_id=one(query, "pay_id"),
            account=account,
            amount=read_amount(one(query, "amount")),
            paid_at=read_moment(one(query, "pay_date"), MOMENT, zone=zone, now=now),
            longest=LONGEST_KEPT,
        )

    def owes(self, call: Check, *, payer: str, due: Decimal) -> Answer:
        """The address is not told: with the account's number it would say who lives where."""
        owed = f"{max(due, Decimal(0)):.2f}"
        return _answer(OK, "OK", FIO=payer, ADDRESS="", BALANCE=f"{due:.2f}", REC_SUM=owed, INFO="")

    def booked(self, call: Pay, *, number: int, at: datetime) -> Answer:
        return _answer(
            OK, "OK", EXT_ID=str(number), REG_DATE=f"{at:%d.%m.%Y_%H:%M:%S}", AMOUNT=f"{call.amount:.2f}"
        )

    def refused(self, why: Refusal, *, txn_id: str = "", paying: bool) -> Answer:
        return _answer(CODES[why], why.value)


def _answer(code: int, message: str, **parts: str) -> Answer:
    named = {"CODE": str(code), "MESSAGE": message, **parts}
    inside = "".join(
        f"<{name}>{escape(value)}</{name}>" if value else f"<{name}/>" for name, value in named.items()
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<response>{inside}</response>'
    return Answer(code, body.encode(), "application/xml; charset=utf-8")

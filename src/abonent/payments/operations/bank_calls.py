"""A bank calls: what an account owes, or that it was paid (docs/domain/paying.md, "Banks that call").

Nothing is answered as done before it is committed, and what was answered about a payment is answered again,
byte for byte, however often and however many at once the bank asks.
"""

import logging
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from abonent.accounts.masking import masked_name
from abonent.accounts.models import Account
from abonent.base.identifiers import account_key
from abonent.base.money import ZERO
from abonent.ledger import booking, queries
from abonent.ledger.booking import Entry
from abonent.payments.bank_protocols import Answer, BadCall, BankProtocol, Check, Pay, Query, Refusal
from abonent.payments.bank_protocols.kaspi import Kaspi
from abonent.payments.bank_protocols.osmp import Osmp
from abonent.payments.models import BankPayment, Difference
from abonent.payments.operations import bank_call_counts
from abonent.payments.operations.reversing import reverse_rows_of_call
from abonent.portal.current import portal
from abonent.portal.profile import CallingBank
from abonent.portal.queries import data_version

log = logging.getLogger(__name__)

_KEEP = """
INSERT INTO payments_bankpayment (id, bank, txn_id, account_id, account_text, amount, paid_at, result, answer,
                                  received_at)
VALUES (%(id)s, %(bank)s, %(txn_id)s, %(account)s, %(account_text)s, %(amount)s, %(paid_at)s, %(result)s,
        jsonb_build_object('body', %(body)s::text, 'media_type', %(media_type)s::text), %(now)s)
ON CONFLICT (bank, txn_id) DO NOTHING RETURNING id
"""


class Kept(NamedTuple):
    """What was said about a payment when the bank first told of it."""

    account_text: str
    amount: Decimal | None
    answer: dict[str, str]
    result: int


def answer_call(*, bank: CallingBank, query: Query, now: datetime) -> Answer:
    """What the bank is answered. A payment is booked in one transaction with its answer, 0 or 1 times by
    (bank, transaction id): safe to repeat, also many at once.

    Whatever goes wrong here is the protocol's "try again later", and nothing of it is kept.
    """
    protocol = _protocol(bank)
    txn_id, paying = "", False
    try:
        try:
            call = protocol.read(query, zone=_zone(), now=now)
            txn_id, paying = call.txn_id, isinstance(call, Pay)
            if isinstance(call, Check):
                return _look(bank, protocol, call, now)
            return _pay(bank, protocol, call, now)
        except BadCall as bad:
            txn_id, paying = bad.txn_id, bad.paying
            return _refuse(bank, protocol, bad, now)
    except Exception:  # whatever it is: the bank must neither lose the payment nor believe that it is booked
        log.exception("bank %s: a call could not be answered", bank.code)
        return protocol.refused(Refusal.TEMPORARY, txn_id=txn_id, paying=paying)


def _protocol(bank: CallingBank) -> BankProtocol:
    return Kaspi(xml=bank.answers == "xml") if bank.protocol == "kaspi" else Osmp()


def _zone() -> ZoneInfo:
    return ZoneInfo(portal().time_zone)


def _look(bank: CallingBank, protocol: BankProtocol, call: Check, now: datetime) -> Answer:
    """What is owed, as the portal shows it to the customer; the name masked."""
    if not bank_call_counts.count_check(bank=bank.code, now=now):
        log.warning("bank %s asks about too many accounts: refused until the next hour", bank.code)
        return protocol.refused(Refusal.TEMPORARY, txn_id=call.txn_id, paying=False)
    account = _account(call.account, now.astimezone(_zone()).date())
    if account is None:
        bank_call_counts.count_unknown(bank=bank.code, now=now)
        return protocol.refused(Refusal.NO_ACCOUNT, txn_id=call.txn_id, paying=False)
    balance = queries.balance(account.pk, language=portal().language, version=data_version())
    payer = "".join(ch for ch in masked_name(account.payer) if ch.isprintable())
    return protocol.owes(call, payer=payer, due=balance.due if balance else ZERO)


def _account(text: str, day: date) -> Account | None:
    """The account as customers spell it, open on that day."""
    found = Account.objects.only("payer", "closed_on").filter(key=account_key(text)).first()
    return found if found and not (found.closed_on and found.closed_on <= day) else None


def _pay(bank: CallingBank, protocol: BankProtocol, call: Pay, now: datetime) -> Answer:
    """One transaction: the answer, the ledger's entry, and what a registry booked of it before."""
    paid_on = call.paid_at.astimezone(_zone()).date()
    with transaction.atomic():
        account = _account(call.account, paid_on)
        number = _next_number()
        if account is None:
            answer = protocol.refused(Refusal.NO_ACCOUNT, txn_id=call.txn_id, paying=True)
        else:
            answer = protocol.booked(call, number=number, at=now.astimezone(_zone()))
        facts = {"account": account and account.pk, "account_text": call.account, "amount": call.amount}
        if _keep(bank, answer, now, id=number, txn_id=call.txn_id, paid_at=call.paid_at, **facts):
            if account:
                _book(bank, call, account.pk, paid_on, now)
            return answer
    return _again(bank, call.txn_id, account=call.account, amount=call.amount, paid_on=paid_on, now=now)


def _refuse(bank: CallingBank, protocol: BankProtocol, bad: BadCall, now: datetime) -> Answer:
    """A refusal about a payment is its answer for ever, as a booking is."""
    answer = protocol.refused(bad.why, txn_id=bad.txn_id, paying=bad.paying)
    if not (bad.paying and bad.txn_id):
        return answer
    facts: dict[str, Any] = {"account": None, "account_text": bad.account, "amount": None, "paid_at": None}
    if _keep(bank, answer, now, id=_next_number(), txn_id=bad.txn_id, **facts):
        return answer
    today = now.astimezone(_zone()).date()
    return _again(bank, bad.txn_id, account=bad.account, amount=None, paid_on=today, now=now)


def _next_number() -> int:
    """The row's key, known before the row: the answer that is kept in it names it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_bankpayment', 'id'))")
        return int(cursor.fetchone()[0])


def _keep(bank: CallingBank, answer: Answer, now: datetime, **facts: Any) -> bool:
    """False when the transaction id is known: who comes second waits for the first one's commit."""
    said: dict[str, Any] = {
        "result": answer.result,
        "body": answer.body.decode(),
        "media_type": answer.media_type,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"bank": bank.code, "now": now, **said, **facts})
        return cursor.fetchone() is not None


def _book(bank: CallingBank, call: Pay, account_id: int, paid_on: date, now: datetime) -> None:
    """What the bank's own registry booked of it before is taken back (invariant 9): after `book`, which holds
    the account, so that a registry taken at the same moment waits."""
    names = {str(language): name for language, name in bank.name.items()}
    entry = Entry(
        f"bank:{bank.code}", call.txn_id, account_id, call.amount, paid_on, names[portal().language]
    )
    booking.book([entry], now=now)
    reverse_rows_of_call(bank=bank.code, txn_id=call.txn_id, now=now)


def _again(
    bank: CallingBank, txn_id: str, *, account: str, amount: Decimal | None, paid_on: date, now: datetime
) -> Answer:
    """The first answer. The same id with another account or amount is somebody's mistake: staff see it."""
    row = BankPayment.objects.values_list("account_text", "amount", "answer", "result")
    kept = Kept(*row.get(bank=bank.code, txn_id=txn_id))
    if account_key(kept.account_text) != account_key(account) or kept.amount != amount:
        _tell_of_another(bank, txn_id, kept.amount, amount, paid_on, now)
    return Answer(kept.result, kept.answer["body"].encode(), kept.answer["media_type"])


def _tell_of_another(
    bank: CallingBank, txn_id: str, ours: Decimal | None, theirs: Decimal | None, day: date, now: datetime
) -> None:
    found = Difference(
        day=day,
        kind="bank_call",
        source=f"bank:{bank.code}",
        reference=txn_id,
        ours=ours,
        theirs=theirs,
        owner="gateway",
        found_at=now,
    )
    Difference.objects.bulk_create([found], ignore_conflicts=True)
    log.warning("bank %s repeats transaction %s with other particulars", bank.code, txn_id)

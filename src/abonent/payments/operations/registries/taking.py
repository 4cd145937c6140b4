"""A registry comes in: whole or absent, each row once, every row in one state."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from abonent.ledger import booking
from abonent.payments.models import Payment, PaymentPart, Registry
from abonent.payments.operations.booking import book_payment
from abonent.payments.operations.moving import day_of
from abonent.payments.operations.registries import matching
from abonent.payments.operations.registries.matching import Named
from abonent.payments.operations.registries.reports import RegistryReport, report_of
from abonent.payments.operations.registries.sources import Booker
from abonent.payments.operations.registries.staged import stage
from abonent.payments.registry_file import BadRegistry, RowGiven

_ALONE = 0x61626F6E_7267  # one who takes a registry at a time, of one database
#: The bank may stand where the day has begun already.
_AHEAD = timedelta(days=1)
#: Rows booked by one statement.
_AT_ONCE = 2000
_FINAL = {Payment.State.PAID, Payment.State.BOOKED, Payment.State.TOLD, Payment.State.REFUNDED}


def take_registry(
    *,
    source: str,
    format: str,  # noqa: A002 - the registry's own word
    name: str,
    checksum: str,
    rows: Iterable[RowGiven],
    loaded_by: str,
    day: date | None = None,
    total: Decimal | None = None,
    dry_run: bool = False,
    now: datetime,
) -> RegistryReport:
    """Take a registry of `source` (`registry:<bank>`, `statement:<method>`): all of it or, when anything
    raises, nothing. One transaction.

    A row of a known account is booked; one that names a payment of ours, online or by a bank's call, is
    matched and not posted again, and decides for a payment that is not final yet; an operation that came
    before is repeated; whatever is left waits for staff (docs/domain/paying.md, «Registries»). Safe to
    repeat: a file of the same checksum says what became of it (`report.again`) and does nothing. `rows` are
    read once and not kept: whatever their source raises at their end undoes everything. Raises BadRegistry,
    also when `total` is not the rows' sum. `dry_run`: says what would become of it; nothing is written.
    """
    with transaction.atomic():
        _alone()
        known = Registry.objects.filter(checksum=checksum).first()
        if known is not None:
            return report_of(known, again=True)
        count, found = stage(rows, latest=day_of(now) + _AHEAD)
        if total is not None and total != found:
            raise BadRegistry(
                f"the rows add up to {found}, not to {total}", remedy="ask the bank for the file anew"
            )
        registry = Registry.objects.create(
            source=source,
            format=format,
            name=name[:200],
            checksum=checksum,
            day=day,
            rows=count,
            total=found,
            loaded_at=now,
            loaded_by=loaded_by[:100],
        )
        _sort(Named(source))
        _book(source, now)
        _keep(registry)
        _decide(now)
        report = report_of(registry)
        if dry_run:
            transaction.set_rollback(True)
    return report


_LOCK_ACCOUNTS = """
SELECT id FROM accounts_account
 WHERE id = ANY(%s) OR id IN (SELECT account_id FROM staged_registry WHERE state IS NULL)
 ORDER BY id FOR UPDATE
"""


def _alone() -> None:
    """One after another: what came first is known to the second, and the same file twice at once is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALONE])


def _sort(named: Named) -> None:
    """Find out what becomes of each row, payments locked before accounts, both in one order, as everybody
    does.

    Our payments are looked for twice: one that was booked while its account was waited for has not seen these
    rows, and one that is booked after us will see them (`reversing`).
    """
    matching.find_repeated(named)
    matching.match_ours(named, may_decide=True)
    matching.find_accounts(named)
    deciding = _staged("SELECT DISTINCT payment_id FROM staged_registry WHERE decides ORDER BY 1")
    payments = Payment.objects.select_for_update().filter(pk__in=deciding).order_by("pk")
    open_ones = [one.pk for one in payments if one.state not in _FINAL]
    parts = PaymentPart.objects.filter(payment__in=open_ones).values_list("account_id", flat=True)
    _staged(_LOCK_ACCOUNTS, list(parts))
    matching.match_ours(named, may_decide=False)


def _staged(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def _book(source: str, now: datetime) -> None:
    """Book what is open and has an account. What the ledger has already under this name is repeated."""
    booker = Booker(source)
    for lines in _to_book():
        entries = [booker.entry(*row) for row in lines]
        booked = [operation for _, operation in booking.book(entries, now=now)]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE staged_registry"
                " SET state = CASE WHEN operation = ANY(%s) THEN 'booked' ELSE 'repeated' END"
                " WHERE state IS NULL AND operation = ANY(%s)",
                [booked, [one.external_id for one in entries]],
            )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staged_registry SET state = 'unmatched' WHERE state IS NULL")


def _to_book() -> Iterator[list[tuple[str, int, Decimal, date]]]:
    """In pieces; by account, so that each account's lines are written together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT operation, account_id, amount, paid_on FROM staged_registry"
            " WHERE state IS NULL AND account_id IS NOT NULL ORDER BY account_id, line"
        )
        rows = cursor.fetchall()
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _keep(registry: Registry) -> None:
    columns = "line, operation, reference, parent, account_text, account_id, payer, purpose, paid_on, amount,"
    columns += " commission, state, payment_id, note"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO payments_registryrow (registry_id, {columns})"  # noqa: S608 - our own names
            f" SELECT %s, {columns} FROM staged_registry ORDER BY line",
            [registry.pk],
        )


def _decide(now: datetime) -> None:
    """The registry says that a payment is paid: with its amount it is booked, with another, and for refunds
    of it, the gateway is asked at once."""
    query = "SELECT payment_id FROM staged_registry WHERE decides AND note = '' ORDER BY 1"
    for payment in Payment.objects.select_for_update().filter(pk__in=_staged(query)).order_by("pk"):
        if payment.state not in _FINAL:
            book_payment(payment, paid_at=_paid_at(payment.pk), cause="registry", now=now)
    doubtful = "SELECT payment_id FROM staged_registry WHERE state = 'matched' AND payment_id IS NOT NULL"
    doubtful += " AND (amount < 0 OR (decides AND note = 'amount'))"
    Payment.objects.filter(pk__in=_staged(doubtful)).update(next_question_at=now)


def _paid_at(payment_id: int) -> datetime:
    query = "SELECT min(paid_on) FROM staged_registry WHERE payment_id = %s AND amount > 0"
    return datetime.combine(_staged(query, payment_id)[0], time(), ZoneInfo(settings.TIME_ZONE))

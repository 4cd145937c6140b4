"""What does not agree when everything is quiet: between the bank, the ledger, the files, the letters."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from django.core import mail
from django.db import connection

from abonent.notices.models import Letter
from abonent.payments.invariants import INVARIANTS, broken
from abonent.payments.invariants_of_registries import REGISTRIES
from abonent.payments.models import GatewayNotice, Payment, Refund
from tests.payments.faults.life import AMOUNT, COMMISSION, Life, World


def complaints(world: World) -> list[str]:
    """Each begins with who complains."""
    return [
        *invariants(),
        *_bank(world),
        *_money_of_nobody(world),
        *_files(world),
        *_letters(world),
        *_acknowledged(world),
        *_unfinished(),
        *(f"billing: refuses, {why}" for why in sorted(world.refused)),
        *(f"reconciliation: {kind}" for kind in sorted(world.differences ^ world.differences_left)),
    ]


def invariants() -> list[str]:
    """Those of payments, refunds and registries, by name."""
    return [f"invariant: {name}" for name in [*broken(), *_broken_of_registries()]]


def _broken_of_registries() -> Iterator[str]:
    for name, query in REGISTRIES.items():
        if name not in INVARIANTS and _ask(query):
            yield name


def _ask(query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def booked(key: str = "") -> Decimal:
    """What the ledger has of a payment and its refunds; of all that was booked here, without a key."""
    rows = _ask(
        "SELECT coalesce(sum(amount), 0) FROM ledger_payment entry WHERE by_portal AND (%s = '' OR"
        " source = 'online' AND external_id LIKE %s || '-%%' OR source = 'refund' AND EXISTS ("
        " SELECT FROM payments_refund refund JOIN payments_payment payment ON payment.id = payment_id"
        " WHERE payment.public_id = %s AND external_id LIKE refund.public_id || '-%%'))",
        key,
        key,
        key,
    )
    return Decimal(str(rows[0][0]))


def owed_to_the_ledger(life: Life) -> Decimal:
    """What the bank's books say should be in it: what was agreed when the customer paid, and nothing else."""
    book = life.bank.books.get(life.key)
    agreed = book is not None and (book.amount, book.currency) == (AMOUNT + COMMISSION, "KZT")
    if book is None or book.state != "succeeded" or not agreed:
        return Decimal(0)
    return AMOUNT - min(AMOUNT, book.refunded)


def _bank(world: World) -> Iterator[str]:
    for life in world.lives:
        if life.at_the_bank and life.bank.books[life.key].order.amount != AMOUNT + COMMISSION:
            yield f"bank: {life.name} was asked for another sum"
        if (found := booked(life.key)) != owed_to_the_ledger(life):
            yield f"bank: {life.name} has {owed_to_the_ledger(life)}, the ledger {found}"
    known = {life.key for life in world.lives}
    for key in set(world.bank.books) - known:
        yield f"bank: {key} is nobody's payment"


def _money_of_nobody(world: World) -> Iterator[str]:
    owed = sum((owed_to_the_ledger(life) for life in world.lives), world.other_money)
    if booked() != owed:
        yield f"ledger: {booked()} instead of {owed}"


def _files(world: World) -> Iterator[str]:
    told = Counter((row["source"], row["id"], Decimal(row["amount"])) for row in world.rows())
    ours = Counter(_ask("SELECT source, external_id, amount FROM ledger_payment WHERE by_portal"))
    if told != ours:
        yield f"files: told {told - ours} too much, {ours - told} too little"
    untold = "SELECT FROM ledger_toldpayment told WHERE payment_id = entry.id AND confirmed_at IS NOT NULL"
    if _ask(f"SELECT FROM ledger_payment entry WHERE by_portal AND NOT EXISTS ({untold})"):
        yield "files: billing has not said all of it back"


def _letters(world: World) -> Iterator[str]:
    sent = Counter(message.to[0] for message in mail.outbox)
    named = {(message.to[0], message.extra_headers["Message-ID"]) for message in mail.outbox}
    for life in world.lives:
        receipts = Letter.objects.filter(kind="payment_receipt", to=life.email).count()
        wanted = int(bool(life.key) and life.row.booked_at is not None)
        if receipts != wanted:
            yield f"letters: {life.name} has {receipts} receipts instead of {wanted}"
        letters = Letter.objects.filter(to=life.email).count()
        distinct = len([to for to, _ in named if to == life.email])
        if distinct != letters or (sent[life.email] != letters and not world.mail_may_repeat):
            yield f"letters: {life.name} got {sent[life.email]} mails of {letters} letters"


def _acknowledged(world: World) -> Iterator[str]:
    kept = Counter(GatewayNotice.objects.values_list("event_id", flat=True))
    for event in world.acknowledged:
        if kept[event] != 1:
            yield f"acknowledged: {event} is kept {kept[event]} times"


def _unfinished() -> Iterator[str]:
    for state in Payment.objects.filter(state__in=["created", "sent"]).values_list("state", flat=True):
        yield f"unfinished: a payment is {state}"
    for state in Refund.objects.filter(state__in=["created", "sent"]).values_list("state", flat=True):
        yield f"unfinished: a refund is {state}"

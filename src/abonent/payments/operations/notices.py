"""Gateways ring: that something happened is kept, what happened is asked."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.base.errors import DomainError
from abonent.payments import connections
from abonent.payments.gateway import BadNotice, Notice
from abonent.payments.models import GatewayNotice, Payment

__all__ = ["BadNotice", "TooManyNotices", "take_notice", "wake"]

MOST = 200
"""Notices of one payment in an hour: honest gateways tell a few times."""
MOST_OF_NOBODY = 2000
"""Of payments that are not ours, of one method in an hour."""
HOUR = timedelta(hours=1)
LONGEST_EVENT = 100


class TooManyNotices(DomainError):  # noqa: N818 - named after what is the matter
    """More than any honest gateway sends: nothing is kept until the hour is over."""


def take_notice(*, method: str, raw: bytes, headers: Mapping[str, str], address: str, now: datetime) -> None:
    """Keep a gateway's notice and queue the question that it wakes: both are committed when this returns.

    The gateway's own rules judge signature (over the raw bytes), source and age. A notice that came before
    changes nothing: its row was committed together with its question. One transaction, safe to repeat; of
    eight at once one writes. Raises BadNotice, TooManyNotices, UnknownMethod (no such way of paying),
    GatewayMisconfigured, GatewayUnavailable.
    """
    notice = connections.gateway(method).read_notice(raw, headers, address=address, now=now)
    if not notice.event_id or not (notice.key or notice.gateway_id):
        raise BadNotice("it names no event, or no payment")
    if not f"{notice.event_id}{notice.key}{notice.gateway_id}".isprintable():
        raise BadNotice("a name in it is no name")
    with transaction.atomic():
        payment_id = _named(method, notice)
        if _kept(method, notice, payment_id, raw, now) and payment_id is not None:
            _plan(payment_id, now)
            wake(payment_id)


def _named(method: str, notice: Notice) -> int | None:
    """The payment that the notice is about. One query."""
    by_name = Q(public_id=notice.key) if notice.key else Q(pk=None)
    if notice.gateway_id:
        by_name |= Q(gateway_id=notice.gateway_id)
    return Payment.objects.filter(by_name, method=method).order_by("pk").values_list("pk", flat=True).first()


def _kept(method: str, notice: Notice, payment_id: int | None, raw: bytes, now: datetime) -> bool:
    """Write the row; False when it is there already."""
    row = GatewayNotice(
        method=method,
        event_id=_short(notice.event_id),
        payment_id=payment_id,
        gateway_id=notice.gateway_id[:64],
        body=_what_it_names(notice, raw),
        received_at=now,
    )
    same = GatewayNotice.objects.filter(method=row.method, event_id=row.event_id)
    if same.exists():
        return False
    about = Q(payment=None) if payment_id is None else Q(payment_id=payment_id)
    lately = GatewayNotice.objects.filter(about, method=method, received_at__gt=now - HOUR)
    if lately.count() >= (MOST_OF_NOBODY if payment_id is None else MOST):
        raise TooManyNotices(method)
    GatewayNotice.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _what_it_names(notice: Notice, raw: bytes) -> bytes:
    """All that is kept of a notice, and a digest by which its bytes can be told again: gateways put a card's
    digits, names, mailboxes and telephone numbers into them, which nobody here needs."""
    named = {"event": notice.event_id, "id": notice.gateway_id, "key": notice.key}
    return json.dumps(named | {"sha256": sha256(raw).hexdigest()}).encode()


def _short(event_id: str) -> str:
    """As long as its column; two long names that begin alike stay two."""
    return event_id if len(event_id) <= LONGEST_EVENT else sha256(event_id.encode()).hexdigest()


def _plan(payment_id: int, now: datetime) -> None:
    """The question is due in the payment's own row too: a task that is lost, or finds the gateway silent, is
    made good by the schedule, also for a payment that was settled. Waits for nobody: whoever holds the row
    is asking, and the task waits for that."""
    free = Payment.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=payment_id)
    for one in free.values_list("pk", flat=True):
        Payment.objects.filter(pk=one).update(next_question_at=now)


def wake(payment_id: int) -> None:
    """Queue a question about the payment, in the caller's transaction. One that waits already is enough."""
    task = app.configure_task("payments.ask", queueing_lock=f"payment:{payment_id}")
    try:
        with transaction.atomic():
            task.defer(payment_id=payment_id, cause="notice")
    except AlreadyEnqueued:
        pass  # it has not begun, so it will see what happened


def adopt(payment: Payment) -> None:
    """Give the payment the notices that named it before we knew its gateway's name for it. In the caller's
    transaction."""
    if payment.gateway_id:
        early = GatewayNotice.objects.filter(method=payment.method, gateway_id=payment.gateway_id)
        early.filter(payment=None).update(payment=payment)

"""Which questions are due: each becomes a task of its own, so that one slow gateway holds up nobody."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.payments.models import Payment, Refund

MOST = 1000
"""At one look; the next is a minute away."""
BEHIND = -10
"""Of the queue's priorities: a gateway that does not answer holds up no letter and no question that a notice
woke."""


def queue_due(*, now: datetime) -> int:
    """Queue a question for each payment and refund whose time has come. Safe to repeat: what waits in the
    queue is not queued again. Returns how many are due."""
    payments = Payment.objects.filter(next_question_at__lte=now).order_by("next_question_at")
    due = list(payments.values_list("pk", flat=True)[:MOST])
    for payment_id in due:
        _queue("payments.ask", f"payment:{payment_id}", payment_id=payment_id, cause="question")
    refunds = Refund.objects.filter(next_question_at__lte=now).order_by("next_question_at")
    given = list(refunds.values_list("pk", flat=True)[:MOST])
    for refund_id in given:
        _queue("payments.ask_refund", f"refund:{refund_id}", refund_id=refund_id)
    return len(due) + len(given)


def _queue(task: str, lock: str, **values: int | str) -> None:
    try:
        with transaction.atomic():
            app.configure_task(task, queueing_lock=lock, priority=BEHIND).defer(**values)
    except AlreadyEnqueued:
        pass  # it has not begun

"""Background work of payments; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.payments.operations import due_questions, reconciling, refunds, settling


@app.periodic(cron="* * * * *")
@app.task(name="payments.queue_questions", queueing_lock="payments.queue_questions")
def queue_questions(timestamp: int) -> None:
    """Every minute: payments and refunds whose next question is due, those whose task was lost among them."""
    due_questions.queue_due(now=timezone.now())


@app.task(name="payments.ask")
def ask(payment_id: int, cause: str) -> None:
    """Ask a gateway about one payment. A notice waits for a question that is under way, which may have been
    asked before its news; the schedule passes by."""
    settling.ask(payment_id=payment_id, cause=cause, now=timezone.now(), wait=cause == "notice")


@app.task(name="payments.ask_refund")
def ask_refund(refund_id: int) -> None:
    refunds.ask_refund(refund_id=refund_id, now=timezone.now(), wait=False)


@app.periodic(cron="10 3 * * *")
@app.task(name="payments.reconcile", queueing_lock="payments.reconcile")
def reconcile(timestamp: int) -> None:
    """Early in the morning: the last days three ways, and the letter about what is open."""
    reconciling.reconcile_daily(now=timezone.now())

"""What the worker's tasks are called; an unnamed one shows its own name."""

from django.utils.translation import gettext_lazy as _

_NAMES = {
    "accounts.measure_strength": _("measuring how strongly accounts are proven"),
    "announcements.send": _("letters of an announcement"),
    "bills.publish": _("receipts by mail"),
    "exchange.apply_run": _("taking a bundle"),
    "exchange.plan_run": _("planning a bundle"),
    "exchange.undo_run": _("undoing an import"),
    "exchange.export_payments": _("a file of payments for billing"),
    "exchange.export_readings": _("a file of readings for billing"),
    "exchange.forget_old_uploads": _("forgetting old uploads"),
    "metering.send_due_reminders": _("reminders of readings"),
    "metering.tell_rejected": _("letters about rejected readings"),
    "notices.deliver_letter": _("sending a letter"),
    "notices.queue_waiting_letters": _("queueing waiting letters"),
    "payments.ask": _("asking a gateway about a payment"),
    "payments.ask_refund": _("asking a gateway about a refund"),
    "payments.reconcile": _("reconciliation of payments"),
    "personal_data.make_export": _("the export of a person's data"),
    "personal_data.forget_people": _("deleting people at their own wish"),
}


def task_name(name: str) -> str:
    """A task's name for people."""
    return str(_NAMES.get(name, name))

"""What has become of a payment, in people's words: one table of states for its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from abonent.interfaces.resident.pay.words import amount_says, why_declined
from abonent.interfaces.ui.formatting import datetime as moment
from abonent.payments.queries import PaymentFacts

Kind = Literal["info", "success", "warning", "error"]
#: A step of `ui/timeline.html`: (title, state, when, says).
Step = tuple[str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state as the page says it. `final`: nothing is awaited any more. `again`: it may be paid anew."""

    kind: Kind
    title: str
    says: tuple[str, ...]
    final: bool = True
    again: bool = False
    paid: bool = False


def outcome(facts: PaymentFacts, *, to_bank: bool, now: datetime) -> Outcome:
    """Every state of a payment has its words here; an unknown one is an error."""
    if facts.state == "created":
        return _unsent(facts, now)
    if facts.state == "sent":
        return _waiting(facts, to_bank=to_bank)
    return {
        "paid": _in_review,
        "booked": _booked,
        "told": _booked,
        "declined": _declined,
        "expired": _expired,
        "refunded": _refunded,
    }[facts.state](facts)


def _unsent(facts: PaymentFacts, now: datetime) -> Outcome:
    says = (
        _("The bank has not answered yet. Nothing has been charged."),
        _(
            "Your payment is kept, and we go on trying by ourselves: this page shows it as soon as the bank "
            "answers."
        ),
        _("There is no need to fill in the form again."),
    )
    return Outcome("info", _("We are getting through to the bank"), says, final=False)


def _waiting(facts: PaymentFacts, *, to_bank: bool) -> Outcome:
    wait = _(
        "If you have paid, do not pay again: the bank will tell us, and this page will show it by itself."
    )
    if to_bank:
        until = moment(timezone.localtime(facts.expires_at))
        more = _("If you have not paid yet, you can do it until %(moment)s.") % {"moment": until}
    else:
        more = _("The time for paying is over. If the money was taken, the payment will be booked by itself.")
    says = (wait, more, _("You may close this page: nothing will be lost."))
    return Outcome("warning", _("We are waiting for the bank's answer"), says, final=False)


def _in_review(facts: PaymentFacts) -> Outcome:
    says = (
        _("The bank took another sum than was asked for, so our staff look into this payment."),
        _("Do not pay again. The money is not lost: it will be booked to your account or given back."),
        _("If you want to ask about it, tell the contact centre the number of the payment: %(number)s.")
        % {"number": facts.number},
    )
    return Outcome(
        "warning", _("The money has been received, the payment is being checked"), says, final=False
    )


def _booked(facts: PaymentFacts) -> Outcome:
    says = [_("The money is on the account: it counts from now on and is no debt any more.")]
    if facts.refunded:
        given = _("Of it %(amount)s has been given back.") % {"amount": amount_says(facts.refunded)}
        says.append(f"{given} {_when_it_comes()}")
    if facts.email:
        says.append(_("The receipt is sent to %(address)s.") % {"address": facts.email})
    return Outcome("success", _("The payment has been booked"), tuple(says), paid=True)


def _declined(facts: PaymentFacts) -> Outcome:
    says = (why_declined(facts.reason), _nothing_taken())
    return Outcome("error", _("The payment was not made"), says, again=True)


def _expired(facts: PaymentFacts) -> Outcome:
    says = (_("The time for paying is over, and the bank has not confirmed a payment."), _nothing_taken())
    return Outcome("warning", _("The payment was not finished"), says, again=True)


def _refunded(facts: PaymentFacts) -> Outcome:
    given = _("%(amount)s has been given back to the card or account it came from.")
    says = (given % {"amount": amount_says(facts.refunded)}, _when_it_comes())
    return Outcome("info", _("The money has been given back"), says, again=True, paid=True)


def _nothing_taken() -> str:
    return _(
        "No money has been taken. Should your bank show a charge all the same, do not pay again: the payment "
        "will be booked as soon as the bank tells us of it."
    )


def _when_it_comes() -> str:
    return _("It depends on the bank when it arrives: usually within ten days.")


def timeline(facts: PaymentFacts) -> list[Step]:
    """What has happened and what comes: made, paid, booked, told to the supplier."""
    at = {step.state: moment(timezone.localtime(step.at)) for step in facts.steps}
    made = (pgettext("payment", "Made"), "done", moment(timezone.localtime(facts.created_at)), None)
    paid, booked, told = (
        pgettext("payment", "Payment at the bank"),
        pgettext("payment", "Booking to the account"),
        pgettext("payment", "Passing on to the supplier"),
    )
    if facts.state in ("created", "sent"):
        return [made, (paid, "now", None, None), (booked, "later", None, None), (told, "later", None, None)]
    if facts.state in ("declined", "expired"):
        ended = _("Not made") if facts.state == "declined" else _("Not finished")
        return [made, (ended, "bad", at.get(facts.state), None)]
    when_paid = moment(timezone.localtime(facts.paid_at)) if facts.paid_at else None
    if facts.state == "paid":
        checked = (_("Our staff check it"), "now", None, None)
        return [made, (paid, "done", when_paid, None), checked, (booked, "later", None, None)]
    steps = [made, (paid, "done", when_paid, None), (booked, "done", at.get("booked"), None)]
    if facts.state == "refunded":
        return [*steps, (_("Given back"), "done", at.get("refunded"), None)]
    is_told = facts.state == "told"
    return [*steps, (told, "done" if is_told else "later", at.get("told"), None)]

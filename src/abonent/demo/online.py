"""What the town's customer has paid online already: through the portal's operations and the practice bank."""

import time
from datetime import datetime
from decimal import ROUND_UP, Decimal

import requests
from django.conf import settings

from abonent.accounts.queries import held_accounts
from abonent.demo.queries import CUSTOMER, email_of, planted_account
from abonent.demo.town import Kind
from abonent.payments.due import what_is_due
from abonent.payments.operations.paying import PartAsked, pay
from abonent.payments.operations.settling import ask
from abonent.portal.current import portal
from abonent.users.models import User

FORM = "demo-online"
SHARE = 10
"""The parents' bill by this is paid, in whole hundreds."""
BANK_SECONDS = 10
_HUNDREDS = Decimal(100)


def pay_online(*, now: datetime) -> None:
    """Pay a part of the parents' bill with the portal's first method, press «Оплатить» on the bank's page,
    and let the portal ask the bank. Several transactions; safe to repeat: the same form is the same payment.
    Killed in between, the payment runs out unpaid. Without the bank (`--load-only`) nothing is paid."""
    methods = [one.code for one in portal().paying.methods if one.provider == "sandbox"]
    customer = User.objects.get(login=CUSTOMER)
    part = _part(customer, now)
    if not methods or part is None or not _bank_is_there():
        return
    payment = pay(
        user=customer,
        parts=[part],
        method=methods[0],
        email=email_of(CUSTOMER),
        language=portal().language,
        form_key=FORM,
        address=None,
        now=now,
    )
    if payment.confirmation_url:
        with requests.Session() as session:
            session.trust_env = False
            session.post(payment.confirmation_url, data={"choice": "pay"}, timeout=BANK_SECONDS)
        ask(payment_id=payment.pk, cause="question", now=now)


def _part(customer: User, now: datetime) -> PartAsked | None:
    """None: nothing is owed, or the customer has given the account up."""
    parents = planted_account(Kind.DEMO_PARENTS).id
    held = [one for one in held_accounts(customer.pk, now=now) if one.id == parents]
    for due in what_is_due(held, language=portal().language):
        if due.presets.bill:
            hundreds = (due.presets.bill / SHARE / _HUNDREDS).quantize(Decimal(1), ROUND_UP)
            return PartAsked(parents, hundreds * _HUNDREDS)
    return None


def _bank_is_there() -> bool:
    """It is started beside the portals, and may be a moment later than they."""
    deadline = time.monotonic() + BANK_SECONDS
    while settings.SANDBOX_BANK and time.monotonic() < deadline:
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.get(settings.SANDBOX_BANK, timeout=BANK_SECONDS).ok
        except requests.RequestException:
            time.sleep(0.1)
    return False

"""The letter with a month's receipt: its text now, its PDF when it is delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from abonent.accounts.queries import BilledAccount, billed_accounts
from abonent.base.months import Month
from abonent.bills import subscription_links
from abonent.bills.paper import Receipt, render_receipt
from abonent.bills.receipts import bill_template, receipts
from abonent.bills.recipients import Recipient, is_recipient
from abonent.notices import letters
from abonent.notices.addresses import absolute
from abonent.notices.attachments import Attachment, Made, NothingToSend
from abonent.notices.subscribed import Wanted, one_click
from abonent.portal.current import portal
from abonent.portal.queries import data_version

MAKER = "bills.receipt"
_TEMPLATE = "bills/letters/receipt.txt"


def compose(found: Sequence[Recipient], month: Month, *, now: datetime) -> dict[int, Wanted]:
    """The letters to those of the recipients whose accounts were charged in `month`, by subscription. A
    constant number of queries; the amount is the receipt's own."""
    accounts = billed_accounts({one.account_id for one in found})
    today = timezone.localdate(now)
    bills = receipts(
        list(accounts.values()), month, language=portal().language, version=data_version(), today=today
    )
    return {
        one.subscription_id: _letter(one, accounts[one.account_id], bills[one.account_id])
        for one in found
        if one.account_id in bills
    }


def _letter(to: Recipient, account: BilledAccount, bill: Receipt) -> Wanted:
    language = to.language if to.language in portal().languages else portal().language
    unsubscribe = subscription_links.address(to.subscription_id, to.started, "unsubscribe")
    subject, text = letters.compose(
        _TEMPLATE, language=language, context=_context(account, bill, unsubscribe)
    )
    arguments = {
        "subscription": to.subscription_id,
        "account": to.account_id,
        "month": str(bill.month),
        "language": language,
    }
    return Wanted(
        kind=letters.kind_of(_TEMPLATE),
        to=to.email,
        user_id=to.user_id,
        language=language,
        subject=subject,
        text=text,
        attachment=Attachment(MAKER, arguments),
        headers=one_click(unsubscribe),
    )


def _context(account: BilledAccount, bill: Receipt, unsubscribe: str) -> dict[str, Any]:
    return {
        "number": account.number,
        "bill_month": bill.month.first_day,
        "amount": bill.to_pay,
        "due_on": f"{bill.due_on:%d.%m.%Y}",
        "cabinet": absolute(reverse("receipts", args=[account.public_id])),
        "unsubscribe": unsubscribe,
    }


def make_receipt(*, now: datetime, subscription: int, account: int, month: str, language: str) -> Made:
    """The PDF, drawn when its letter is delivered. For notices.attachments.

    Raises `NothingToSend` where the subscription has ended since (also with the link, the owner or the
    address), or billing took the month's charges back.
    """
    if not is_recipient(subscription, now=now):
        raise NothingToSend("the subscription has ended")
    asked, known = Month.parse(month), billed_accounts([account])
    bills = receipts(
        list(known.values()), asked, language=language, version=data_version(), today=timezone.localdate(now)
    )
    if account not in bills:
        raise NothingToSend(f"nothing is charged in {month} any more")
    with translation.override(language):
        pdf = render_receipt(bills[account], template=bill_template())
    return Made(f"receipt-{month}.pdf", pdf)

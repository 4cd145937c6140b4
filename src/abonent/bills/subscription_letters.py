"""The letter that asks again before receipts are sent, in the reader's language."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from abonent.bills import subscription_links
from abonent.bills.models import ReceiptSubscription
from abonent.bills.subscription_states import GOOD_FOR
from abonent.metering.reading_links import number_ending
from abonent.notices.addresses import absolute
from abonent.notices.operations import write_letter
from abonent.portal.current import portal


def ask(subscription: ReceiptSubscription, *, now: datetime) -> None:
    """Write the letter, in the caller's transaction. Raises `NotAMailbox`."""
    started = int(subscription.started_at.timestamp())
    language = subscription.user.language or portal().language
    write_letter(
        template="bills/letters/receipt_subscription.txt",
        to=subscription.email,
        user=subscription.user,
        language=language,
        now=now,
        context={
            "ending": number_ending(subscription.account.number),
            "until": f"{timezone.localtime(now + GOOD_FOR):%d.%m.%Y}",
            "link": subscription_links.address(subscription.pk, started, "confirm"),
            "cabinet": absolute(reverse("receipts", args=[subscription.account.public_id])),
        },
    )

"""Lets a bank's call in, or counts that it was not the bank's."""

import logging
from datetime import datetime

from django.db import Error

from abonent.payments.bank_access import calling_bank as bank_named
from abonent.payments.bank_access import is_the_bank
from abonent.payments.operations.bank_call_counts import count_refused, may_try
from abonent.portal.profile import CallingBank

log = logging.getLogger(__name__)


def calling_bank(
    code: str, *, address: str | None, authorization: str, certificate: str, now: datetime
) -> CallingBank | None:
    """The bank of that code, if the call is its own; None, counted, for anybody else.

    Where networks are named only those are listened to; elsewhere an address that was wrong a hundred
    times within the hour is not listened to for the rest of it.
    """
    bank = bank_named(code)
    theirs = bank is not None and is_the_bank(
        bank, address=address, authorization=authorization, certificate=certificate
    )
    try:
        if bank and not bank.addresses and not may_try(bank=code, address=address, now=now):
            return None
        if not theirs:
            count_refused(bank=bank.code if bank else "?", address=address, now=now)
    except Error:  # without the database nobody is counted, and a bank is told to come again
        log.exception("a caller of /api/banks/ was not counted")
    return bank if theirs else None

"""What a person of the town has at hand besides the portal: the receipt at home, the mailbox, their eyes.

Read from the portal's own database, as a journey has no other way to know them.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import psycopg

from abonent.demo.town import Kind, contact_email
from tests.plugins.live_portal import LivePortal

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Receipt:
    """What the last receipt and the bill tell their owner."""

    public_id: str
    number: str
    payer: str
    address: str
    flat: str
    residents: int
    paid_on: date
    amount: Decimal

    @property
    def amount_with_comma(self) -> str:
        return f"{self.amount:.2f}".replace(".", ",")

    @property
    def surname(self) -> str:
        return self.payer.split()[0]


def _row(portal: LivePortal, query: str, *values: object) -> tuple[Any, ...]:
    with psycopg.connect(portal.database_url) as connection:
        found = connection.execute(query, values).fetchone()
    assert found is not None, f"nothing found: {query} {values}"
    return found


def receipt(portal: LivePortal, kind: Kind) -> Receipt:
    """The papers of the town's household of a kind."""
    row = _row(
        portal,
        "SELECT public_id, number, payer, address, flat, residents, paid_on, amounts[1]"
        " FROM accounts_account account JOIN accounts_lastpayment payment ON payment.account_id = account.id"
        " WHERE contact_email = %s",
        contact_email(kind),
    )
    return Receipt(*row)


def reads_in(portal: LivePortal, login: str, language: str) -> None:
    """Let a person of the town read another language from now on."""
    _row(portal, "UPDATE users_user SET language = %s WHERE login = %s RETURNING id", language, login)


def letter(portal: LivePortal, to: str) -> tuple[str, str]:
    """The newest letter in a mailbox: subject and text."""
    subject, text = _row(
        portal, 'SELECT subject, text FROM notices_letter WHERE "to" = %s ORDER BY id DESC LIMIT 1', to
    )
    return subject, text


def letters(portal: LivePortal, to: str) -> int:
    """How many letters a mailbox holds."""
    return int(_row(portal, 'SELECT count(*) FROM notices_letter WHERE "to" = %s', to)[0])


def readings_written(portal: LivePortal) -> int:
    """How many readings the portal holds, told by billing or submitted or kept to be sent."""
    tables = ("reading", "submittedreading", "submission", "keptform")
    counts = " + ".join(f"(SELECT count(*) FROM metering_{table})" for table in tables)
    return int(_row(portal, f"SELECT {counts}")[0])


def link_in(text: str) -> str:
    """The letter's first link."""
    found = LINK.search(text)
    assert found, text
    return found[0]


def seen_in_the_picture(portal: LivePortal, key: str) -> str:
    """What the captcha's picture shows: a person reads it, a test asks the store."""
    return str(_row(portal, "SELECT response FROM captcha_captchastore WHERE hashkey = %s", key)[0])


@cache
def banks(portal: LivePortal) -> frozenset[str]:
    """The banks through which the town pays: their names are Latin in every language."""
    with psycopg.connect(portal.database_url) as connection:
        return frozenset(bank for (bank,) in connection.execute("SELECT DISTINCT bank FROM ledger_payment"))


def code_on_the_bill(portal: LivePortal, number: str) -> str:
    """The code printed on the newest bill; the portal's key makes it, so the portal is asked."""
    return portal.python(_CODE.format(number=number)).strip()


_CODE = """
from django.utils import timezone
from abonent.accounts.codes import bill_code, shown
from abonent.accounts.models import Account
from abonent.base.months import Month
account = Account.objects.get(number={number!r})
last = Month.of(timezone.localdate()) - 1
print(shown(bill_code(account_id=account.pk, owner_version=account.owner_version, month=last)))
"""

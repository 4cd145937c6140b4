"""Whose list a registry is, and how its rows stand in the ledger."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from abonent.ledger.booking import Entry
from abonent.portal.current import portal

#: Codes that the formats give their registries when nobody names a bank.
_NAMES = {
    "sberbank": gettext_noop("Sberbank"),
    "gorod": gettext_noop("“Gorod” payment system"),
    "bank": gettext_noop("Bank transfer"),
    "acquirer": gettext_noop("Bank card"),
}


def code_of(source: str) -> str:
    """`registry:sberbank` -> `sberbank`: a bank of the profile, a method of it, or any other code."""
    return source.partition(":")[2]


def is_method(source: str) -> bool:
    return code_of(source) in {one.code for one in portal().paying.methods}


def name_of(source: str) -> str:
    """As customers read it among their payments, in the portal's first language."""
    code, language = code_of(source), portal().language
    paying = portal().paying
    named = [one.name for one in paying.banks if one.code == code]
    named += [one.label for one in paying.methods if one.code == code]
    if named:
        return str(named[0].in_language(language))  # type: ignore[attr-defined]
    with override(language):
        return _(_NAMES[code]) if code in _NAMES else code


class Booker:
    """Makes entries of a source's rows: named by the bank and its operation. What staff book of a gateway's
    statement is named as that gateway's registry would name it: the same money has one name."""

    def __init__(self, source: str) -> None:
        self._source, self._bank = f"registry:{code_of(source)}", name_of(source)

    def entry(self, operation: str, account_id: int, amount: Decimal, paid_on: date) -> Entry:
        return Entry(
            source=self._source,
            external_id=operation,
            account_id=account_id,
            amount=amount,
            paid_on=paid_on,
            bank=self._bank,
        )

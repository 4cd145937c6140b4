"""The form of paying, prepared for its page: what is offered of each account, what stands in the fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.interfaces.resident.pay.choices import Problem, What, chosen_what, field_of, is_closed
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import NBSP, amount, month
from abonent.payments.due import AccountDue, PaidBefore
from abonent.payments.presets import ServiceShare


@dataclass(frozen=True, slots=True)
class Option:
    """A way to say how much; `amount` is None where it is to be typed."""

    id: str
    what: What
    label: str
    amount: Decimal | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class AmountField:
    name: str
    label: str
    value: str
    supplier: str = ""
    billed: Decimal | None = None
    """Of a voluntary service: what the bill has for it. It is not filled in."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """An account of the form."""

    due: AccountDue
    name: str
    """Of its radio buttons; also the id of the first of them."""
    seen: str
    closed: bool
    options: tuple[Option, ...]
    other: AmountField
    services: tuple[AmountField, ...]
    voluntary: tuple[AmountField, ...]
    error: str | None


MOST_FIELDS = 180
"""Of the accounts in one form: a request of more than 200 fields is refused (settings/security.py)."""
_OF_EACH = 4
"""Fields of every account, beside those of its services."""


def fitting(values: Mapping[str, str], dues: Sequence[AccountDue]) -> tuple[AccountDue, ...]:
    """The accounts that one form has room for, those that are chosen before the others; in their order."""
    left, found = MOST_FIELDS, set()
    for due in sorted(dues, key=lambda one: chosen_what(values, one) == "none"):
        left -= _OF_EACH + len(due.presets.services) + len(due.presets.voluntary)
        if left >= 0:
            found.add(due.account.id)
    return tuple(due for due in dues if due.account.id in found)


def cards(
    values: Mapping[str, str], dues: Sequence[AccountDue], problems: Sequence[Problem], *, today: date
) -> tuple[Card, ...]:
    """The accounts in their order."""
    wrong: dict[str, str] = {}
    for target, words in problems:
        wrong.setdefault(target, words)
    return tuple(
        _card(values, due, wrong, several=len(dues) > 1, closed=is_closed(due, today)) for due in dues
    )


def initial(dues: Sequence[AccountDue], *, accounts: Sequence[str], what: str = "") -> dict[str, str]:
    """What stands in the fields at first: of `accounts` (public ids) the bill or `what`, of others none."""
    values: dict[str, str] = {}
    for due in dues:
        is_wanted = due.account.public_id in accounts
        offered = _offered(due, several=True)
        chosen = what if what in offered else offered[0]
        values[field_of("what", due)] = chosen if is_wanted else "none"
        values |= {
            field_of("service", due, one.service_id): _figures(one.amount) for one in due.presets.services
        }
    return values


def as_before(dues: Sequence[AccountDue], before: PaidBefore) -> dict[str, str]:
    """The same choices as in an earlier payment: its presets where the amounts are still the same."""
    values = initial(dues, accounts=())
    for due in dues:
        shares = {service: paid for account, service, paid in before.shares if account == due.account.id}
        if not shares:
            continue
        if None in shares and len(shares) == 1:
            values |= _one_amount(due, shares[None])
            continue
        values[field_of("what", due)] = "services"
        for one in (*due.presets.services, *due.presets.voluntary):
            paid = shares.get(one.service_id)
            values[field_of("service", due, one.service_id)] = _figures(paid) if paid else ""
    return values | {"method": before.method}


def _one_amount(due: AccountDue, paid: Decimal) -> dict[str, str]:
    presets = {due.presets.debt: "debt", due.presets.bill: "bill"}
    what = presets.get(paid, "other")
    return {field_of("what", due): what, field_of("other", due): _figures(paid) if what == "other" else ""}


def _figures(value: Decimal) -> str:
    """An amount as it stands in its field; nothing for nothing."""
    return amount(value).replace(NBSP, " ") if value else ""


def _offered(due: AccountDue, *, several: bool) -> list[What]:
    offered: list[What] = []
    if due.presets.bill > 0:
        offered.append("bill")
    if 0 < due.presets.debt < due.presets.bill:
        offered.append("debt")
    offered.append("other")
    if len(due.services) > 1:
        offered.append("services")
    return [*offered, "none"] if several else offered


def _card(
    values: Mapping[str, str], due: AccountDue, wrong: Mapping[str, str], *, several: bool, closed: bool
) -> Card:
    name, chosen = field_of("what", due), chosen_what(values, due)
    offered = _offered(due, several=several)
    if chosen not in offered:
        chosen = offered[-1] if several else offered[0]
    other = field_of("other", due)
    return Card(
        due=due,
        name=name,
        seen=field_of("seen", due),
        closed=closed,
        options=tuple(
            Option(
                f"{name}-{what}" if place else name,
                what,
                _label(due, what),
                _amount_of(due, what),
                what == chosen,
            )
            for place, what in enumerate(offered)
        ),
        other=AmountField(other, _("Amount"), values.get(other, ""), error=wrong.get(other)),
        services=tuple(_service(values, due, one, wrong) for one in due.presets.services),
        voluntary=tuple(
            _service(values, due, one, wrong, billed=one.amount) for one in due.presets.voluntary
        ),
        error=wrong.get(name),
    )


def _label(due: AccountDue, what: What) -> str:
    if what == "bill":
        return _("Bill of %(month)s") % {"month": month(due.month, language())}
    return {
        "debt": _("Only the debt of earlier months"),
        "other": _("Another amount"),
        "services": _("By service"),
        "none": _("Pay nothing now"),
    }[what]


def _amount_of(due: AccountDue, what: What) -> Decimal | None:
    return {"bill": due.presets.bill, "debt": due.presets.debt}.get(what)


def _service(
    values: Mapping[str, str],
    due: AccountDue,
    share: ServiceShare,
    wrong: Mapping[str, str],
    billed: Decimal | None = None,
) -> AmountField:
    name, service = field_of("service", due, share.service_id), due.services[share.service_id]
    return AmountField(
        name=name,
        label=service.name,
        supplier=service.supplier,
        value=values.get(name, ""),
        billed=billed,
        error=wrong.get(name),
    )

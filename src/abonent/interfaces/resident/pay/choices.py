"""The form of paying as it was sent: read into what is asked for, with what is wrong in it.

Fields of an account: `what-<public id>` (bill | debt | other | services | none), `other-<public id>`,
`service-<public id>-<service id>`, `seen-<public id>` (the bill's amount as the page showed it). The form's
own: `method`, `email`, `key`. Names are made here and looked up, never taken apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from abonent.base.money import ZERO, AmountError, parse_amount
from abonent.interfaces.ui.formatting import money
from abonent.payments.commission import charged, commission_of
from abonent.payments.due import AccountDue
from abonent.payments.operations.paying import MOST_PARTS, PartAsked
from abonent.portal.current import portal
from abonent.portal.profile import Method

What = Literal["bill", "debt", "other", "services", "none"]
WHATS: tuple[What, ...] = ("bill", "debt", "other", "services", "none")
Problem = tuple[str, str]
"""The id of what to mend, and the words."""


@dataclass(frozen=True, slots=True)
class Share:
    """A line of what is to be paid; `service` is blank for the account as a whole."""

    service_id: int | None
    service: str
    payee: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be paid of one account."""

    due: AccountDue
    what: What
    shares: tuple[Share, ...]

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.shares), ZERO)


@dataclass(frozen=True, slots=True)
class Judged:
    """The form, read: what is asked for, by which way, and what must be mended first."""

    asked: tuple[Asked, ...]
    method: Method | None
    email: str
    problems: tuple[Problem, ...]

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.asked), ZERO)

    @property
    def commission(self) -> Decimal:
        return commission_of(self.amount, self.method.commission) if self.method else ZERO

    @property
    def charged(self) -> Decimal:
        return charged(self.amount, self.method.commission) if self.method else self.amount

    @property
    def parts(self) -> tuple[PartAsked, ...]:
        return tuple(
            PartAsked(account_id=one.due.account.id, amount=share.amount, service_id=share.service_id)
            for one in self.asked
            for share in one.shares
        )

    @property
    def agreed(self) -> str:
        """What the customer agrees to, in a line: another one is another agreement."""
        shares = [f"{part.account_id}.{part.service_id or ''}={part.amount}" for part in self.parts]
        return f"{self.method.code if self.method else ''}:{self.charged}:{','.join(shares)}:{self.email}"


def field_of(kind: str, due: AccountDue, service_id: int | None = None) -> str:
    """The name of a field of an account, and the id of it."""
    last = "" if service_id is None else f"-{service_id}"
    return f"{kind}-{due.account.public_id}{last}"


def is_closed(due: AccountDue, today: date) -> bool:
    """Closed accounts are not paid for online: `pay` refuses them."""
    closed_on = due.account.closed_on
    return closed_on is not None and closed_on <= today


def judge(values: Mapping[str, str], dues: Sequence[AccountDue], *, today: date) -> Judged:
    """Read the form against what may be paid now. Nothing here raises."""
    problems: list[Problem] = []
    offered = [due for due in dues if not is_closed(due, today)]
    asked = [one for due in offered if (one := _asked(values, due, problems))]
    if not asked and not problems:
        first = field_of("what", offered[0]) if offered else ""
        problems.append((first, _("Choose what to pay.")))
    method = _method(values.get("method", ""), problems)
    email = _email(values.get("email", "").strip(), method, problems)
    judged = Judged(tuple(asked), method, email, ())
    if method and not problems:
        problems += _out_of_bounds(judged, method)
    return Judged(judged.asked, method, email, tuple(problems))


def chosen_what(values: Mapping[str, str], due: AccountDue) -> What:
    """What is ticked for an account; nothing else than what the page offers."""
    found = values.get(field_of("what", due), "none")
    return next((one for one in WHATS if one == found), "none")


def _asked(values: Mapping[str, str], due: AccountDue, problems: list[Problem]) -> Asked | None:
    what = chosen_what(values, due)
    if what == "none":
        return None
    if what == "services":
        shares = _of_services(values, due, problems)
    elif what == "other":
        shares = _of_other(values, due, problems)
    else:
        shares = _of_preset(values, due, what, problems)
    return Asked(due, what, tuple(shares)) if shares else None


def _of_preset(
    values: Mapping[str, str], due: AccountDue, what: What, problems: list[Problem]
) -> list[Share]:
    wanted = due.presets.bill if what == "bill" else due.presets.debt
    target, seen = field_of("what", due), values.get(f"{field_of('seen', due)}-{what}", "")
    if wanted <= 0:
        text = _("Account %(number)s: this is paid already, or on its way. There is nothing to pay now.")
        problems.append((target, text % {"number": due.account.number}))
        return []
    if seen and seen != str(wanted):
        text = _("Account %(number)s: the amount has changed while you were choosing, now it is %(amount)s.")
        now = {"number": due.account.number, "amount": money(wanted, portal().currency_symbol)}
        problems.append((target, text % now))
    return [Share(None, "", due.payee, wanted)]


def _of_other(values: Mapping[str, str], due: AccountDue, problems: list[Problem]) -> list[Share]:
    target = field_of("other", due)
    typed = values.get(target, "")
    before = len(problems)
    found = _amount(typed, target, problems)
    if found is None and len(problems) == before:
        text = _("The amount must be more than zero.") if typed.strip() else _("Type the amount.")
        problems.append((target, text))
    return [Share(None, "", due.payee, found)] if found else []


def _of_services(values: Mapping[str, str], due: AccountDue, problems: list[Problem]) -> list[Share]:
    before, shares = len(problems), []
    for one in (*due.presets.services, *due.presets.voluntary):
        target = field_of("service", due, one.service_id)
        if found := _amount(values.get(target, ""), target, problems):
            service = due.services[one.service_id]
            shares.append(Share(one.service_id, service.name, service.supplier, found))
    if not shares and len(problems) == before:
        problems.append((field_of("what", due), _("Type the amount of at least one service.")))
    return shares


def _amount(typed: str, target: str, problems: list[Problem]) -> Decimal | None:
    """None for nothing typed, for zero, and for what is wrong (then it is among the problems)."""
    if not typed.strip():
        return None
    try:
        found = parse_amount(typed)
    except AmountError:
        problems.append((target, _("Type the amount in figures, like this: 1 234,56.")))
        return None
    if found < 0:
        problems.append((target, _("The amount must be more than zero.")))
        return None
    return found or None


def _method(code: str, problems: list[Problem]) -> Method | None:
    methods = portal().paying.methods
    found = next((one for one in methods if one.code == code), None)
    if found is None and methods:
        text = _("This way of paying is not there any more. Choose another one.")
        problems.append((f"method-{methods[0].code}", text if code else _("Choose how to pay.")))
    return found


def _email(typed: str, method: Method | None, problems: list[Problem]) -> str:
    try:
        if typed:
            validate_email(typed)
        elif method and method.fiscal:
            problems.append(("id_email", _("Type an e-mail address: the fiscal receipt will be sent there.")))
    except ValidationError:
        problems.append(("id_email", _("Type an e-mail address like name@example.com, or leave it empty.")))
    return typed


def _out_of_bounds(judged: Judged, method: Method) -> Iterator[Problem]:
    target = _first_field(judged)
    symbol = portal().currency_symbol
    if judged.amount < method.least:
        text = _("This way takes payments of %(amount)s and more.")
        yield target, text % {"amount": money(method.least, symbol)}
    if judged.amount > method.most:
        text = _("This way takes payments of up to %(amount)s. Pay less now, and the rest afterwards.")
        yield target, text % {"amount": money(method.most, symbol)}
    if len(judged.parts) > MOST_PARTS:
        text = _("That is too many lines for one payment: at most %(count)s.")
        yield target, text % {"count": MOST_PARTS}


def _first_field(judged: Judged) -> str:
    one = judged.asked[0]
    return field_of("other" if one.what == "other" else "what", one.due)

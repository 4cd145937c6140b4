"""What a person may pay: all accounts at once, each with its choices (docs/domain/paying.md)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.accounts.queries import HeldAccount
from abonent.base.money import ZERO
from abonent.ledger.queries import Line
from abonent.ledger.standings import Came, Standing, standings
from abonent.payments.models import PaymentPart
from abonent.payments.presets import Owed, Presets, presets
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.queries import ServiceFacts, services

Named = dict[int | None, Decimal]
"""Money by the service it was paid for."""


@dataclass(frozen=True, slots=True)
class AccountDue:
    """An account and what may be paid of it. `month` is that of its last bill; None when it never had one."""

    account: HeldAccount
    month: date | None
    presets: Presets
    services: Mapping[int, ServiceFacts]
    """Those of the presets, in the reader's language and in their order."""
    payee: str = ""
    """Who keeps the account: gets what is paid for no service in particular."""
    expected: Decimal = ZERO
    """On its way already, and taken off."""


def what_is_due(accounts: Sequence[HeldAccount], *, language: str) -> tuple[AccountDue, ...]:
    """Every account of `accounts` with its choices, in their order. Three or four queries, however many."""
    if not accounts:
        return ()
    version = accounts[0].data_version
    known = services(language=language, version=version)
    found = standings([one.id for one in accounts], version=version)
    keepers = Organisation.objects.in_bulk({one.organisation_id for one in accounts})
    return tuple(
        _due(one, found.get(one.id), known, keepers[one.organisation_id].name(language)) for one in accounts
    )


@dataclass(frozen=True, slots=True)
class PaidBefore:
    """What was asked for in an earlier payment."""

    method: str
    shares: tuple[tuple[int, int | None, Decimal], ...]
    """Account, service (None: the account as a whole), amount."""


def paid_before(public_id: str, user_id: int) -> PaidBefore | None:
    """A payment of this person, to be made again; else None. One query."""
    rows = PaymentPart.objects.filter(payment__public_id=public_id, payment__user_id=user_id)
    found = list(
        rows.order_by("position").values_list("payment__method", "account_id", "service_id", "amount")
    )
    return PaidBefore(found[0][0], tuple(row[1:] for row in found)) if found else None


def _due(
    account: HeldAccount, stands: Standing | None, known: Mapping[int, ServiceFacts], payee: str
) -> AccountDue:
    if stands is None:
        return AccountDue(account, None, Presets(), {}, payee)
    roots = _roots(stands, known)
    return AccountDue(
        account=account,
        month=stands.month,
        presets=_presets(stands, known),
        services={line.service_id: known[line.service_id] for line in roots},
        payee=payee,
        expected=sum((one.amount for one in stands.expected), ZERO),
    )


def _roots(stands: Standing, known: Mapping[int, ServiceFacts]) -> list[Line]:
    roots = [line for line in stands.lines if known[line.service_id].parent_id is None]
    return sorted(roots, key=lambda line: known[line.service_id].place)


def _presets(stands: Standing, known: Mapping[int, ServiceFacts]) -> Presets:
    since, expected = _by_service(stands.since), _by_service(stands.expected)
    owed = [_owed(line, known[line.service_id], since, expected) for line in _roots(stands, known)]
    return presets(
        owed,
        since=sum(since.values(), ZERO),
        expected=sum(expected.values(), ZERO),
        rounding=portal().bill.unit,
    )


def bills_left(account_ids: Collection[int], *, language: str, version: int) -> dict[int, Decimal]:
    """What the last bills of these accounts still ask for; an account that was never charged is absent. Two
    or three queries, however many."""
    known = services(language=language, version=version)
    found = standings(account_ids, version=version)
    return {account_id: _presets(stands, known).bill for account_id, stands in found.items()}


def _owed(line: Line, service: ServiceFacts, since: Named, expected: Named) -> Owed:
    """Takes out of `since` and `expected` what is the service's own: the rest is the whole bill's."""
    return Owed(
        service_id=line.service_id,
        opening=line.opening,
        paid=line.paid,
        closing=line.closing,
        since=since.pop(line.service_id, ZERO),
        expected=expected.pop(line.service_id, ZERO),
        voluntary=service.voluntary,
    )


def _by_service(money: Iterable[Came]) -> Named:
    found: Named = {}
    for one in money:
        found[one.service_id] = found.get(one.service_id, ZERO) + one.amount
    return found

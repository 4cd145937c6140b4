"""What a person may pay: all accounts at once, each with its choices (docs/domain/paying.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.accounts.queries import HeldAccount
from abonent.base.money import CENT, ZERO
from abonent.ledger.queries import Line
from abonent.ledger.standings import Came, Standing, standings
from abonent.payments.presets import Owed, Presets, presets
from abonent.portal.current import portal
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
    expected: Decimal = ZERO
    """On its way already, and taken off."""


def what_is_due(accounts: Sequence[HeldAccount], *, language: str) -> tuple[AccountDue, ...]:
    """Every account of `accounts` with its choices, in their order. Two or three queries, however many."""
    if not accounts:
        return ()
    version = accounts[0].data_version
    known = services(language=language, version=version)
    found = standings([one.id for one in accounts], version=version)
    return tuple(_due(one, found.get(one.id), known) for one in accounts)


def _due(account: HeldAccount, stands: Standing | None, known: Mapping[int, ServiceFacts]) -> AccountDue:
    if stands is None:
        return AccountDue(account, None, Presets(), {})
    roots = [line for line in stands.lines if known[line.service_id].parent_id is None]
    roots.sort(key=lambda line: known[line.service_id].place)
    since, expected = _by_service(stands.since), _by_service(stands.expected)
    owed = [_owed(line, known[line.service_id], since, expected) for line in roots]
    unit = Decimal(1) if portal().bill.round_to_whole else CENT
    return AccountDue(
        account=account,
        month=stands.month,
        presets=presets(
            owed, since=sum(since.values(), ZERO), expected=sum(expected.values(), ZERO), rounding=unit
        ),
        services={line.service_id: known[line.service_id] for line in roots},
        expected=sum((one.amount for one in stands.expected), ZERO),
    )


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

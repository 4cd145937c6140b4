"""A tariff against last month's volumes, before it takes effect: who pays what, and by how much it changes.

Accounts go by in batches: memory holds one batch and the totals, whatever the portal has.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from abonent.accounts.queries import Household, account_numbers, households
from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.consumption.own_quote import Billed, basis, month_quote
from abonent.consumption.quoting import CannotReckonError, Why
from abonent.consumption.usage import counted_months
from abonent.ledger.queries import months_loaded
from abonent.ledger.volumes import BilledAccount, billed_accounts, count_billed
from abonent.metering.charged import ChargedMeter, charged_meters, is_charged_by
from abonent.metering.usage import MonthUse, usage_by_month
from abonent.portal.queries import services
from abonent.tariffs.calculator import Tariff
from abonent.tariffs.queries import Catalogue

BATCH = 1_000
MOST_SHOWN = 5
EXAMPLES = 3

Progress = Callable[[int, int], None]
"""Told after each batch how many accounts are done, and of how many."""


class Change(NamedTuple):
    """An account's month by the tariff in force and by the new one."""

    account: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """Amounts are for the accounts that both tariffs could be reckoned for."""

    code: str
    service: str
    volumes_of: Month | None
    """The month whose volumes are taken: the last one billed. None when nothing was billed yet."""
    reckoned_as: Month
    """The month for which they are reckoned: the first whole one in which the new rates hold."""
    everybody: bool
    """Nobody is charged by this tariff yet: all of the service's accounts are reckoned, from what each is
    charged by now."""
    on_other_tariffs: int
    accounts: int
    before: Decimal
    after: Decimal
    more: int
    less: int
    most: tuple[Change, ...]
    """Who pays more by most, the greatest first."""
    not_reckoned: Mapping[Why, int]
    examples: Mapping[Why, tuple[str, ...]]
    """Some of their account numbers."""

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def per_cent(self) -> Decimal | None:
        """None when nothing is paid now."""
        return self.difference * 100 / self.before if self.before else None


@dataclass
class _Sums:
    accounts: int = 0
    others: int = 0
    more: int = 0
    less: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO
    most: list[tuple[Decimal, int, Decimal, Decimal]] = field(default_factory=list)
    failed: Counter[Why] = field(default_factory=Counter)
    examples: dict[Why, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, account_id: int, before: Decimal, after: Decimal) -> None:
        self.accounts += 1
        self.before += before
        self.after += after
        self.more += after > before
        self.less += after < before
        if after > before:
            push = heapq.heappush if len(self.most) < MOST_SHOWN else heapq.heappushpop
            push(self.most, (after - before, -account_id, before, after))

    def fail(self, account_id: int, why: Why) -> None:
        self.failed[why] += 1
        if len(self.examples[why]) < EXAMPLES:
            self.examples[why].append(account_id)


@dataclass(frozen=True, slots=True)
class _Question:
    tariff: Tariff
    catalogue: Catalogue
    today: date
    volumes_of: Month
    reckoned_as: Month
    service_id: int
    everybody: bool

    def concerns(self, named: str) -> bool:
        """Whether a meter that names this tariff (empty: none) is charged by the new one."""
        return self.everybody or named == self.tariff.code or (self.tariff.default and not named)

    def in_force(self, named: str) -> Tariff | None:
        found = self.catalogue.charged_by(self.tariff.service, named, self.today)
        return found.tariff if found else None


class _Account(NamedTuple):
    id: int
    billed: Billed
    household: Household
    tariff: str
    """What its meter names."""


def preview(
    tariff: Tariff,
    *,
    takes_effect_on: date,
    catalogue: Catalogue,
    version: int,
    today: date,
    progress: Progress | None = None,
) -> Preview:
    """Reckon last month's volumes by what is in force and by `tariff`, for everyone it concerns.

    Those are the meters that name the tariff, and with `default` the accounts that name none; when there are
    none at all, everybody with the service. Both are reckoned for the first whole month in which the new
    file's last rates hold, so that only the tariffs differ. Where no tariff is in force, what billing accrued
    stands in its place. Reads only; four queries for each batch of accounts.
    """
    known = {one.code: one.id for one in services(language="ru", version=version).values()}
    loaded = months_loaded(version=version)
    asked = _Question(
        tariff=tariff,
        catalogue=catalogue,
        today=today,
        volumes_of=loaded[1] if loaded else Month.of(today),
        reckoned_as=first_whole_month(max(takes_effect_on, tariff.periods[-1].begins)),
        service_id=known[tariff.service],
        everybody=not tariff.default and not is_charged_by(tariff.code),
    )
    sums, done = _Sums(), 0
    total = count_billed(asked.service_id, asked.volumes_of)
    for batch in billed_accounts(asked.service_id, asked.volumes_of, batch=BATCH):
        for account in _read(batch, asked):
            _take(account, asked, sums)
        done += len(batch)
        if progress:
            progress(done, total)
    return _told(asked, sums, volumes_of=asked.volumes_of if total else None)


def first_whole_month(day: date) -> Month:
    month = Month.of(day)
    return month if day == month.first_day else month + 1


def _read(batch: Sequence[BilledAccount], asked: _Question) -> Iterator[_Account]:
    ids = [one.account_id for one in batch]
    month = asked.volumes_of
    homes = households(ids)
    meters: dict[int, list[ChargedMeter]] = defaultdict(list)
    for meter in charged_meters(ids, first=month.first_day, last=month.last_day):
        if meter.service_id == asked.service_id:
            meters[meter.account_id].append(meter)
    uses: dict[int, list[MonthUse]] = defaultdict(list)
    for use in usage_by_month(ids, first=month, last=month):
        if use.service_id == asked.service_id:
            uses[use.account_id].append(use)
    for one in batch:
        own, counted = meters[one.account_id], counted_months(uses[one.account_id]).get(month)
        by_scale = {scale.scale: scale.volume for scale in counted.scales} if counted else {}
        billed = Billed(one.volume, one.accrued, bool(own), by_scale)
        yield _Account(one.account_id, billed, homes[one.account_id], own[-1].tariff if own else "")


def _take(account: _Account, asked: _Question, sums: _Sums) -> None:
    if not asked.concerns(account.tariff):
        sums.others += 1
        return
    try:
        sums.add(account.id, *_reckoned(account, asked))
    except CannotReckonError as error:
        sums.fail(account.id, error.why)


def _reckoned(account: _Account, asked: _Question) -> tuple[Decimal, Decimal]:
    """Before and after; by what the account is charged is told by last month and the tariff in force."""
    billed, home, month = account.billed, account.household, asked.reckoned_as
    in_force = asked.in_force(account.tariff)
    by = basis(in_force or asked.tariff, asked.volumes_of, billed, home)
    after = month_quote(asked.tariff, month, billed, home, by).total
    return month_quote(in_force, month, billed, home, by).total if in_force else billed.accrued, after


def _told(asked: _Question, sums: _Sums, *, volumes_of: Month | None) -> Preview:
    most = sorted(sums.most, reverse=True)
    numbers = account_numbers(
        [-one[1] for one in most] + [id_ for ids in sums.examples.values() for id_ in ids]
    )
    return Preview(
        code=asked.tariff.code,
        service=asked.tariff.service,
        volumes_of=volumes_of,
        reckoned_as=asked.reckoned_as,
        everybody=asked.everybody,
        on_other_tariffs=sums.others,
        accounts=sums.accounts,
        before=sums.before,
        after=sums.after,
        more=sums.more,
        less=sums.less,
        most=tuple(Change(numbers[-id_], before, after) for _, id_, before, after in most),
        not_reckoned=dict(sums.failed),
        examples={why: tuple(numbers[id_] for id_ in ids) for why, ids in sums.examples.items()},
    )

"""A household's months: what it was charged, what it paid, what it owed. Whole hundredths throughout.

A nested line explains its parent's accrual and carries no balance of its own (docs/domain/bundle.md).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from abonent.base.months import Month
from abonent.demo.town.charging import Charged, Prices
from abonent.demo.town.households import Household, Kind
from abonent.demo.town.payments import Habit
from abonent.demo.town.recipe import PRICE, VOLUME, Recipe, Service
from abonent.demo.town.usage import Usage

#: The published bill whose figures do not add up: 2065.60 + 921.49 - 0 printed as 2994.41.
FLAW_OPENING, FLAW_ACCRUED, FLAW_CLOSING = 206560, 92149, 299441
FLAW_MONTHS_AGO = 4
#: A month of the flat that is let in which the supplier's figure is not what its tariff says, by so much; the
#: month after takes it back.
MISCHARGED, MISCHARGED_AGO, MISCHARGED_BY = "electricity", 4, 2500
#: How many months ago, and by how many per cent.
CORRECTIONS = {Kind.CORRECTED: {2: -35, 7: 22, 15: -18}, Kind.DEMO_HOME: {5: -12}}
#: Of whom nothing came in this month and so many before it: the last bill, or a debt besides, is left to pay.
UNPAID = {Kind.DEMO_HOME: 0, Kind.DEMO_PARENTS: 1}
_CENTS = VOLUME * PRICE // 100


@dataclass(frozen=True, slots=True)
class Charge:
    account: str
    month: Month
    service: str
    opening: int
    accrued: int
    corrections: int
    paid: int
    closing: int
    volume: int | None
    tariff: int | None
    undelivered_days: int | None = None
    undelivered_amount: int | None = None
    within_norm: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    account: str
    paid_on: date
    amount: int
    bank: str
    id: str


@dataclass(slots=True)
class Book:
    charges: list[Charge] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """One service in one month, before it is paid."""

    service: Service
    volume: int | None
    tariff: int | None
    accrued: int
    parts: list["_Line"] = field(default_factory=list)
    corrections: int = 0
    undelivered_days: int | None = None
    undelivered_amount: int | None = None


class _Keeper:
    def __init__(
        self,
        recipe: Recipe,
        prices: Prices,
        household: Household,
        usage: Usage,
        today: date,
        random: Random,
    ) -> None:
        self.recipe, self.prices, self.household, self.usage = recipe, prices, household, usage
        self.today, self.random = today, random
        self.tops = [service for service in household.services if not service.parent]
        self.balances = {service.code: 0 for service in self.tops}
        self.habit = Habit(recipe, household, random)
        self.book = Book()

    def run(self, months: list[Month], shown: int) -> Book:
        """Live through `months`; the first ones, before `shown`, only give the balances their start."""
        ago = len(months) - 1
        for index, month in enumerate(months):
            if self._is_open(month):
                self._month(index, month, ago=ago - index, show=index >= shown)
        if self.household.closed_on is None:
            self._pay(months[-1] + 1, show=True)
        return self.book

    def _is_open(self, month: Month) -> bool:
        closed = self.household.closed_on
        begun = month >= Month.of(self.household.opened_on)
        return begun and (closed is None or month <= Month.of(closed) + 1)

    def _month(self, index: int, month: Month, *, ago: int, show: bool) -> None:
        flawed = self.household.kind is Kind.DOES_NOT_ADD_UP and ago == FLAW_MONTHS_AGO
        paid = dict.fromkeys(self.balances, 0) if flawed else self._pay(month, show=show)
        lines = self._lines(index, month)
        self._correct(lines, ago, month)
        if self.household.kind is Kind.DEMO_LET:
            _mischarge(next(line for line in lines if line.service.code == MISCHARGED), ago)
        if self.household.kind is Kind.DOES_NOT_ADD_UP and ago == FLAW_MONTHS_AGO + 1:
            first = lines[0]
            first.corrections += FLAW_OPENING - (
                self.balances[first.service.code]
                + first.accrued
                + first.corrections
                - paid[first.service.code]
            )
        if flawed:
            lines[0].accrued, lines[0].volume, lines[0].tariff = FLAW_ACCRUED, None, None
            lines[0].corrections = 0
        for line in lines:
            self._close(line, month, paid[line.service.code], show=show)
        if flawed:
            self._plant(lines[0].service.code)

    def _plant(self, service: str) -> None:
        """Put the supplier's own closing figure in the place of the right one."""
        at = max(i for i, charge in enumerate(self.book.charges) if charge.service == service)
        right = self.book.charges[at]
        self.book.charges[at] = Charge(
            right.account, right.month, service, right.opening, right.accrued, 0, 0, FLAW_CLOSING, None, None
        )
        self.balances[service] = FLAW_CLOSING

    def _lines(self, index: int, month: Month) -> list[_Line]:
        closed = self.household.closed_on
        gone = closed is not None and month > Month.of(closed)
        lines = []
        for service in self.tops:
            parts = [
                part for part in self.recipe.parts.get(service.code, ()) if part in self.household.services
            ]
            lines.append(self._whole(service, parts, index, month, gone=gone))
        return lines

    def _whole(
        self, service: Service, parts: list[Service], index: int, month: Month, *, gone: bool
    ) -> _Line:
        """A service with the parts that explain it: its scales or levels, or what its rate is made of, of
        which the last takes what rounding leaves."""
        charged = self._charged(service, index, month, gone=gone)
        line = _line(service, charged)
        line.parts = [_line(one, charged.parts[one.volume]) for one in parts if one.volume in charged.parts]
        if any(one.volume == "parent" for one in parts):
            line.parts = [_line(one, self._charged(one, index, month, gone=gone)) for one in parts]
            line.parts[-1].accrued += line.accrued - sum(one.accrued for one in line.parts)
        return line

    def _charged(self, service: Service, index: int, month: Month, *, gone: bool) -> Charged:
        volumes = self._by_scale(service, index)
        if gone:
            volumes = dict.fromkeys(volumes, 0)
        return self.prices.charge(service, self.household, month, volumes)

    def _by_scale(self, service: Service, index: int) -> dict[str, int]:
        kind, _, of = service.volume.partition(":")
        if kind == "parent":
            return self._by_scale(self._parent(service), index)
        if kind == "resource" and "+" not in of:
            return self.usage.by_scale[of][index]
        return {"total": self._volume(kind, of, index)}

    def _volume(self, kind: str, of: str, index: int) -> int:
        if kind == "resource":
            return sum(self.usage.volumes[resource][index] for resource in of.split("+"))
        counts = {"area": self.household.area * 10, "residents": self.household.residents * VOLUME}
        return counts.get(kind, VOLUME)

    def _parent(self, service: Service) -> Service:
        return next(top for top in self.tops if top.code == service.parent)

    def _correct(self, lines: list[_Line], ago: int, month: Month) -> None:
        """Recalculations, and days on which nothing was delivered."""
        planned = CORRECTIONS.get(self.household.kind, {})
        if ago in planned:
            lines[0].corrections += _share(lines[0].accrued, planned[ago])
        elif self.random.random() < 0.012:
            line = self.random.choice(lines)
            line.corrections += _share(line.accrued, self.random.choice((-20, -12, -7, 6)))
        wanted = self.household.kind is Kind.DEMO_HOME and ago == 1
        for line in lines:
            if line.service.undelivered and (wanted or self.random.random() < 0.015):
                days = self.random.choice((50, 100, 150, 200, 300))
                amount = round(line.accrued * days / 100 / month.last_day.day)
                line.undelivered_days, line.undelivered_amount = days, amount
                line.corrections -= amount

    def _pay(self, month: Month, *, show: bool) -> dict[str, int]:
        """Pay what the habit says in `month`, before today; the amount of each service."""
        if month >= Month.of(self.today) - UNPAID.get(self.household.kind, -1):
            return dict.fromkeys(self.balances, 0)
        owed = sum(self.balances.values())
        payments = [
            Payment(self.household.number, day, amount, bank, f"{self.household.number}-{day:%y%m%d}-{n}")
            for n, (day, amount, bank) in enumerate(self.habit.payments(month, owed), start=1)
            if day < self.today
        ]
        if show:
            self.book.payments.extend(payments)
        return _allocate(sum(payment.amount for payment in payments), self.balances)

    def _close(self, line: _Line, month: Month, paid: int, *, show: bool) -> None:
        code, opening = line.service.code, self.balances[line.service.code]
        closing = opening + line.accrued + line.corrections - paid
        self.balances[code] = closing
        self.habit.remember(line.accrued)
        if show and (opening or closing or line.accrued or paid):
            self.book.charges.append(self._charge(line, month, opening, paid, closing))
            for part in line.parts:
                part.corrections = line.corrections if part is line.parts[0] else 0
                if part.accrued or part.corrections:
                    self.book.charges.append(self._charge(part, month, 0, 0, part.accrued + part.corrections))

    def _charge(self, line: _Line, month: Month, opening: int, paid: int, closing: int) -> Charge:
        return Charge(
            account=self.household.number,
            month=month,
            service=line.service.code,
            opening=opening,
            accrued=line.accrued,
            corrections=line.corrections,
            paid=paid,
            closing=closing,
            volume=line.volume,
            tariff=line.tariff,
            undelivered_days=line.undelivered_days,
            undelivered_amount=line.undelivered_amount,
            within_norm=self._within_norm(line),
        )

    def _within_norm(self, line: _Line) -> int | None:
        """Cost of what lies within the norm of consumption (Russian bills print it)."""
        if self.recipe.country != "RU" or not line.volume or line.tariff is None:
            return None
        kind, _, of = line.service.volume.partition(":")
        if kind != "resource":
            return line.accrued
        norm = sum(self.recipe.resources[code].norm for code in of.split("+")) * self.household.residents
        return (min(line.volume, norm) * line.tariff + _CENTS // 2) // _CENTS


def keep(
    recipe: Recipe,
    prices: Prices,
    household: Household,
    usage: Usage,
    months: list[Month],
    *,
    shown: int,
    today: date,
    random: Random,
) -> Book:
    """The household's book of `months`, of which those from index `shown` on are written down."""
    return _Keeper(recipe, prices, household, usage, today, random).run(months, shown)


def reversal(payment: Payment) -> tuple[Payment, Payment]:
    """A payment taken back the next day, and booked again the day after: three rows, one payment."""
    back = payment.paid_on + timedelta(days=1)
    return (
        Payment(payment.account, back, -payment.amount, payment.bank, f"{payment.id}-r"),
        Payment(
            payment.account, back + timedelta(days=1), payment.amount, payment.bank, f"{payment.id}-again"
        ),
    )


def _mischarge(line: _Line, ago: int) -> None:
    if ago == MISCHARGED_AGO:
        for one in (line, *line.parts[:1]):
            one.accrued += MISCHARGED_BY
    elif ago == MISCHARGED_AGO - 1:
        line.corrections -= MISCHARGED_BY


def _line(service: Service, found: Charged) -> _Line:
    return _Line(service, found.volume, found.rate, found.accrued)


def _share(amount: int, per_cent: int) -> int:
    return round(amount * per_cent / 100)


def _allocate(amount: int, balances: dict[str, int]) -> dict[str, int]:
    """Divide a payment over what is owed; what exceeds it stays with the largest line."""
    owed = {code: balance for code, balance in balances.items() if balance > 0}
    total = sum(owed.values())
    parts = dict.fromkeys(balances, 0)
    if amount and total:
        covered = min(amount, total)
        parts |= {code: covered * balance // total for code, balance in owed.items()}
    largest = max(balances, key=lambda code: balances[code])
    parts[largest] += amount - sum(parts.values())
    return parts

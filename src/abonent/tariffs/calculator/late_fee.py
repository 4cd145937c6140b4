"""The late fee (пени) of the Housing Code of Russia, article 155 part 14: dated data, pure arithmetic.

In Kazakhstan late fees are by contract: there is nothing to reckon here.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.base.money import ZERO, round_half_up
from abonent.tariffs.calculator.reading import CURRENCIES, TariffError
from abonent.tariffs.calculator.tables import Table

DAY = timedelta(days=1)


class NoKeyRateError(DomainError):
    """The key rate of these days is not known: a newer file of rates is needed."""


@dataclass(frozen=True, slots=True)
class Step:
    """From this day after the due date on (1 is the day after it), a day costs 1/divisor of the key rate."""

    from_day: int
    divisor: int


@dataclass(frozen=True, slots=True)
class KeyRate:
    begins: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """Steps by day, key rates by date; `until` is the first day whose key rate is not known."""

    code: str
    currency: str
    steps: tuple[Step, ...]
    key_rates: tuple[KeyRate, ...]
    until: date


@dataclass(frozen=True, slots=True)
class LateFeeLine:
    """`amount` is debt x percent / 100 / divisor x days, rounded half up."""

    first: date
    last: date
    days: int
    percent: Decimal
    divisor: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LateFee:
    lines: tuple[LateFeeLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


def late_fee(debt: Decimal, *, due: date, to: date, rule: LateFeeRule) -> LateFee:
    """What a debt due on `due` costs until `to`, that day included: a line for each divisor and key rate.

    Raises NoKeyRateError for days outside the rule's key rates."""
    return LateFee(tuple(_lines(debt, due, to, rule)) if debt > 0 else ())


def _lines(debt: Decimal, due: date, to: date, rule: LateFeeRule) -> Iterator[LateFeeLine]:
    starts = {due + DAY * step.from_day: step.divisor for step in rule.steps}
    cuts = sorted({*starts, *(rate.begins for rate in rule.key_rates), to + DAY})
    divisor: int | None = None
    for first, after in pairwise(cut for cut in cuts if cut <= to + DAY):
        divisor = starts.get(first, divisor)
        if divisor is not None:
            yield _line(debt, first, after - DAY, divisor, rule)


def _line(debt: Decimal, first: date, last: date, divisor: int, rule: LateFeeRule) -> LateFeeLine:
    rate = next((rate for rate in reversed(rule.key_rates) if rate.begins <= first), None)
    if rate is None or last >= rule.until:
        raise NoKeyRateError(
            f"{rule.code} has key rates from {rule.key_rates[0].begins} to {rule.until - DAY}, "
            f"not for {first} to {last}: read a newer file"
        )
    days = (last - first).days + 1
    return LateFeeLine(
        first, last, days, rate.percent, divisor, round_half_up(debt * rate.percent * days / 100 / divisor)
    )


def read_late_fee(path: Path) -> LateFeeRule:
    """Read the rule from its TOML file. Raises TariffError, which names every mistake in it."""
    wrong: list[str] = []
    try:
        table = Table(tomllib.loads(path.read_text("utf-8")), "", wrong)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TariffError(f"{path}: cannot be read: {error}") from error
    rule = LateFeeRule(
        code=table.code("code"),
        currency=table.one_of("currency", CURRENCIES) or "",
        steps=tuple(
            Step(row.whole("from_day", 1, 10000, default=0), row.whole("divisor", 1, 10000, default=0))
            for row in table.rows("steps", least=1)
        ),
        key_rates=tuple(
            KeyRate(row.date("from") or date.min, row.decimal("percent", above=Decimal(0)) or Decimal(1))
            for row in table.rows("key_rates", least=1)
        ),
        until=table.date("until") or date.max,
    )
    table.finish()
    wrong.extend(_out_of_order(rule))
    if wrong:
        raise TariffError("\n".join(f"{path}: {reason}" for reason in wrong))
    return rule


def _out_of_order(rule: LateFeeRule) -> Iterator[str]:
    if any(after.from_day <= before.from_day for before, after in pairwise(rule.steps)):
        yield "steps: from_day rises from step to step"
    if any(after.begins <= before.begins for before, after in pairwise(rule.key_rates)):
        yield "key_rates: from rises from rate to rate"
    if rule.key_rates and rule.until <= rule.key_rates[-1].begins:
        yield "until: is to be after the last key rate's day"

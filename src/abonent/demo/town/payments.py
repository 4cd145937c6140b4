"""How people pay: when in the month, how much of what they owe, and at which bank."""

from collections.abc import Iterator
from datetime import date
from random import Random

from abonent.base.months import Month
from abonent.demo.town.households import Household, Kind, Payer
from abonent.demo.town.recipe import Recipe

#: A round sum is a multiple of this: 100 roubles, 500 tenge; in hundredths.
ROUND_SUM = {"RU": 10_000, "KZ": 50_000}
_WHOLE = 100


class Habit:
    """One household's way to pay; remembers about how much a month costs it."""

    def __init__(self, recipe: Recipe, household: Household, random: Random) -> None:
        self._recipe, self._payer, self._random = recipe, household.pays, random
        self._whole = recipe.whole_payments and household.kind is not Kind.CLOSED
        self._bank = self._any_bank()
        self._round = ROUND_SUM[recipe.country]
        self._charged = self._months = 0

    def remember(self, accrued: int) -> None:
        self._charged += accrued

    def payments(self, month: Month, owed: int) -> Iterator[tuple[date, int, str]]:
        """Day, amount and bank of each payment of `month`, when `owed` stands on the bill that came."""
        self._months += 1
        amount = self._amount(month, owed)
        if amount <= 0:
            return
        bank = self._bank if self._random.random() < 0.85 else self._any_bank()
        if amount > 2 * self._round and self._random.random() < 0.03:
            first = amount // 2 // _WHOLE * _WHOLE
            yield self._day(month, 5, 12), first, bank
            yield self._day(month, 18, 27), amount - first, bank
        else:
            yield self._day(month, self._recipe.payment_day - 6, self._recipe.payment_day + 9), amount, bank

    def _amount(self, month: Month, owed: int) -> int:
        usual = self._charged // max(1, self._months - 1)
        match self._payer:
            case Payer.NEVER:
                return 0
            case Payer.AHEAD:
                return _up(usual * 5 // 4, self._round) if owed > -2 * usual else 0
            case Payer.DEBTOR:
                pays = self._random.random() < 0.5
                return _up(owed * self._random.randrange(30, 80) // 100, self._round) if pays else 0
            case Payer.EVERY_OTHER_MONTH if month.number % 2:
                return 0
            case Payer.FORGETFUL if self._random.random() < 0.15:
                return 0
            case Payer.ROUND:
                return _up(owed, self._round)
        return _up(owed, _WHOLE) if self._whole else max(0, owed)

    def _day(self, month: Month, first: int, last: int) -> date:
        return date(month.year, month.number, min(28, max(4, self._random.randint(first, last))))

    def _any_bank(self) -> str:
        return self._random.choices(list(self._recipe.banks), list(self._recipe.banks.values()))[0]


def _up(amount: int, unit: int) -> int:
    return max(0, -(-amount // unit) * unit)

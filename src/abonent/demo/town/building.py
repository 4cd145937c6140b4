"""A whole town in memory, and the facts of its accounts that the demo prints."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from abonent.base.months import Month
from abonent.demo.town import recipe as recipes
from abonent.demo.town.account_book import Book, Charge, Payment, keep, reversal
from abonent.demo.town.charging import Prices
from abonent.demo.town.households import Household, Kind, settle
from abonent.demo.town.recipe import Recipe
from abonent.demo.town.usage import Reading, Usage, use

MONTHS = 36
#: Months lived before the first one written down, so that nobody begins without a balance.
_BEFORE = 2


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What a person who holds the paper knows: enough to link the account in any portal."""

    number: str
    payer: str
    surname: str
    address: str
    flat: str
    last_payment_on: date | None
    last_payment_amount: int | None
    """Hundredths."""


@dataclass(slots=True)
class Town:
    recipe: Recipe
    today: date
    households: list[Household]
    usages: list[Usage] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def household(self, kind: Kind) -> Household:
        """The first household of a kind; every kind is there."""
        return next(household for household in self.households if household.kind is kind)

    def facts(self, kind: Kind) -> AccountFacts:
        """What the payer of the first account of `kind` knows today."""
        household = self.household(kind)
        own = [payment for payment in self.payments if payment.account == household.number]
        last = max(own, key=lambda payment: payment.paid_on, default=None)
        return AccountFacts(
            number=household.number,
            payer=str(household.payer),
            surname=household.payer.surname,
            address=household.address,
            flat=household.flat,
            last_payment_on=last.paid_on if last else None,
            last_payment_amount=last.amount if last else None,
        )

    def told_later(self) -> list[Reading]:
        """The demo customer's own readings of the last two months: in the demo they are sent in the cabinet,
        and billing tells them afterwards."""
        last = Month.of(self.today) - 1
        return [
            reading
            for reading in self._usage_of(Kind.DEMO_HOME).readings
            if reading.source == "customer" and Month.of(reading.taken_on) >= last - 1
        ]

    def last_inspection(self) -> list[Reading]:
        """What an inspector last read on the first meter of the demo customer, scale by scale."""
        usage = self._usage_of(Kind.DEMO_HOME)
        found = [
            reading
            for reading in usage.readings
            if reading.source == "inspector" and reading.serial == usage.meters[0].serial
        ]
        return [reading for reading in found if reading.taken_on == found[-1].taken_on]

    def _usage_of(self, kind: Kind) -> Usage:
        return self.usages[self.households.index(self.household(kind))]


def build(code: str, *, country: str, today: date, seed: int, accounts: int) -> Town:
    """The town of profile `code` as billing would know it on `today`: three years up to last month.

    Pure: the same arguments give the same town, to the last kopeck. Another `today` is another town.
    """
    recipe = recipes.load(code, country=country)
    random = Random(f"{seed}:{recipe.code}")  # noqa: S311 - a town, not a secret
    last = Month.of(today) - 1
    months = list((last - (MONTHS + _BEFORE - 1)).through(last))
    prices = Prices(recipe)
    town = Town(recipe, today, settle(recipe, accounts=accounts, last=last, random=random))
    for household in town.households:
        own = Random(f"{seed}:{recipe.code}:{household.number}")  # noqa: S311
        usage = use(recipe, household, months, today, own)
        book = keep(recipe, prices, household, usage, months, shown=_BEFORE, today=today, random=own)
        if household.kind is Kind.PAYMENT_REVERSED:
            _take_one_back(book, last - 2)
        town.usages.append(usage)
        town.charges.extend(book.charges)
        town.payments.extend(book.payments)
    return town


def _take_one_back(book: Book, before: Month) -> None:
    chosen = [
        payment
        for payment in book.payments
        if payment.paid_on.day <= 25 and Month.of(payment.paid_on) < before and payment.amount > 0
    ][-1]
    book.payments.extend(reversal(chosen))

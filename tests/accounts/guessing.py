"""A town to guess in, and people who guess: 20 000 accounts made in SQL, and the likeliest answers."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

ACCOUNTS, PEOPLE, ADDRESSES, TRIES = 20_000, 1_000, 100, 10_000
FIRST_NUMBER = 4_000_000
#: When people last paid: month of 2026 -> share.
MONTHS = {11: 0.55, 10: 0.30, 9: 0.08, 8: 0.04, 7: 0.03}
#: Those who round pay the next hundred, five hundred or thousand, so many of ten each.
STEPS = ((100, 5), (500, 3), (1000, 2))


def _amount(chance: random.Random, rounding: float) -> Decimal:
    """A household's bill: exact to the kopeck, or the round sum above it."""
    bill = Decimal(str(round(chance.lognormvariate(9.1, 0.6), 2)))
    if chance.random() >= rounding:
        return max(bill, Decimal("0.01"))
    step = chance.choices([step for step, _ in STEPS], [weight for _, weight in STEPS])[0]
    return Decimal((int(bill) // step + 1) * step)


@dataclass(frozen=True)
class Paid:
    number: int
    paid_on: date
    amount: Decimal


def payments(seed: int, rounding: float) -> list[Paid]:
    """`rounding`: the share of people who pay a round sum instead of the bill."""
    chance = random.Random(seed)
    months = chance.choices(list(MONTHS), list(MONTHS.values()), k=ACCOUNTS)
    return [
        Paid(FIRST_NUMBER + index, date(2026, month, chance.randint(1, 20)), _amount(chance, rounding))
        for index, month in enumerate(months)
    ]


def create(organisation_id: int, paid: list[Paid]) -> None:
    """The accounts and their last payments, in two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_account (number, key, public_id, organisation_id, payer, address, flat,"
            " contact_email, contact_phone, owner_version)"
            " SELECT n::text, n::text, 'town-' || n, %s, 'Иванов Иван', 'Алматы', (n %% 90)::text, '', '', 1"
            " FROM unnest(%s::bigint[]) AS n",
            [organisation_id, [one.number for one in paid]],
        )
        cursor.execute(
            "INSERT INTO accounts_lastpayment (account_id, paid_on, amounts)"
            " SELECT account.id, told.paid_on, ARRAY[told.amount]"
            " FROM unnest(%s::text[], %s::date[], %s::numeric[]) AS told (number, paid_on, amount)"
            " JOIN accounts_account AS account USING (number)",
            [[str(one.number) for one in paid], [one.paid_on for one in paid], [one.amount for one in paid]],
        )


_ANSWERS: dict[str, Callable[[Paid], str]] = {
    "last_payment_month": lambda one: f"{one.paid_on:%Y-%m}",
    "last_payment_date": lambda one: f"{one.paid_on:%d.%m.%Y}",
    "last_payment_amount": lambda one: str(one.amount),
}


def likeliest(paid: list[Paid], facts: list[str], how_many: int) -> list[tuple[dict[str, str], int]]:
    """What a guesser who knows the distribution answers, and how many accounts each opens; the best first."""
    counted = Counter(tuple(_ANSWERS[fact](one) for fact in facts) for one in paid)
    return [(dict(zip(facts, answer, strict=True)), count) for answer, count in counted.most_common(how_many)]


@dataclass(frozen=True)
class Guess:
    person: int
    number: str
    facts: dict[str, str]
    address: str
    seconds: int


def guesses(paid: list[Paid], facts: list[str], seed: int) -> Iterator[Guess]:
    """Ten tries a person within ten hours, spread over people, numbers and addresses as evenly as can be."""
    chance = random.Random(seed)
    answers = [answer for answer, _ in likeliest(paid, facts, 5)]
    own: dict[int, list[str]] = {
        person: [str(chance.choice(paid).number) for _ in range(3)] for person in range(PEOPLE)
    }
    for index in range(TRIES):
        person, turn = index % PEOPLE, index // PEOPLE
        numbers: Any = own[person]
        yield Guess(
            person,
            numbers[turn % 3],
            answers[turn // 2 % 5],
            f"198.51.{index % ADDRESSES}.{index % 7 + 1}" if turn % 2 else f"198.51.{index % ADDRESSES}.1",
            index * 36_000 // TRIES,
        )

"""10 000 tries by 1 000 people from 100 addresses, with the likeliest answers, on 20 000 accounts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import connection

from abonent.accounts import codes
from abonent.accounts.models import Account, AccountLink, LinkAttempt, LinkingStrength
from abonent.accounts.operations import AlreadyLinked, DoesNotMatch, link_account, measure_strength
from abonent.base.months import Month
from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.accounts import guessing

pytestmark = pytest.mark.django_db(transaction=True)

DAY_AND_AMOUNT = ["last_payment_date", "last_payment_amount"]
MONTH_AND_AMOUNT = ["last_payment_month", "last_payment_amount"]


@pytest.fixture
def residents(now: datetime) -> Callable[[], list[AccountLink]]:
    """300 people who linked their accounts last year, before anybody guessed."""

    def create() -> list[AccountLink]:
        people = User.objects.bulk_create(User(login=f"resident{index}") for index in range(300))
        return AccountLink.objects.bulk_create(
            AccountLink(user=user, account=account, method="payment", created_at=now - timedelta(days=300))
            for user, account in zip(people, Account.objects.order_by("pk")[:300], strict=True)
        )

    return create


def attack(paid: list[guessing.Paid], facts: list[str], now: datetime, tries: int) -> int:
    """Every guess goes through the real operation, the captcha solved. Gives the accounts opened."""
    people = User.objects.bulk_create(User(login=f"guesser{index}") for index in range(guessing.PEOPLE))
    opened = 0
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # what is tried is counting, not the disk
    for guess in islice(guessing.guesses(paid, facts, seed=11), tries):
        try:
            link_account(
                user=people[guess.person],
                number=guess.number,
                facts=guess.facts,
                address=guess.address,
                captcha_passed=True,
                now=now + timedelta(seconds=guess.seconds),
            )
            opened += 1
        except (DoesNotMatch, AlreadyLinked):
            continue
    return opened


def test_guessing_opens_at_most_two_accounts_raises_the_alarm_and_locks_no_linked_person_out(
    residents: Callable[[], list[AccountLink]],
    organisation: Organisation,
    new_person: Callable[..., User],
    alice: User,
    linking_of: Callable[..., Any],
    now: datetime,
) -> None:
    linking_of(facts=DAY_AND_AMOUNT)
    town = guessing.payments(seed=2026, rounding=0.35)
    guessing.create(organisation.pk, town)
    linked = residents()
    clerk = new_person("clerk")
    StaffMembership.objects.create(user=clerk, organisation=organisation)

    opened = attack(town, DAY_AND_AMOUNT, now, guessing.TRIES)

    assert opened <= 2
    assert LinkAttempt.objects.count() == guessing.TRIES
    assert LinkAttempt.objects.filter(refused_by="").count() <= 200 + opened
    organisation.refresh_from_db()
    assert organisation.guessable_proofs_shut_at is not None
    assert Letter.objects.filter(to=clerk.email, kind="alarm_organisation").count() == 1
    assert AuditEvent.objects.filter(action="guessable_proofs_shut").count() == 1
    seen = AccountLink.objects.filter(pk__in=[link.pk for link in linked], ended_at=None, limited_until=None)
    assert seen.count() == len(linked) == 300
    account = Account.objects.get(number=str(town[7].number))
    code = codes.bill_code(account_id=account.pk, owner_version=1, month=Month(2026, 10))
    later = now + timedelta(hours=11)
    assert link_account(
        user=alice, number=account.number, facts={}, code=code, address="198.51.7.1", now=later
    )


@pytest.mark.parametrize("facts", [DAY_AND_AMOUNT, MONTH_AND_AMOUNT, ["last_payment_amount"]])
def test_exact_bills_stay_shut_under_the_facts_of_every_portal_that_asks_for_a_payment(
    organisation: Organisation, linking_of: Callable[..., Any], facts: list[str], now: datetime
) -> None:
    linking_of(facts=facts)
    town = guessing.payments(seed=7, rounding=0)
    guessing.create(organisation.pk, town)
    assert attack(town, facts, now, 500) <= 2
    assert Organisation.objects.get().guessable_proofs_shut_at is not None


@pytest.mark.parametrize("facts", [DAY_AND_AMOUNT, MONTH_AND_AMOUNT, ["last_payment_amount"]])
def test_the_measured_strength_is_what_five_guesses_open(
    organisation: Organisation, linking_of: Callable[..., Any], facts: list[str], now: datetime
) -> None:
    linking_of(facts=facts)
    town = guessing.payments(seed=3, rounding=0.35)
    guessing.create(organisation.pk, town)
    measure_strength(now=now)
    strength = LinkingStrength.objects.get()
    assert strength.accounts == guessing.ACCOUNTS
    assert strength.opened == sum(count for _, count in guessing.likeliest(town, facts, 5))
    assert strength.share > 0.001, "round sums are guessed: the office warns"

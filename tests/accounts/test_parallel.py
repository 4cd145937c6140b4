"""Many at once: what the database serialises, tried with threads of their own connections."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from abonent.accounts import codes
from abonent.accounts.models import Account, AccountLink, LinkAttempt, UsedCode
from abonent.accounts.operations import AlreadyLinked, DoesNotMatch, link_account
from abonent.base.months import Month
from abonent.users.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("month_and_amount")]

RIGHT = {"last_payment_month": "2026-10", "last_payment_amount": "4321,05"}
WRONG = RIGHT | {"last_payment_amount": "1"}


def at_once(calls: list[Callable[[], Any]], threads: int) -> Counter[str]:
    """Run the calls in threads that start together; count what each gave or raised."""
    start = Barrier(threads)

    def run(index: int) -> str:
        if index < threads:
            start.wait()
        try:
            return type(calls[index]()).__name__
        except (DoesNotMatch, AlreadyLinked) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(run, range(len(calls))))


def compared() -> int:
    return LinkAttempt.objects.filter(refused_by="").count()


def test_fifty_parallel_tries_of_one_person_compare_at_most_five(
    alice: User, account: Account, now: datetime
) -> None:
    call = partial(link_account, user=alice, number="700", facts=WRONG, address="203.0.113.7", now=now)
    assert at_once([call] * 50, threads=25) == {"DoesNotMatch": 50}
    assert compared() == 5
    assert LinkAttempt.objects.filter(outcome="limited").count() == 45


def test_fifty_people_trying_one_number_at_once_compare_at_most_five(account: Account, now: datetime) -> None:
    people = User.objects.bulk_create(User(login=f"person{index}") for index in range(50))
    calls: list[Callable[[], Any]] = [
        partial(link_account, user=one, number="700", facts=WRONG, address=f"203.0.{index}.7", now=now)
        for index, one in enumerate(people)
    ]
    assert at_once(calls, threads=25) == {"DoesNotMatch": 50}
    assert compared() == 5


def test_tries_that_cross_each_others_locks_all_come_through(
    alice: User, bob: User, account: Account, new_account: Callable[..., Account], now: datetime
) -> None:
    new_account("900")
    calls: list[Callable[[], Any]] = [
        partial(link_account, user=user, number=number, facts=WRONG, address=address, now=now)
        for user in (alice, bob)
        for number in ("700", "900")
        for address in ("203.0.113.1", "203.0.113.2")
        for _ in range(3)
    ]
    assert at_once(calls, threads=12) == {"DoesNotMatch": 24}
    assert LinkAttempt.objects.filter(outcome="trying").count() == 0


def test_a_code_works_once_also_for_many_at_once(account: Account, now: datetime) -> None:
    people = User.objects.bulk_create(User(login=f"person{index}") for index in range(12))
    code = codes.bill_code(account_id=account.pk, owner_version=1, month=Month(2026, 10))
    calls: list[Callable[[], Any]] = [
        partial(link_account, user=one, number="700", facts={}, code=code, address=None, now=now)
        for one in people
    ]
    assert at_once(calls, threads=12) == {"AccountLink": 1, "DoesNotMatch": 11}
    assert (UsedCode.objects.count(), AccountLink.objects.count()) == (1, 1)


def test_one_person_linking_one_account_twice_at_once_has_one_link(
    alice: User, account: Account, now: datetime
) -> None:
    call = partial(link_account, user=alice, number="700", facts=RIGHT, address=None, now=now)
    seen = at_once([call] * 4, threads=4)
    assert (seen["AccountLink"], seen["AlreadyLinked"]) == (1, 3)
    assert AccountLink.objects.count() == 1

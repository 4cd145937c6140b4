"""Linking strength: measured by organisation, from the facts the profile asks."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from abonent.accounts import jobs
from abonent.accounts.models import Account, LinkingStrength
from abonent.accounts.operations import measure_strength
from abonent.accounts.strength import WARN_ABOVE
from abonent.portal.models import Organisation

pytestmark = pytest.mark.django_db


def opened(organisation: Organisation) -> tuple[int, int]:
    row = LinkingStrength.objects.get(organisation=organisation)
    return row.opened, row.accounts


def test_a_fixed_charge_is_guessed_at_once_and_five_answers_open_five_groups(
    organisation: Organisation,
    new_account: Callable[..., Account],
    linking_of: Callable[..., Any],
    now: datetime,
) -> None:
    linking_of(facts=["last_payment_amount"])
    other = Organisation.objects.create(code="other", name_ru="Другая")
    for index in range(12):
        new_account(f"1{index:03}", paid=(date(2026, 10, 1 + index), ["500.00"]))
    for index in range(8):
        new_account(f"2{index:03}", paid=(date(2026, 10, 1), [f"{index}.01"]))
    new_account("3000")
    new_account("4000", organisation=other, paid=(date(2026, 10, 1), ["500.00", "500.00", "1.00"]))
    measure_strength(now=now)
    assert opened(organisation) == (12 + 4, 21)
    assert opened(other) == (1, 1)
    linking_of(facts=["last_payment_date", "last_payment_amount"])
    measure_strength(now=now)
    assert opened(organisation) == (5, 21)


def test_what_the_owner_before_paid_opens_nothing(
    organisation: Organisation,
    new_account: Callable[..., Account],
    linking_of: Callable[..., Any],
    now: datetime,
) -> None:
    linking_of(facts=["last_payment_amount"])
    new_account("1", paid=(date(2026, 10, 1), ["5.00"]), owner_since=date(2026, 10, 2))
    measure_strength(now=now)
    assert opened(organisation) == (0, 1)


@pytest.mark.parametrize(
    "facts",
    [
        ["surname", "flat"],
        ["last_payment_month", "last_payment_amount"],
        ["last_payment_month_and_day"],
        ["flat"],
    ],
)
def test_every_fact_can_be_measured(
    organisation: Organisation,
    new_account: Callable[..., Account],
    linking_of: Callable[..., Any],
    facts: list[str],
    now: datetime,
) -> None:
    linking_of(facts=facts)
    new_account("1", paid=(date(2026, 10, 1), ["5.00"]))
    measure_strength(now=now)
    assert opened(organisation) == (1, 1)
    assert LinkingStrength.objects.get().share > WARN_ABOVE


def test_the_nightly_job_measures(
    organisation: Organisation, new_account: Callable[..., Account], linking_of: Callable[..., Any]
) -> None:
    linking_of(facts=["last_payment_amount"])
    new_account("1", paid=(date(2026, 10, 1), ["5.00"]))
    jobs.measure_strength(timestamp=0)
    assert opened(organisation) == (1, 1)

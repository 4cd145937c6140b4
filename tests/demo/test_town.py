"""The towns: what each must hold, to the kopeck, whatever the day."""

import filecmp
import re
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from abonent.base.months import Month
from abonent.demo.town import DEMO, Kind, Town, build, contact_email, write_bundle
from abonent.demo.town.account_book import (
    FLAW_ACCRUED,
    FLAW_CLOSING,
    FLAW_OPENING,
    MISCHARGED_AGO,
    Charge,
)
from abonent.demo.town.households import PLANTED
from tests.demo.made import PORTALS, TODAY, town

DAYS = [TODAY, date(2027, 3, 1), date(2024, 2, 29)]
FILES = ["organisations", "services", "accounts", "meters", "readings", "charges", "payments"]


def tops(of: Town) -> dict[tuple[str, str], dict[Month, Charge]]:
    """Lines with a balance of their own, by account and service."""
    parents = {service.code for service in of.recipe.services if not service.parent}
    found: dict[tuple[str, str], dict[Month, Charge]] = defaultdict(dict)
    for charge in of.charges:
        if charge.service in parents:
            found[charge.account, charge.service][charge.month] = charge
    return found


@pytest.fixture(params=[(code, day) for code in PORTALS for day in DAYS], ids=lambda p: f"{p[0]}-{p[1]}")
def any_town(request: pytest.FixtureRequest) -> Town:
    return town(*request.param)


def test_every_month_opens_with_what_the_last_one_left(any_town: Town) -> None:
    for line in tops(any_town).values():
        for month, charge in line.items():
            if month - 1 in line:
                assert charge.opening == line[month - 1].closing


def test_every_month_adds_up_but_the_one_that_was_printed_wrong(any_town: Town) -> None:
    wrong = [
        charge
        for charge in any_town.charges
        if charge.closing != charge.opening + charge.accrued + charge.corrections - charge.paid
    ]
    assert [(c.opening, c.accrued, c.corrections, c.paid, c.closing) for c in wrong] == [
        (FLAW_OPENING, FLAW_ACCRUED, 0, 0, FLAW_CLOSING)
    ]
    assert wrong[0].account == any_town.household(Kind.DOES_NOT_ADD_UP).number


def test_nested_lines_explain_their_parent(any_town: Town) -> None:
    parents = {service.code: service.parent for service in any_town.recipe.services if service.parent}
    parts: dict[tuple[str, Month, str], list[Charge]] = defaultdict(list)
    for charge in any_town.charges:
        if charge.service in parents:
            assert charge.opening == charge.paid == 0
            parts[charge.account, charge.month, parents[charge.service]].append(charge)
    lines = tops(any_town)
    for (account, month, parent), found in parts.items():
        whole = lines[account, parent][month]
        assert whole.accrued == sum(part.accrued for part in found)
        assert whole.corrections == sum(part.corrections for part in found)


def test_a_line_is_its_volume_times_its_tariff_but_for_one_that_the_supplier_got_wrong(
    any_town: Town,
) -> None:
    """The last of the parts that make up a rate takes the kopeck that rounding leaves."""
    services = {service.code: service for service in any_town.recipe.services}
    wrong = []
    for charge in any_town.charges:
        if charge.volume is not None and charge.tariff is not None:
            exact = charge.volume * charge.tariff  # thousandths of hundred-thousandths; a kopeck is 10^6
            kopeck = 1_000_000 if services[charge.service].volume == "parent" else 0
            if not -500_000 - kopeck < charge.accrued * 1_000_000 - exact <= 500_000 + kopeck:
                wrong.append(charge)
    assert {charge.account for charge in wrong} == {any_town.household(Kind.DEMO_LET).number}
    assert {charge.month for charge in wrong} == {Month.of(any_town.today) - 1 - MISCHARGED_AGO}
    assert len([charge for charge in wrong if not services[charge.service].parent]) <= 1


def test_what_is_charged_as_paid_was_paid(any_town: Town) -> None:
    booked: dict[tuple[str, Month], int] = defaultdict(int)
    for payment in any_town.payments:
        booked[payment.account, Month.of(payment.paid_on)] += payment.amount
    charged: dict[tuple[str, Month], int] = defaultdict(int)
    for (account, _), line in tops(any_town).items():
        for month, charge in line.items():
            charged[account, month] += charge.paid
    last = Month.of(any_town.today) - 1
    assert {key: sum_ for key, sum_ in charged.items() if sum_} == {
        key: sum_ for key, sum_ in booked.items() if key[1] <= last and sum_
    }


def test_months_run_three_years_up_to_the_last_and_nothing_is_of_the_future(any_town: Town) -> None:
    months = {charge.month for charge in any_town.charges}
    last = Month.of(any_town.today) - 1
    assert (min(months), max(months), len(months)) == (last - 35, last, 36)
    assert max(payment.paid_on for payment in any_town.payments) < any_town.today
    taken = [reading.taken_on for usage in any_town.usages for reading in usage.readings]
    assert max(taken) < any_town.today


def test_the_meters_explain_the_volumes(any_town: Town) -> None:
    """A month's volume is what the meter counted between two readings of the same scale."""
    for household, usage in zip(any_town.households, any_town.usages, strict=True):
        for meter in usage.meters:
            values: dict[str, list[int]] = defaultdict(list)
            for reading in usage.readings:
                if reading.serial == meter.serial:
                    values[reading.scale].append(reading.value)
            assert len(values) == meter.scales
            assert max(map(max, values.values())) < 10**meter.digits * 1000
            if household.kind is Kind.ORDINARY:
                used = sum(series[-1] - series[0] for series in values.values())
                resource = next(s.volume for s in any_town.recipe.services if s.code == meter.service)
                assert used == sum(usage.volumes[resource.removeprefix("resource:")])


def test_every_promised_kind_of_account_is_there(any_town: Town) -> None:
    lines, last = tops(any_town), Month.of(any_town.today) - 1

    def balance(kind: Kind) -> int:
        number = any_town.household(kind).number
        return sum(
            line[last].closing for (account, _), line in lines.items() if account == number and last in line
        )

    def paid(kind: Kind) -> list[int]:
        number = any_town.household(kind).number
        return [payment.amount for payment in any_town.payments if payment.account == number]

    assert {household.kind for household in any_town.households} >= set(PLANTED)
    assert paid(Kind.NEVER_PAID) == []
    assert balance(Kind.NEVER_PAID) > 0
    assert balance(Kind.OVERPAID) < 0
    assert balance(Kind.DEMO_PARENTS) > 0
    assert balance(Kind.DEBTOR) > 0
    assert sorted(paid(Kind.PAYMENT_REVERSED))[0] < 0
    assert any_town.household(Kind.LARGE_FAMILY).residents == 7
    corrected = any_town.household(Kind.CORRECTED).number
    assert sum(c.corrections != 0 for c in any_town.charges if c.account == corrected) >= 3


def test_the_customer_has_a_bill_to_pay_and_a_debt(any_town: Town) -> None:
    """On any day: the home's last bill is open, the parents owe what was before it too."""
    lines, last = tops(any_town), Month.of(any_town.today) - 1

    def of_(kind: Kind, what: str) -> int:
        number = any_town.household(kind).number
        return sum(getattr(line[last], what) for (account, _), line in lines.items() if account == number)

    paid_now = {
        kind
        for kind in (Kind.DEMO_HOME, Kind.DEMO_PARENTS, Kind.DEMO_LET)
        for payment in any_town.payments
        if payment.account == any_town.household(kind).number and Month.of(payment.paid_on) > last
    }
    assert paid_now <= {Kind.DEMO_LET}, "whose day to pay has come, or has not"
    assert of_(Kind.DEMO_HOME, "closing") > 0
    assert of_(Kind.DEMO_HOME, "opening") <= of_(Kind.DEMO_HOME, "paid"), "whole units are paid"
    assert of_(Kind.DEMO_PARENTS, "opening") > of_(Kind.DEMO_PARENTS, "paid") == 0


def test_a_voluntary_line_stands_on_the_bills_of_those_who_took_it() -> None:
    made = town("housing")
    voluntary = [service for service in made.recipe.services if service.voluntary]
    assert [service.name["ru"] for service in voluntary] == ["Добровольное страхование"]
    took = {charge.account for charge in made.charges if charge.service == voluntary[0].code}
    assert {made.household(kind).number for kind in DEMO} < took
    assert len(took) < len(made.households) / 2


def test_the_closed_account_ends_with_nothing_owed(any_town: Town) -> None:
    closed = any_town.household(Kind.CLOSED)
    assert closed.closed_on
    assert closed.closed_on < any_town.today
    lines = [line for (account, _), line in tops(any_town).items() if account == closed.number]
    assert sum(line[max(line)].closing for line in lines) == 0
    assert max(max(line) for line in lines) == Month.of(closed.closed_on) + 1


def test_meters_of_every_sort_are_there(any_town: Town) -> None:
    overdue = any_town.household(Kind.VERIFICATION_OVERDUE).number
    meters = [meter for usage in any_town.usages for meter in usage.meters]
    assert any(m.next_verification_on < any_town.today for m in meters if m.account == overdue)
    replaced = any_town.household(Kind.METER_REPLACED).number
    assert any(m.removed_on for m in meters if m.account == replaced)
    assert all(m.planned_replacement_on for m in meters)
    assert any_town.household(Kind.NO_METER).number not in {meter.account for meter in meters}
    scales = {"zones2": 2, "zones3": 3}
    for household, usage in zip(any_town.households, any_town.usages, strict=True):
        for feature in household.features & scales.keys():
            assert usage.meters[0].scales == scales[feature]


def test_the_account_to_link_has_all_facts_and_they_are_current(any_town: Town) -> None:
    for kind in (Kind.TO_LINK, Kind.DEMO_HOME):
        facts = any_town.facts(kind)
        assert facts.number
        assert facts.surname
        assert facts.flat
        assert facts.last_payment_on
        assert facts.last_payment_amount
        assert (any_town.today - facts.last_payment_on).days < 70
        since = any_town.household(kind).owner_since
        assert since is None or since < facts.last_payment_on


def test_planted_accounts_are_found_by_their_mailbox(any_town: Town) -> None:
    emails = [household.email for household in any_town.households if household.email]
    assert len(emails) == len(set(emails))
    assert {contact_email(kind) for kind in PLANTED} <= set(emails)


def test_a_service_never_doubles_or_halves_as_a_whole(any_town: Town) -> None:
    """The import would report it as looking wrong. Parts are not totals."""
    sums: dict[tuple[str, Month], int] = defaultdict(int)
    for (_, service), line in tops(any_town).items():
        for month, charge in line.items():
            sums[service, month] += charge.accrued
    for (service, month), total in sums.items():
        if (service, month + 1) in sums:
            assert 0.5 < sums[service, month + 1] / total < 2, (service, month)


@pytest.mark.parametrize("code", PORTALS)
def test_the_same_arguments_write_the_same_bytes(code: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        write_bundle(code, directory, today=TODAY, country=PORTALS[code].country, seed=3, accounts=20)
    names = [f"{name}.csv" for name in FILES]
    assert sorted(path.name for path in first.iterdir()) == sorted(names)
    assert filecmp.cmpfiles(first, second, names, shallow=False) == (names, [], [])


def test_another_seed_is_another_town() -> None:
    one, two = (build("aes", country="KZ", today=TODAY, seed=seed, accounts=30) for seed in (1, 2))
    assert [str(h.payer) for h in one.households] != [str(h.payer) for h in two.households]


def test_another_day_moves_every_date() -> None:
    """A month later the newest month, the newest payment and the planned replacement are later too."""
    now, later = (
        build("pes", country="RU", today=day, seed=1, accounts=30) for day in (date(2026, 10, 20), TODAY)
    )
    assert max(c.month for c in later.charges) == max(c.month for c in now.charges) + 1
    assert max(p.paid_on for p in later.payments) > max(p.paid_on for p in now.payments)
    homes = [place.household(Kind.DEMO_HOME).number for place in (now, later)]
    planned = [
        next(m.planned_replacement_on for u in place.usages for m in u.meters if m.account == home)
        for place, home in zip((now, later), homes, strict=True)
    ]
    assert planned[0]
    assert planned[1]
    assert planned[1] - planned[0] == TODAY - date(2026, 10, 20)


def test_a_portal_without_a_recipe_gets_its_country_s(tmp_path: Path) -> None:
    for country, letter in (("KZ", "K"), ("RU", "4")):
        made = write_bundle("nowhere", tmp_path / country, today=TODAY, country=country, accounts=20)
        assert made.recipe.country == country
        organisations = (tmp_path / country / "organisations.csv").read_text("utf-8")
        assert re.search(rf",{letter}[Z0]\d", organisations)


def test_a_portal_of_many_suppliers_has_accounts_of_several_organisations() -> None:
    billing_centre = town("alseco")
    home = billing_centre.household(Kind.DEMO_HOME).number
    lines = {charge.service for charge in billing_centre.charges if charge.account == home}
    suppliers = {service.organisation for service in billing_centre.recipe.services if service.code in lines}
    assert len(lines) >= 8
    assert len(suppliers) >= 5
    assert len({household.organisation for household in billing_centre.households}) == 3


def test_the_largest_town_of_the_demo_is_made_in_a_moment(tmp_path: Path) -> None:
    begun = time.process_time()
    made = write_bundle("alseco", tmp_path, today=TODAY, country=PORTALS["alseco"].country)
    assert time.process_time() - begun < 6
    assert len(made.households) == 300

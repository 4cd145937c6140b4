"""What the town is charged is what the portal's calculator says of the whole month, to the kopeck."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from abonent.base.months import Month
from abonent.demo.town import Kind, Town
from abonent.demo.town.account_book import FLAW_MONTHS_AGO, MISCHARGED_AGO, MISCHARGED_BY, Charge
from abonent.demo.town.building import _BEFORE, MONTHS
from abonent.demo.town.charging import Prices, tariff_of
from abonent.demo.town.households import Household
from abonent.demo.town.recipe import PRICE, VOLUME, Service, load
from abonent.demo.town.usage import Usage
from abonent.tariffs.calculator import Line
from tests.demo.made import PORTALS, TODAY, small_town

DAYS = [TODAY, date(2024, 2, 29), date(2027, 1, 31)]


Asked = list[tuple[Household, Charge, Service, tuple[Line, ...]]]


@pytest.fixture(
    scope="module",
    params=[(code, day) for code in PORTALS for day in DAYS],
    ids=lambda p: f"{p[0]}-{p[1]}",
)
def any_town(request: pytest.FixtureRequest) -> Town:
    return small_town(*request.param)


@pytest.fixture(scope="module")
def asked(any_town: Town) -> Asked:
    """Asking takes longer than comparing: once for all tests of a town."""
    return list(_asked(any_town))


def volumes_of(service: Service, household: Household, usage: Usage, index: int) -> dict[str, int]:
    """By scale, as whoever asks the calculator would type it."""
    kind, _, of = service.volume.partition(":")
    if kind == "resource" and "+" not in of:
        return usage.by_scale[of][index]
    if kind == "resource":
        return {"total": sum(usage.volumes[resource][index] for resource in of.split("+"))}
    others = {"area": household.area * 10, "residents": household.residents * VOLUME}
    return {"total": others.get(kind, VOLUME)}


def _asked(town: Town) -> Iterator[tuple[Household, Charge, Service, tuple[Line, ...]]]:
    """Every charge of a service that has a tariff, beside what the calculator says."""
    last = Month.of(town.today) - 1
    prices, services = Prices(town.recipe), {service.code: service for service in town.recipe.services}
    people = {one.number: (one, usage) for one, usage in zip(town.households, town.usages, strict=True)}
    for charge in town.charges:
        household, usage = people[charge.account]
        service = services[charge.service]
        code = tariff_of(service, household)
        gone = household.closed_on is not None and charge.month > Month.of(household.closed_on)
        if code and not gone:
            of = services[service.parent] if service.volume == "parent" else service
            index = MONTHS + _BEFORE - 1 - last.months_since(charge.month)
            volumes = volumes_of(of, household, usage, index)
            yield household, charge, service, prices.month_s_lines(code, household, charge.month, volumes)


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def total(lines: tuple[Line, ...]) -> int:
    return cents(sum((line.amount for line in lines), Decimal(0)))


def test_every_charge_is_the_calculator_s_but_where_the_supplier_s_figure_was_planted(
    any_town: Town, asked: Asked
) -> None:
    last = Month.of(any_town.today) - 1
    differ = [
        (household.kind, last.months_since(charge.month), difference)
        for household, charge, service, lines in asked
        if (difference := charge.accrued - total(lines)) and service.volume != "parent"
    ]
    first = min(differ, key=lambda one: one[0] is not Kind.DEMO_LET)
    assert first == (Kind.DEMO_LET, MISCHARGED_AGO, MISCHARGED_BY)
    assert {(kind, ago) for kind, ago, _ in differ} == {
        (Kind.DEMO_LET, MISCHARGED_AGO),
        (Kind.DOES_NOT_ADD_UP, FLAW_MONTHS_AGO),
    }


def test_parts_of_a_rate_are_the_calculator_s_too_where_there_is_a_meter(asked: Asked) -> None:
    """Whole cubic metres leave nothing to round; of a norm the last part takes a kopeck."""
    for household, charge, service, lines in asked:
        if service.volume == "parent" and household.kind is not Kind.DOES_NOT_ADD_UP:
            metered = "metered:hot_water" in household.features
            assert abs(charge.accrued - total(lines)) <= (0 if metered else 1)


def test_the_volume_and_the_rate_of_a_charge_are_the_calculator_s(asked: Asked) -> None:
    for household, charge, _service, lines in asked:
        if household.kind is not Kind.DOES_NOT_ADD_UP and charge.volume is not None:
            assert Decimal(charge.volume) / VOLUME == sum(line.volume for line in lines)
            rates = {line.rate for line in lines}
            shown = None if charge.tariff is None else Decimal(charge.tariff) / PRICE
            assert shown == (rates.pop() if len(rates) == 1 else None)


def test_nested_lines_are_the_calculator_s_levels_and_scales(any_town: Town, asked: Asked) -> None:
    shown: dict[tuple[str, Month, str], int] = defaultdict(int)
    for charge in any_town.charges:
        shown[charge.account, charge.month, charge.service] = charge.accrued
    parts = {service.code for service in any_town.recipe.services if ":" in service.volume}
    seen = 0
    for household, charge, service, lines in asked:
        if household.kind in {Kind.DOES_NOT_ADD_UP, Kind.DEMO_LET}:
            continue
        for part in (one for one in household.services if one.parent == service.code and one.code in parts):
            wanted = part.volume
            said = [line.amount for line in lines if wanted in (f"scale:{line.scale}", f"level:{line.level}")]
            assert shown[charge.account, charge.month, part.code] == cents(sum(said, Decimal(0)))
            seen += 1
    assert seen or any_town.recipe.code in {"housing", "alseco"}


def test_a_month_in_which_the_tariff_changes_has_both_rates() -> None:
    """Almaty's flat rate changed on 15 October 2024: the line has no single tariff."""
    town = small_town("aes", TODAY)
    flat = town.household(Kind.DEMO_LET).number
    months = {charge.month: charge for charge in town.charges if charge.account == flat}
    assert months[Month(2024, 10)].tariff is None
    assert months[Month(2024, 9)].tariff == 2_795_000
    assert months[Month(2024, 11)].tariff == 3_090_000


def test_levels_go_by_residents_stove_and_living_alone() -> None:
    town = small_town("aes", TODAY)
    month = Month(2026, 9)
    bounds = {Kind.DEMO_HOME: 3 * 115_000, Kind.DEMO_PARENTS: 115_000}
    for kind, bound in bounds.items():
        number = town.household(kind).number
        first = next(
            c
            for c in town.charges
            if (c.account, c.month, c.service) == (number, month, "electricity.level1")
        )
        assert first.volume is not None
        assert first.volume <= bound
    home = town.household(Kind.DEMO_HOME).number
    assert "electricity.level3" in {charge.service for charge in town.charges if charge.account == home}


@pytest.mark.parametrize(("code", "country"), [("of_kz", "KZ"), ("of_ru", "RU")])
def test_towns_of_a_country_are_charged_by_the_same_files(code: str, country: str) -> None:
    own = {"of_kz": "aes", "of_ru": "pes"}[code]
    assert load("nowhere", country=country).tariffs == load(own, country=country).tariffs


def test_every_tariff_of_a_recipe_is_of_a_service_that_it_has() -> None:
    for code, profile in PORTALS.items():
        recipe = load(code, country=profile.country)
        services = {service.code for service in recipe.services}
        assert {tariff.service for tariff in recipe.tariffs.values()} <= services
        assert {tariff.currency for tariff in recipe.tariffs.values()} == {profile.currency}
        for service in recipe.services:
            codes = {service.tariff, *service.tariffs.values()} - {""}
            assert all(recipe.tariffs[one].service == service.code for one in codes)

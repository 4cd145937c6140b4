"""What a town is made of: recipes/<profile>.toml, or recipes/of_<country>.toml for a portal without its own.

Whole numbers inside: money in hundredths, volumes in thousandths, prices in hundred-thousandths of the
currency, so that a hundred thousand lines are computed exactly and in a moment.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from abonent.tariffs.calculator import Tariff, TariffError, read_tariff

FOLDER = Path(__file__).parent / "recipes"
TARIFFS = Path(__file__).parents[4] / "tariffs"
VOLUME = 1000
PRICE = 100_000


class RecipeError(ValueError):
    """A recipe is wrong: the message names file and reason."""


@dataclass(frozen=True, slots=True)
class Organisation:
    code: str
    name: dict[str, str]
    phone: str
    address: str
    readings: str = "profile"
    """When it takes readings: `profile` (its window, moved where today would lie outside it), `always`, or
    `closed` (today, and the days before and after)."""
    overdue: str = ""
    """`accept` or `refuse` readings of a meter past its verification date; empty: as the profile says."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What the one account of a kind has in this town, whatever is drawn for others."""

    features: tuple[str, ...] = ()
    """One of a group each; the group's draw is passed over."""
    residents: int | None = None
    thrift: float | None = None
    """Times the usual use."""
    meters: dict[str, str] = field(default_factory=dict)
    """By resource what happened to its meter: `rolled_over`, `overdue`, `replaced`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a meter counts: a month's use is (base + per_resident x residents) x season, give or take."""

    code: str
    base: int
    per_resident: int
    norm: int
    """Per resident and month where there is no meter; like the two above, in thousandths of the unit."""
    season: tuple[float, ...]
    step: int
    """Readings are whole multiples of it: 1000 for whole kWh, 1 for litres of water."""
    digits: int
    interval_years: int
    metered: float
    """Share of accounts that have the meter."""


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    organisation: str
    parent: str
    name: dict[str, str]
    unit: dict[str, str]
    volume: str
    """`account`, `area`, `residents`, `resource:<code>`, `scale:<scale>`, `level:<1..3>` or `parent`."""
    rates: tuple[tuple[date, int], ...]
    """Since when which price. Of a service that has no tariff, and is no part of one that has."""
    tariff: str
    """Code of the tariff by which it is charged, its default one; empty: by `rates`."""
    tariffs: Mapping[str, str]
    """Codes of others, by the feature of an account that chose them."""
    when: tuple[str, ...]
    """Charged only on accounts with one of these features; empty: on every account."""
    undelivered: bool
    """Heating and the like: now and then some days are not delivered, and the month is reduced."""
    voluntary: float = 0.0
    """Share of accounts that took it: insurance and the like, which nobody has to pay. 0: it is due."""

    def rate_on(self, day: date) -> int:
        found = 0
        for since, price in self.rates:
            if since <= day:
                found = price
        return found


@dataclass(frozen=True, slots=True)
class Recipe:
    code: str
    port: int
    """Where `abonent demo` serves the portal; 0: the next one that is free."""
    country: str
    places: tuple[str, ...]
    """Addresses with `{}` for the number of the house."""
    flats_per_house: int
    number_format: str
    first_number: int
    kazakh_share: float
    banks: dict[str, float]
    payment_day: int
    """Of the month in which the bill comes, around which people pay."""
    round_payments: float
    """Share of people who pay round sums."""
    whole_payments: bool
    """Bills are rounded to whole units of the currency, and so are payments."""
    features: dict[str, dict[str, float]]
    """Groups; an account has one feature of each."""
    categories: tuple[str, ...]
    """Features that tariffs ask for: the account's categories. `alone` is for some of those who live so."""
    planted: dict[str, Planted]
    """By kind of account (households.Kind)."""
    phone: str
    tariffs: Mapping[str, Tariff]
    """By code: those of the files that the recipe names, under tariffs/."""
    tariff_files: tuple[Path, ...]
    organisations: tuple[Organisation, ...]
    resources: dict[str, Resource]
    services: tuple[Service, ...]
    parts: dict[str, tuple[Service, ...]] = field(default_factory=dict)


def load(code: str, *, country: str) -> Recipe:
    """The recipe named like the profile, or the country's own. Raises RecipeError."""
    path = FOLDER / f"{code}.toml"
    if not path.exists():
        path = FOLDER / f"of_{country.lower()}.toml"
    raw = {"port": 0} | tomllib.loads(path.read_text("utf-8"))
    try:
        recipe = _recipe(raw)
    except (KeyError, TypeError, ValueError, TariffError) as error:
        raise RecipeError(f"{path.name}: {type(error).__name__}: {error}") from error
    _check(recipe, path.name)
    return recipe


def _recipe(raw: dict[str, Any]) -> Recipe:
    resources = {code: _resource(code, entry) for code, entry in raw.pop("resources", {}).items()}
    organisations = tuple(Organisation(**entry) for entry in raw.pop("organisations"))
    services = tuple(_service(entry) for entry in raw.pop("services"))
    files = tuple(TARIFFS / f"{name}.toml" for name in raw.pop("tariffs", ()))
    tariffs = {tariff.code: tariff for tariff in map(read_tariff, files)}
    parts = {
        service.code: tuple(part for part in services if part.parent == service.code) for service in services
    }
    return Recipe(
        tariffs=tariffs,
        tariff_files=files,
        organisations=organisations,
        resources=resources,
        services=services,
        parts={code: found for code, found in parts.items() if found},
        categories=tuple(raw.pop("categories", ())),
        planted={kind: _planted(entry) for kind, entry in raw.pop("planted", {}).items()},
        places=tuple(raw.pop("places")),
        **raw,
    )


def _service(entry: dict[str, Any]) -> Service:
    rates = tuple((since, _whole(price, PRICE)) for since, price in entry.pop("rates", ()))
    defaults: dict[str, Any] = {"parent": "", "undelivered": False, "unit": {"ru": "", "kk": ""}}
    defaults |= {"tariff": "", "tariffs": {}}
    return Service(rates=rates, when=tuple(entry.pop("when", ())), **(defaults | entry))


def _planted(entry: dict[str, Any]) -> Planted:
    return Planted(features=tuple(entry.pop("features", ())), **entry)


def _resource(code: str, entry: dict[str, Any]) -> Resource:
    scaled = {key: _whole(entry.pop(key), VOLUME) for key in ("base", "per_resident", "norm", "step")}
    season = tuple(float(part) for part in entry.pop("season"))
    if len(season) != 12:
        raise ValueError(f"resources.{code}.season holds {len(season)} months")
    return Resource(code=code, season=season, **scaled, **entry)


def _whole(number: float, scale: int) -> int:
    return int(Decimal(str(number)) * scale)


def _check(recipe: Recipe, name: str) -> None:
    known = {organisation.code for organisation in recipe.organisations}
    codes = [service.code for service in recipe.services]
    features = {feature for group in recipe.features.values() for feature in group}
    for service in recipe.services:
        kind, _, of = service.volume.partition(":")
        wanted = {code for code in (service.tariff, *service.tariffs.values()) if code}
        reasons = {
            f"no organisation {service.organisation!r}": service.organisation not in known,
            f"no parent {service.parent!r} above it": bool(service.parent) and service.parent not in codes,
            f"no feature {service.when}": not features.issuperset(service.when),
            f"no resource {of!r}": kind == "resource" and not recipe.resources.keys() >= set(of.split("+")),
            "no rates": not service.rates and not _has_tariff(recipe, service),
            f"no tariff of {wanted}": not recipe.tariffs.keys() >= wanted,
        }
        for reason, wrong in reasons.items():
            if wrong:
                raise RecipeError(f"{name}: service {service.code}: {reason}")


def _has_tariff(recipe: Recipe, service: Service) -> bool:
    """Of its own, or as a part that tells the scales or levels of its parent's."""
    parent = next((one for one in recipe.services if one.code == service.parent), None)
    return bool(service.tariff or (parent and parent.tariff))

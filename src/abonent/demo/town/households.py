"""Who lives in the town: one household is one account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import cycle
from random import Random

from abonent.base.months import Month
from abonent.demo.town.names import FullName, draw
from abonent.demo.town.recipe import Recipe, Service


class Kind(StrEnum):
    """What a town must have at least one of; everybody else is ordinary."""

    ORDINARY = "ordinary"
    DEMO_HOME = "demo_home"
    """The flat of the person `demo`, seen by the family too."""
    DEMO_PARENTS = "demo_parents"
    """The second account of `demo`: somewhat in debt."""
    DEMO_LET = "demo_let"
    """The third account of `demo`: a flat that is let."""
    TO_LINK = "to_link"
    """Nobody's yet: its facts are printed, to be linked by hand."""
    NEVER_PAID = "never_paid"
    CLOSED = "closed"
    OVERPAID = "overpaid"
    DEBTOR = "debtor"
    CORRECTED = "corrected"
    DOES_NOT_ADD_UP = "does_not_add_up"
    VERIFICATION_OVERDUE = "verification_overdue"
    METER_REPLACED = "meter_replaced"
    PAYMENT_REVERSED = "payment_reversed"
    NEW_OWNER = "new_owner"
    NEW_ACCOUNT = "new_account"
    NO_METER = "no_meter"
    LARGE_FAMILY = "large_family"


class Payer(StrEnum):
    """How people pay."""

    PUNCTUAL = "punctual"
    ROUND = "round"
    FORGETFUL = "forgetful"
    EVERY_OTHER_MONTH = "every_other_month"
    DEBTOR = "debtor"
    AHEAD = "ahead"
    NEVER = "never"


PLANTED = tuple(kind for kind in Kind if kind is not Kind.ORDINARY)
DEMO = (Kind.DEMO_HOME, Kind.DEMO_PARENTS, Kind.DEMO_LET)
"""The accounts of the person `demo`."""
_PAYER_OF = {
    Kind.DEMO_HOME: Payer.PUNCTUAL,
    Kind.DEMO_PARENTS: Payer.EVERY_OTHER_MONTH,
    Kind.DEMO_LET: Payer.PUNCTUAL,
    Kind.TO_LINK: Payer.PUNCTUAL,
    Kind.NEVER_PAID: Payer.NEVER,
    Kind.CLOSED: Payer.PUNCTUAL,
    Kind.OVERPAID: Payer.AHEAD,
    Kind.DEBTOR: Payer.DEBTOR,
    Kind.CORRECTED: Payer.PUNCTUAL,
    Kind.DOES_NOT_ADD_UP: Payer.PUNCTUAL,
    Kind.PAYMENT_REVERSED: Payer.PUNCTUAL,
}


@dataclass(slots=True)
class Household:
    kind: Kind
    number: str
    payer: FullName
    pays: Payer
    residents: int
    area: int
    """Hundredths of a square metre."""
    address: str
    flat: str
    organisation: str
    features: frozenset[str]
    opened_on: date
    phone: str
    email: str
    thrift: float
    """1 is the usual use; a thrifty household stays below."""
    categories: tuple[str, ...] = ()
    meters: Mapping[str, str] = field(default_factory=dict)
    """By resource what happened to its meter (recipe.Planted)."""
    closed_on: date | None = None
    owner_since: date | None = None
    services: tuple[Service, ...] = field(default=())


def settle(recipe: Recipe, *, accounts: int, last: Month, random: Random) -> list[Household]:
    """The households of a town, in the order of their account numbers; every kind is there at least once."""
    if accounts < len(PLANTED):
        raise ValueError(f"a town needs {len(PLANTED)} accounts at least")
    places = dict(zip(random.sample(range(accounts), len(PLANTED)), PLANTED, strict=True))
    number, houses, found = recipe.first_number, _Houses(recipe, random), []
    for index in range(accounts):
        found.append(_household(recipe, places.get(index, Kind.ORDINARY), number, houses, last, random))
        number += random.choice((1, 1, 2, 3, 24, 37, 111))
    return found


def _household(
    recipe: Recipe, kind: Kind, number: int, houses: "_Houses", last: Month, random: Random
) -> Household:
    features = _features(recipe, kind, random)
    address, flat, manager = houses.next_flat(random, features)
    residents = _residents(recipe, kind, random)
    household = Household(
        kind=kind,
        number=recipe.number_format.format(number),
        payer=draw(random, kazakh_share=recipe.kazakh_share),
        pays=_PAYER_OF.get(kind) or _payer(recipe, random),
        residents=residents,
        area=max(1720, random.randrange(2800, 5200, 10) + residents * random.randrange(0, 900, 10)),
        address=address,
        flat=flat,
        organisation=manager or recipe.organisations[0].code,
        features=features | ({manager} if manager else set()),
        opened_on=date(random.randrange(1998, 2021), random.randrange(1, 13), random.randrange(1, 29)),
        phone=recipe.phone.format(random.randrange(100), random.randrange(100)),
        email=_email(kind, number, random),
        thrift=_thrift(recipe, kind, random),
        meters=recipe.planted[kind].meters if kind in recipe.planted else {},
        categories=_categories(recipe, kind, features, residents, random),
    )
    _dates(household, last, random)
    household.services = tuple(service for service in recipe.services if _has(service, household))
    return household


def _has(service: Service, household: Household) -> bool:
    """What one may choose is drawn apart: it moves nothing else in the town."""
    if service.voluntary and household.kind not in DEMO:
        drawn = Random(f"{service.code}:{household.number}").random()  # noqa: S311 - a town, not a secret
        return drawn < service.voluntary
    return not service.when or bool(household.features & set(service.when))


def _features(recipe: Recipe, kind: Kind, random: Random) -> frozenset[str]:
    """One of each group, and `metered:<resource>`; the manager comes with the house unless it is planted."""
    plain = {Kind.DOES_NOT_ADD_UP, Kind.NO_METER, Kind.METER_REPLACED}
    planted = set(recipe.planted[kind].features) if kind in recipe.planted else set()
    chosen = set(planted)
    for group, shares in recipe.features.items():
        drawn = random.choices(list(shares), list(shares.values()))[0]
        if group != "manager" and not planted & shares.keys():
            chosen.add("flat" if kind in plain and "flat" in shares else drawn)
    for resource in recipe.resources.values():
        by_scale = any(feature.startswith(("zones", "levels")) for feature in chosen)
        has_one = kind is not Kind.ORDINARY or by_scale or random.random() < resource.metered
        if has_one and kind is not Kind.NO_METER:
            chosen.add(f"metered:{resource.code}")
    return frozenset(chosen)


def _residents(recipe: Recipe, kind: Kind, random: Random) -> int:
    drawn = random.choices((1, 2, 3, 4, 5, 6), (24, 28, 22, 16, 7, 3))[0]
    planted = recipe.planted[kind].residents if kind in recipe.planted else None
    return planted or {Kind.LARGE_FAMILY: 7, Kind.DEMO_HOME: 4}.get(kind, drawn)


def _categories(
    recipe: Recipe, kind: Kind, features: frozenset[str], residents: int, random: Random
) -> tuple[str, ...]:
    alone = residents == 1 and (kind in recipe.planted or random.random() < 0.4)
    return tuple(
        category for category in recipe.categories if category in features or (category == "alone" and alone)
    )


def _payer(recipe: Recipe, random: Random) -> Payer:
    if random.random() < recipe.round_payments:
        return Payer.ROUND
    payers = (Payer.PUNCTUAL, Payer.FORGETFUL, Payer.EVERY_OTHER_MONTH, Payer.DEBTOR, Payer.AHEAD)
    return random.choices(payers, (62, 20, 9, 5, 4))[0]


def contact_email(kind: Kind) -> str:
    """The mailbox that billing knows for the one account of a planted kind: by it the demo finds it."""
    return f"{kind.replace('_', '-')}@example.org"


def _email(kind: Kind, number: int, random: Random) -> str:
    known = random.random() < 0.4
    if kind is not Kind.ORDINARY:
        return contact_email(kind)
    return f"{number}@example.org" if known else ""


def _thrift(recipe: Recipe, kind: Kind, random: Random) -> float:
    drawn = min(1.9, max(0.55, random.lognormvariate(0.0, 0.3)))
    planted = recipe.planted[kind].thrift if kind in recipe.planted else None
    return planted or (1.05 if kind in {Kind.DEMO_HOME, Kind.TO_LINK} else drawn)


def _dates(household: Household, last: Month, random: Random) -> None:
    if household.kind is Kind.CLOSED:
        household.closed_on = (last - 7).first_day + timedelta(days=random.randrange(9, 25))
    elif household.kind is Kind.NEW_ACCOUNT:
        household.opened_on = (last - 5).first_day
        household.owner_since = household.opened_on
    elif household.kind is Kind.NEVER_PAID:
        household.opened_on = (last - 13).first_day + timedelta(days=random.randrange(25))
    elif household.kind is Kind.NEW_OWNER:
        household.owner_since = (last - 11).first_day + timedelta(days=random.randrange(20))
    elif random.random() < 0.15:
        household.owner_since = household.opened_on + timedelta(days=random.randrange(400, 1500))


class _Houses:
    """Flats handed out house by house, so that neighbours live beside each other."""

    def __init__(self, recipe: Recipe, random: Random) -> None:
        self._recipe = recipe
        self._managers = cycle(recipe.features.get("manager", {"": 1.0}))
        self._free: list[tuple[str, str, str]] = []
        self._used: set[str] = set()

    def next_flat(self, random: Random, features: frozenset[str]) -> tuple[str, str, str]:
        """The next free one; of a house of the manager that is among `features`, if one is."""
        wanted = features & self._recipe.features.get("manager", {}).keys()
        while not (fitting := [flat for flat in self._free if not wanted or flat[2] in wanted]):
            self._open_house(random)
        self._free.remove(fitting[0])
        return fitting[0]

    def _open_house(self, random: Random) -> None:
        while (address := random.choice(self._recipe.places).format(random.randrange(1, 160))) in self._used:
            pass
        self._used.add(address)
        manager = next(self._managers)
        flats = random.sample(range(1, self._recipe.flats_per_house * 3), self._recipe.flats_per_house)
        self._free += [(address, str(flat), manager) for flat in sorted(flats)]

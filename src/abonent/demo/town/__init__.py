"""A small believable town: some 300 accounts, three years of months up to the last one, made from a seed.

Pure: no Django, no clock, no network. Nobody in it exists, and no money can reach the bank details in it.
"""

from datetime import date
from pathlib import Path

from abonent.demo.town.building import AccountFacts, Town, build
from abonent.demo.town.bundle import write, write_readings
from abonent.demo.town.households import DEMO, Kind, contact_email
from abonent.demo.town.recipe import RecipeError
from abonent.demo.town.usage import Reading

SEED = 2026
ACCOUNTS = 300

__all__ = [
    "ACCOUNTS",
    "DEMO",
    "SEED",
    "AccountFacts",
    "Kind",
    "Reading",
    "RecipeError",
    "Town",
    "build",
    "contact_email",
    "write",
    "write_bundle",
    "write_readings",
]


def write_bundle(
    code: str,
    directory: Path,
    *,
    today: date,
    country: str = "KZ",
    seed: int = SEED,
    accounts: int = ACCOUNTS,
) -> Town:
    """Write the town of profile `code` as a bundle into `directory`, and give it back.

    A portal without a recipe of its own gets its country's. The same arguments write the same bytes.
    """
    town = build(code, country=country, today=today, seed=seed, accounts=accounts)
    write(town, directory)
    return town

"""A question as a table of a document or of examples writes it, put to a tariff's file."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from abonent.tariffs.calculator import Quote, Tariff, quote, read_tariff

PROJECT = Path(__file__).resolve().parents[2]
FILES = PROJECT / "tariffs"


@cache
def tariff(name: str) -> Tariff:
    return read_tariff(FILES / name)


def ask(
    file: str,
    first: str,
    last: str,
    *,
    volumes: Mapping[str, str] | None = None,
    residents: int | None = None,
    categories: Collection[str] = (),
    raised: bool = False,
) -> Quote:
    return quote(
        tariff(file),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        volumes={scale: Decimal(volume) for scale, volume in (volumes or {}).items()},
        residents=residents,
        categories=categories,
        raised=raised,
    )

"""A tariff from its TOML file: every mistake is found at once and names file, key and reason.

Every key is described in docs/domain/tariffs.md. Numbers are strings, so that 16.65 is 16.65 and not a
neighbour of it.
"""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.base.money import round_half_up
from abonent.tariffs.calculator.consistency import contradictions
from abonent.tariffs.calculator.tables import Table
from abonent.tariffs.calculator.tariff import (
    SCALE_SETS,
    SCALES,
    Limits,
    Norm,
    Per,
    Period,
    Rates,
    Steps,
    Tariff,
)

STEPS: tuple[Steps, ...] = ("levels", "ranges")
PER: tuple[Per, ...] = ("resident", "account")
CURRENCIES = ("KZT", "RUB")
CALENDAR = "calendar"
MOST_PLACES = 6


class TariffError(DomainError):
    """The file is no tariff that can be used: a line for each mistake, with file, key and reason."""


def read_tariff(path: Path) -> Tariff:
    """Read one file. Raises TariffError, which names every mistake in it."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise TariffError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TariffError(f"{path}: not UTF-8: {error}") from error
    return parse_tariff(text, str(path))


def parse_tariff(text: str, name: str = "(text)") -> Tariff:
    """Read the text of a file called `name`. Raises TariffError, which names every mistake in it."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers and nesting without an end
        raise TariffError(f"{name}: not TOML: {error}") from error
    wrong: list[str] = []
    tariff = _tariff(Table(raw, "", wrong))
    if not wrong:
        wrong = list(contradictions(tariff))
    if wrong:
        raise TariffError("\n".join(f"{name}: {reason}" for reason in wrong))
    return tariff


def _tariff(table: Table) -> Tariff:
    known = frozenset(table.codes("categories"))
    limits, norms = _limits(table, known), _norms(table, known)
    tariff = Tariff(
        code=table.code("code"),
        service=table.code("service"),
        currency=table.one_of("currency", CURRENCIES) or "",
        name=table.text("name"),
        unit=table.text("unit"),
        categories=known,
        steps=table.one_of("steps", STEPS, default="levels") or "levels",
        per=table.one_of("per", PER, default="account") or "account",
        month_days=_proration(table),
        round_limits=table.decimal("round_limits", above=Decimal(0), required=False),
        volume_places=table.whole("volume_places", 0, MOST_PLACES, default=3),
        default=table.flag("default"),
        periods=tuple(_period(row, known, limits, norms) for row in table.rows("periods", least=1)),
    )
    table.finish()
    return tariff


def _proration(table: Table) -> Decimal | None:
    if table.peek("proration") in (None, CALENDAR):
        table.take("proration")
        return None
    return table.decimal(
        "proration", above=Decimal(27), most=Decimal(32), hint=f'"{CALENDAR}" or the days of an average month'
    )


def _period(
    table: Table, known: frozenset[str], limits: tuple[Limits, ...], norms: tuple[Norm, ...]
) -> Period:
    """`limits` and `norms` are those of the whole tariff, for a period that has none of its own."""
    vat = table.decimal("vat", above=Decimal(0), most=Decimal(1), required=False)
    return Period(
        begins=table.date("from") or date.min,
        rates=tuple(_rates(row, vat, known) for row in table.rows("rates", least=1)),
        limits=limits if table.peek("limits") is None else _limits(table, known),
        norms=norms if table.peek("norms") is None else _norms(table, known),
        raising_factor=table.decimal("raising_factor", above=Decimal(1), required=False),
        vat=vat,
        source=table.string("source", required=False),
        made_up=table.flag("made_up"),
    )


def _limits(table: Table, known: frozenset[str]) -> tuple[Limits, ...]:
    return tuple(
        Limits(row.codes_of("with", known), row.decimals("up_to", above=Decimal(0)))
        for row in table.rows("limits")
    )


def _norms(table: Table, known: frozenset[str]) -> tuple[Norm, ...]:
    return tuple(
        Norm(row.codes_of("with", known), row.decimal("amount", above=Decimal(0)) or Decimal(1))
        for row in table.rows("norms")
    )


def _rates(table: Table, vat: Decimal | None, known: frozenset[str]) -> Rates:
    """A row of rates for one set of scales; VAT goes into each rate, which is then rounded."""
    categories, incomplete = table.codes_of("with", known), table.flag("incomplete")
    scales = [scale for scale in SCALES if table.peek(scale) is not None]
    by_scale = {scale: table.decimals(scale, least=1) for scale in scales}
    if not any(set(scales) == set(known_set) for known_set in SCALE_SETS):
        table.complain("", f"scales are {' | '.join(', '.join(scales) for scales in SCALE_SETS)}")
    if vat is not None:
        by_scale = {
            scale: tuple(round_half_up(r * (1 + vat)) for r in rates) for scale, rates in by_scale.items()
        }
    return Rates(categories, by_scale, incomplete)

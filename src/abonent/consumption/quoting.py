"""A quote of the calculator for an account, said in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from abonent.accounts.queries import Household
from abonent.base.errors import DomainError
from abonent.consumption import words
from abonent.tariffs.calculator import Line, Quote, QuoteError, Tariff, quote

Why = Literal["no_tariff", "before_rates", "scales", "residents", "no_volume", "refused"]


class CannotReckonError(DomainError):
    """The tariff has no answer; `why` is the kind of reason, the message tells the customer."""

    def __init__(self, why: Why) -> None:
        super().__init__(why_not(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class ReckonedLine:
    """volume x rate x factor = amount, rounded half up to two places."""

    words: str
    """The rule by which, in the reader's language."""
    scale: str
    level: int | None
    first: date
    last: date
    days: int
    volume: Decimal
    rate: Decimal
    factor: Decimal | None
    """Only where it is not one."""
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a volume costs by a tariff: the lines add up to the total."""

    tariff: str
    """Its name."""
    days: int
    lines: tuple[ReckonedLine, ...]
    total: Decimal
    notes: tuple[str, ...]


def why_not(why: Why) -> str:
    return {
        "no_tariff": _("No tariff is loaded for it."),
        "before_rates": _("The tariff has no rates for these days."),
        "scales": _("The tariff has no rates for a meter with these scales."),
        "residents": _("The number of residents is not known, and the tariff counts by it."),
        "no_volume": _("The volume is not known."),
        "refused": _("It cannot be reckoned by this tariff."),
    }[why]


def reckon(
    tariff: Tariff | None,
    *,
    first: date,
    last: date,
    volumes: Mapping[str, Decimal] | None,
    household: Household,
    raised: bool = False,
) -> Quote:
    """The quote of the days `first` to `last`, both included, for volumes by scale (None: by the norm, with
    the raising factor when `raised`). Categories of the household that the tariff does not ask about are left
    out. CannotReckonError when there is no answer."""
    if tariff is None:
        raise CannotReckonError("no_tariff")
    if volumes is not None and not volumes:
        raise CannotReckonError("no_volume")
    try:
        return quote(
            tariff,
            first=first,
            last=last,
            volumes=volumes,
            residents=household.residents,
            categories=household.categories & tariff.categories,
            raised=raised,
        )
    except QuoteError as error:
        raise CannotReckonError(_why(tariff, first, last, volumes, household)) from error


def _why(
    tariff: Tariff,
    first: date,
    last: date,
    volumes: Mapping[str, Decimal] | None,
    household: Household,
) -> Why:
    if first < tariff.periods[0].begins:
        return "before_rates"
    asked = set(volumes or ("total",))
    if any(asked not in map(set, one.scale_sets) for one in tariff.periods if one.begins <= last):
        return "scales"
    if household.residents is None and (tariff.per == "resident" or volumes is None):
        return "residents"
    return "refused"


def in_words(found: Quote, tariff: str) -> Reckoned:
    """The quote of the tariff called so."""
    return Reckoned(
        tariff=tariff,
        days=found.days,
        lines=tuple(map(_line, found.lines)),
        total=found.total,
        notes=tuple(map(words.note, found.notes)),
    )


def _line(line: Line) -> ReckonedLine:
    return ReckonedLine(
        words=words.note(line.rule),
        scale=line.scale,
        level=line.level,
        first=line.first,
        last=line.last,
        days=line.days,
        volume=line.volume,
        rate=line.rate,
        factor=None if line.factor == 1 else line.factor,
        amount=line.amount,
    )

"""What a volume costs: pure arithmetic on dated tables of rates (docs/domain/tariffs.md).

Standard library only, frozen dataclasses in and out. A tariff is read from TOML; a quote explains itself.
"""

from abonent.tariffs.calculator.asking import QuoteError
from abonent.tariffs.calculator.quoting import quote
from abonent.tariffs.calculator.reading import TariffError, parse_tariff, read_tariff
from abonent.tariffs.calculator.result import Line, Quote
from abonent.tariffs.calculator.tariff import Limits, Norm, Period, Rates, Tariff, dated_rates
from abonent.tariffs.calculator.words import Note

__all__ = [
    "Limits",
    "Line",
    "Norm",
    "Note",
    "Period",
    "Quote",
    "QuoteError",
    "Rates",
    "Tariff",
    "TariffError",
    "dated_rates",
    "parse_tariff",
    "quote",
    "read_tariff",
]

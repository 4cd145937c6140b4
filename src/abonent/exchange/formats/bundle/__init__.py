"""The bundle: eight CSV files that billing hands over. The one place where their columns are named.

docs/domain/bundle.md tells the same to people; tests/exchange/test_bundle_document.py holds the two together.
"""

from abonent.exchange.formats.bundle.columns import Column, File, Kind
from abonent.exchange.formats.bundle.files import (
    ACCOUNTS,
    ANSWERS,
    BY_NAME,
    CHARGES,
    FILES,
    METERS,
    ORGANISATIONS,
    PAYMENTS,
    READINGS,
    SERVICES,
)
from abonent.exchange.formats.bundle.values import FIRST_DAY, LAST_DAY, Value, parse, problem, time_zones

__all__ = [
    "ACCOUNTS",
    "ANSWERS",
    "BY_NAME",
    "CHARGES",
    "FILES",
    "FIRST_DAY",
    "LAST_DAY",
    "METERS",
    "ORGANISATIONS",
    "PAYMENTS",
    "READINGS",
    "SERVICES",
    "Column",
    "File",
    "Kind",
    "Value",
    "parse",
    "problem",
    "time_zones",
]

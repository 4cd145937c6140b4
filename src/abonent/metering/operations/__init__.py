"""Writes of metering: what billing tells, and what customers submit."""

from abonent.metering.operations.intake import (
    compare_meters,
    compare_readings,
    resolve_meters,
    resolve_readings,
    take_meters,
    take_readings,
)
from abonent.metering.operations.submissions import (
    NothingTyped,
    NotTaken,
    SentMeanwhile,
    WindowClosed,
    submit,
)

__all__ = [
    "NotTaken",
    "NothingTyped",
    "SentMeanwhile",
    "WindowClosed",
    "compare_meters",
    "compare_readings",
    "resolve_meters",
    "resolve_readings",
    "submit",
    "take_meters",
    "take_readings",
]

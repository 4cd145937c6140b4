"""Registries of banks and gateways: lists of payments taken whole, and what staff do with rows that fit
nobody.

docs/domain/paying.md, «Registries», says what becomes of a row; tests read its table.
"""

from abonent.payments.operations.registries.reports import RegistryReport, RowShown, StateSum
from abonent.payments.operations.registries.resolving import (
    AlreadyResolved,
    NoSuchAccount,
    NoteNeeded,
    resolve_row,
    set_aside,
)
from abonent.payments.operations.registries.taking import take_registry
from abonent.payments.operations.reversing import reverse_rows

__all__ = [
    "AlreadyResolved",
    "NoSuchAccount",
    "NoteNeeded",
    "RegistryReport",
    "RowShown",
    "StateSum",
    "resolve_row",
    "reverse_rows",
    "set_aside",
    "take_registry",
]

"""Writes of accounts: linking, ending links, codes by staff, and what billing tells. One transaction each."""

from abonent.accounts.operations.last_payments import remember_last_payments

__all__ = ["remember_last_payments"]

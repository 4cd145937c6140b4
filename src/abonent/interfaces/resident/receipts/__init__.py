"""Receipts: a row a month, their PDF and back, and the subscription."""

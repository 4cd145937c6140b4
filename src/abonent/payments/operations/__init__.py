"""Writes of payments. One file for each thing that may happen to a payment; `moving` is what all of them
share."""

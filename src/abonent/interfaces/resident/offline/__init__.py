"""Readings without a network: kept on the device, sent once when it is back (docs/domain/readings.md)."""

"""Meters, scales and readings."""

"""The world of tests/interfaces/resident/used.py."""

from tests.interfaces.resident.used import cast, world

__all__ = ["cast", "world"]

"""Registries of payments from banks: files opened, recognised, read and taken."""

"""Absolute links, for letters."""

from django.conf import settings


def absolute(path: str) -> str:
    """`/a/b` -> `https://lk.example.kz/a/b` (`settings.SITE_URL`)."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"

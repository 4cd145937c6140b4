"""The profile in force, typed: the one place that reads it from the settings."""

from django.conf import settings

from abonent.portal.profile import Profile


def portal() -> Profile:
    """This deployment's profile."""
    return settings.PORTAL

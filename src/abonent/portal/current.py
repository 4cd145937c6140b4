"""The profile in force, typed: the one place that reads it from the settings."""

from typing import cast

from django.conf import settings

from abonent.portal.profile import Profile


def portal() -> Profile:
    """This deployment's profile."""
    return cast(Profile, settings.PORTAL)

"""The code in the picture: six digits, as in the manual of PES («531188»)."""

import secrets

from django.conf import settings


def six_digits() -> tuple[str, str]:
    """(what the picture shows, what must be typed); django-simple-captcha calls it."""
    code = "".join(secrets.choice("0123456789") for _ in range(settings.CAPTCHA_LENGTH))
    return code, code

"""The «not me» link of a letter: signed, good for 30 days, works signed out, ends the new link and
nothing else."""

from datetime import UTC, datetime, timedelta

from django.core import signing

VALID = timedelta(days=30)
_SALT = "abonent.accounts.not_me"


class BadNotMeLinkError(ValueError):
    """Forged, cut short, or older than 30 days."""


def token(*, link: str, now: datetime) -> str:
    """A token for the link with the public id `link`; it holds no number, name or address."""
    return signing.Signer(salt=_SALT).sign_object([link, int((now + VALID).timestamp())])


def read(token: str, *, now: datetime) -> str:
    """The public id of the link that a token names. Raises `BadNotMeLinkError`."""
    try:
        link, expires = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadNotMeLinkError from error
    if datetime.fromtimestamp(expires, UTC) < now:
        raise BadNotMeLinkError
    return str(link)

"""The signed link that ends notices by mail: it holds no name and no address, and is a person's for good."""

from django.core import signing
from django.urls import reverse

from abonent.base.errors import DomainError
from abonent.notices.addresses import absolute
from abonent.users.models import User

_SALT = "abonent.announcements.wish"


class NoSuchWishLink(DomainError):  # noqa: N818 - named after what is the matter
    """Forged, cut short, or of a person who is gone."""


def address(user_id: int) -> str:
    """The absolute address, for a letter."""
    return absolute(reverse("notices_unsubscribe", args=[token(user_id)]))


def token(user_id: int) -> str:
    return signing.Signer(salt=_SALT).sign_object(user_id)


def find(token: str) -> User:
    """The person whom a token names. Raises `NoSuchWishLink`."""
    try:
        pk = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NoSuchWishLink from error
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise NoSuchWishLink
    return found

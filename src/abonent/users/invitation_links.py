"""The signed link of an invitation's letter: no name in it, no address; a newer invitation has another."""

from django.core import signing

from abonent.base.errors import DomainError
from abonent.users.models import StaffInvitation
from abonent.users.post import absolute

_SALT = "abonent.users.staff_invitation"


class NoSuchInvitation(DomainError):  # noqa: N818 - named after what is the matter
    """Forged, cut short, or none of ours; or, for administrators, none in reach."""


def address(invitation: StaffInvitation) -> str:
    """The absolute address, for the letter."""
    return absolute("staff_invitation", token(invitation))


def token(invitation: StaffInvitation) -> str:
    return signing.Signer(salt=_SALT).sign_object([invitation.pk, _made(invitation)])


def find(token: str, *, locked: bool = False) -> StaffInvitation:
    """The row that a token names, whatever its state. Raises `NoSuchInvitation`."""
    try:
        pk, made = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NoSuchInvitation from error
    rows = StaffInvitation.objects.select_related("organisation")
    found = (rows.select_for_update(of=("self",)) if locked else rows).filter(pk=pk).first()
    if found is None or _made(found) != made:
        raise NoSuchInvitation
    return found


def _made(invitation: StaffInvitation) -> int:
    return int(invitation.created_at.timestamp())

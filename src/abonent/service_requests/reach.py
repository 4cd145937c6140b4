"""Whose request it is: what a customer and what a member of the staff may see. Others' requests do not
exist."""

from django.db.models import F, Q, QuerySet

from abonent.accounts.queries import HeldAccount
from abonent.base.errors import DomainError
from abonent.service_requests.models import ServiceRequest
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may


class NoSuchRequest(DomainError):  # noqa: N818 - named after what is so
    """There is none, or it is not the reader's."""


class MayNot(DomainError):  # noqa: N818
    """This member of the staff has no right to requests."""


def of_customer(account: HeldAccount, user_id: int) -> QuerySet[ServiceRequest]:
    """The account's requests that this person may see: their own, and with a link that is not limited those
    of the others since the account has its present owner."""
    mine = Q(user_id=user_id)
    if not account.limited:
        mine |= _of_the_present_owner()
    return ServiceRequest.objects.filter(mine, account_id=account.id)


def seen_by(account: HeldAccount, user_id: int) -> QuerySet[ServiceRequest]:
    """What a page shows of the account: the person's, or, where staff look at it, all that its customers see.
    To be read only: who looks does nothing."""
    if not account.looking:
        return of_customer(account, user_id)
    return ServiceRequest.objects.filter(_of_the_present_owner(), account_id=account.id)


def _of_the_present_owner() -> Q:
    return Q(account__owner_since=None) | Q(created_at__gte=F("account__owner_since"))


def in_reach(staff: StaffMembership) -> QuerySet[ServiceRequest]:
    """The requests of the staff's organisation; all of them for the portal's own. Raises MayNot."""
    if not may(staff, Right.REQUESTS):
        raise MayNot
    found = ServiceRequest.objects.all()
    return found if staff.organisation_id is None else found.filter(organisation_id=staff.organisation_id)

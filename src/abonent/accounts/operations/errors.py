"""What the operations of accounts say no with. A view shows one text for each."""

from abonent.base.errors import DomainError


class DoesNotMatch(DomainError):  # noqa: N818 - the agreed name: one answer for every failure
    """The number is unknown, a fact is wrong, a code is used up, or a limit is reached: nobody learns
    which."""


class AlreadyLinked(DomainError):  # noqa: N818
    """The person sees this account already."""


class NoSuchLink(DomainError):  # noqa: N818
    """There is no such link, or it is not this person's to change."""


class NoSuchAccount(DomainError):  # noqa: N818
    """There is no such account, or it is another organisation's."""

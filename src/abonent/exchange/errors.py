"""Named errors of the exchange."""

from abonent.base.errors import DomainError


class BundleError(DomainError):
    """This cannot be read as a bundle at all; the message names the file and the reason."""


class ImportRunningError(DomainError):
    """Another import, or an undo, is at work in this portal."""


class PlanMovedError(DomainError):
    """The bundle or the portal's data are no longer what was planned: nothing was taken."""

"""What the staff's roles may do: one table, asked by every page of the office and by the operations behind.

| role | for |
|---|---|
| operator | the counter: customers, links, requests, readings, unmatched payments, imports, outages |
| accountant | money: payments, refunds, registries, reconciliation, figures |
| administrator | all of it, and texts to many, settings, staff, the audit trail |

A member of an organisation's staff reaches its customers only; what belongs to no single organisation
(`PORTAL_ONLY`) is the portal's own staff's. The place is read at every request (users.sessions).
"""

from enum import StrEnum

from abonent.users.models import StaffMembership


class Right(StrEnum):
    FIND = "find"
    """Find customers, read an account, see it as the customer does."""
    LINKS = "links"
    """Print codes, confirm and end links, end a person's sessions, tries that were closed."""
    FENCES = "fences"
    """Measure linking strength, switch guessable proofs on again."""
    REQUESTS = "requests"
    READINGS = "readings"
    PAYMENTS = "payments"
    """Read payments, ask the gateway, see what reconciliation found."""
    REFUNDS = "refunds"
    UNMATCHED = "unmatched"
    """Registries of banks and their rows without an account."""
    RECONCILE = "reconcile"
    """Take differences over and settle them."""
    COMPARE = "compare"
    """Compare a whole day of the portal again."""
    IMPORTS = "imports"
    """Bundles in, files out, undo, tasks that failed."""
    OUTAGES = "outages"
    """A banner on the pages of the accounts concerned."""
    TEXTS = "texts"
    """Letters to many; receipts by mail."""
    WINDOWS = "windows"
    """When the organisation takes readings."""
    SETTINGS = "settings"
    FIGURES = "figures"
    PERSONAL_DATA = "personal_data"
    """Export and deletion at a person's own wish, retention."""
    STAFF = "staff"
    AUDIT = "audit"


_OPERATOR = frozenset(
    {
        Right.FIND,
        Right.LINKS,
        Right.REQUESTS,
        Right.READINGS,
        Right.PAYMENTS,
        Right.UNMATCHED,
        Right.IMPORTS,
        Right.OUTAGES,
        Right.FIGURES,
    }
)
_ACCOUNTANT = frozenset(
    {
        Right.FIND,
        Right.PAYMENTS,
        Right.REFUNDS,
        Right.UNMATCHED,
        Right.RECONCILE,
        Right.COMPARE,
        Right.FIGURES,
    }
)

RIGHTS: dict[str, frozenset[Right]] = {
    "operator": _OPERATOR,
    "accountant": _ACCOUNTANT,
    "administrator": frozenset(Right),
}
PORTAL_ONLY = frozenset({Right.UNMATCHED, Right.COMPARE, Right.IMPORTS, Right.SETTINGS})
"""What belongs to no single organisation."""


def may(staff: StaffMembership, right: Right) -> bool:
    """Whether this member of the staff may do it, for the customers in reach."""
    if right in PORTAL_ONLY and staff.organisation_id is not None:
        return False
    return right in RIGHTS.get(staff.role, frozenset())

"""What several commands are told: months, organisations."""

import argparse
from typing import TYPE_CHECKING

from abonent.base.errors import DomainError
from abonent.base.months import Month

if TYPE_CHECKING:
    from abonent.portal.models import Organisation


class NoSuchOrganisationError(DomainError):
    """The code names no organisation; they come with the bundle."""


def month(text: str) -> Month:
    """For `add_argument(type=month)`."""
    try:
        return Month.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a month like 2026-10") from None


def organisation(code: str) -> "Organisation":
    """The organisation of a code; called once Django is ready. Raises `NoSuchOrganisationError`."""
    from abonent.portal.models import Organisation

    found = Organisation.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True)[:20])
        raise NoSuchOrganisationError(
            f"no organisation has the code {code!r}; there are: {known or 'none yet'}"
        )
    return found


def number(many: int) -> str:
    """`12 345`."""
    return f"{many:,}".replace(",", " ")

"""Finding customers as staff do it: of those they serve only, and written down."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from abonent.base.identifiers import keyed_hash
from abonent.finding import queries
from abonent.finding.hits import Found
from abonent.finding.typed import TooShort, read
from abonent.users import audit
from abonent.users.models import StaffMembership

__all__ = ["TooShort", "find_customers"]


@transaction.atomic
def find_customers(*, staff: StaffMembership, words: str, address: str | None, now: datetime) -> Found:
    """At most twenty accounts of those the member serves, best first. Raises `TooShort`.

    One transaction, safe to repeat; each call is one event of the trail: the kinds tried, which accounts were
    shown (by their ids), and a keyed mark of the words, by which the same search is known again. The words
    themselves are personal data and stay out of it.
    """
    found = queries.find(read(words), organisation_id=staff.organisation_id)
    audit.record(
        action="staff_searched",
        actor=staff.user,
        organisation=staff.organisation,
        address=address,
        now=now,
        kinds=list(found.kinds),
        mark=keyed_hash(settings.SECRET_KEY.encode(), "words searched", words.strip().lower())[:16],
        accounts=[hit.card.id for hit in found.hits],
    )
    return found

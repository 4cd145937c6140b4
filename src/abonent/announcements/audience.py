"""Whom an announcement concerns: accounts by their house, street, service or organisation.

docs/domain/announcements.md is the table of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from abonent.accounts.models import Account
from abonent.announcements.models import Announcement
from abonent.base.months import Month
from abonent.ledger.bill_lines import charges_of_services
from abonent.ledger.queries import months_loaded
from abonent.metering.queries import meters_of_services
from abonent.portal.models import Service
from abonent.portal.queries import data_version

MONTHS_OF_A_SERVICE = 2
"""Charged for it in one of the last two months of charges: a supplier may be a month behind."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Which accounts: a kind, whose, and the value that goes with the kind."""

    kind: str
    """`Announcement.Audience`."""
    organisation_id: int | None = None
    """Whose accounts alone; None: all the portal's."""
    service_id: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many an audience is."""

    accounts: int
    people: int
    """Linked to one of them at least."""
    mailboxes: int
    """That would get a letter: confirmed addresses, each once."""


def audience_of(announcement: Announcement) -> Audience:
    return Audience(
        announcement.audience, announcement.organisation_id, announcement.service_id, announcement.place
    )


def concerned(audience: Audience, *, today: date) -> QuerySet[Account]:
    """The accounts, in no order; closed ones are nobody's concern. Three small reads for a service."""
    found = Account.objects.filter(Q(closed_on=None) | Q(closed_on__gt=today))
    if audience.organisation_id is not None:
        found = found.filter(organisation_id=audience.organisation_id)
    if audience.kind == Announcement.Audience.HOUSE:
        return found.filter(address=audience.place)
    if audience.kind == Announcement.Audience.STREET:
        return found.filter(address__startswith=street_prefix(audience.place))
    if audience.kind == Announcement.Audience.SERVICE:
        return found.filter(_served(audience.service_id, today))
    return found


def street_prefix(place: str) -> str:
    """What the addresses of a street begin with.

    >>> street_prefix("г. Алматы, ул. Абая")
    'г. Алматы, ул. Абая, '
    """
    return f"{place}, "


def street_of(address: str) -> str:
    """A house's street: its address without the last part; empty where an address has one part.

    >>> street_of("г. Алматы, ул. Абая, 1"), street_of("Абая 1")
    ('г. Алматы, ул. Абая', '')
    """
    return address.rpartition(", ")[0]


def _served(service_id: int | None, today: date) -> Q:
    """A service is metered and charged by its parts too."""
    ids = list(
        Service.objects.filter(Q(pk=service_id) | Q(parent_id=service_id)).values_list("pk", flat=True)
    )
    metered = meters_of_services(ids, today=today).filter(account_id=OuterRef("pk"))
    charged = charges_of_services(ids, _last_months()).filter(account_id=OuterRef("pk"))
    return Q(Exists(metered.values("pk"))) | Q(Exists(charged.values("account_id")))


def _last_months() -> Collection[Month]:
    loaded = months_loaded(version=data_version())
    return [loaded[1] - back for back in range(MONTHS_OF_A_SERVICE)] if loaded else []


# Mailboxes are told apart without a language's rules for capitals: much quicker, and enough to count.
_PEOPLE = """
WITH people AS MATERIALIZED (
    SELECT person.id, CASE WHEN {wanted} THEN upper(person.email COLLATE "C") END AS mailbox
      FROM users_user AS person
     WHERE person.is_active AND person.id IN (
           SELECT link.user_id FROM accounts_accountlink AS link
            WHERE link.ended_at IS NULL AND link.account_id IN ({accounts}))
)
SELECT (SELECT count(*) FROM people),
       (SELECT count(*) FROM (SELECT FROM people WHERE mailbox IS NOT NULL GROUP BY mailbox) AS mailboxes)
"""
#: For this transaction: hashes stay in memory, and nothing is compiled for what is counted once.
_ROOM = "SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)"
#: Who is written to: a confirmed address; a notice also asks whether the person wants any.
_TO_OUTAGES = "person.is_active AND person.email_confirmed AND person.email <> ''"
_WANTED = "NOT EXISTS (SELECT 1 FROM announcements_nonotices AS no WHERE no.user_id = person.id)"


def wanted(kind: str) -> str:
    """The condition on `person`, in SQL, for letters of this kind of announcement."""
    return _TO_OUTAGES if kind == Announcement.Kind.OUTAGE else f"{_TO_OUTAGES} AND {_WANTED}"


def reach(audience: Audience, *, kind: str, today: date) -> Reach:
    """How many it concerns: seven queries at most, whatever the number. Of a whole town it takes a second;
    kept_reach.py has what pages show."""
    found = concerned(audience, today=today).order_by().values("id")
    accounts, values = found.query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ROOM)
        number = found.count()
        cursor.execute(_PEOPLE.format(accounts=accounts, wanted=wanted(kind)), values)
        return Reach(number, *cursor.fetchone())

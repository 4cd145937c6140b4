"""What the demo writes, like anybody else: through the import, and through the rooms' operations."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from abonent.accounts.codes import bill_code
from abonent.accounts.operations import issue_printed_code, link_account
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.demo.queries import (
    CUSTOMER,
    FAMILY,
    OPERATOR,
    PlantedAccount,
    email_of,
    is_settled,
    is_town,
    planted_account,
)
from abonent.demo.town import ACCOUNTS, SEED, Kind, write_bundle
from abonent.exchange.operations import import_bundle
from abonent.portal.current import portal
from abonent.users.models import StaffMembership, User
from abonent.users.operations import add_person, add_staff_member


class TownRefused(DomainError):  # noqa: N818 - named after what happened
    """The import refused the town's bundle: the message holds its first bad rows."""


def settle(
    *,
    now: datetime,
    seed: int = SEED,
    accounts: int = ACCOUNTS,
    stage: Callable[[str], None] = lambda _: None,
) -> None:
    """Load the portal's town and its people into the current database.

    A database with accounts keeps them: only people and links that are missing are added, and nobody where
    the accounts are not a town's. Several
    transactions, each whole; safe to repeat and to kill, the next call goes on. Must not be called inside a
    transaction. `stage` hears what is being done. Raises `TownRefused`.
    """
    if not is_settled():
        load_town(now=now, seed=seed, accounts=accounts, stage=stage)
    if is_town():
        stage("people")
        add_people(now=now)


def load_town(*, now: datetime, seed: int, accounts: int, stage: Callable[[str], None]) -> None:
    """Make the bundle of the town as of `now` and import it. Safe to repeat on the same day. Raises
    `TownRefused`."""
    today = timezone.localtime(now).date()
    with tempfile.TemporaryDirectory(prefix="abonent-town-") as folder:
        directory = Path(folder) / portal().code
        stage("town")
        write_bundle(
            portal().code, directory, today=today, country=portal().country, seed=seed, accounts=accounts
        )
        stage("import")
        import_bundle(path=directory, dry_run=False, now=now)


def add_people(*, now: datetime) -> None:
    """The customer with three accounts, the parent who sees two of them too, and a member of the staff.

    The first account is linked by codes, of the bill and printed by staff, so that it shows everything also
    where the manual's proof is weak; the second one by the profile's facts; the third, a flat that is let, by
    a printed code. Safe to repeat.
    """
    operator = _operator(now)
    home, parents = planted_account(Kind.DEMO_HOME), planted_account(Kind.DEMO_PARENTS)
    let = planted_account(Kind.DEMO_LET)
    customer, family = _person(CUSTOMER, home.payer, now), _person(FAMILY, parents.payer, now)
    _link(customer, home, lambda: {"code": _bill_code(home, now)}, now=now)
    _link(customer, parents, lambda: {"facts": parents.facts_asked}, now=now)
    _link(customer, let, lambda: {"code": _printed_code(let, operator, now)}, now=now)
    _link(family, parents, lambda: {"facts": parents.facts_asked}, now=now)
    _link(family, home, lambda: {"code": _printed_code(home, operator, now)}, now=now)


def _operator(now: datetime) -> User:
    found = User.objects.filter(login=OPERATOR).first()
    return found or add_staff_member(
        login=OPERATOR, email=email_of(OPERATOR), password=OPERATOR, role="administrator", now=now
    )


def _person(login: str, full_name: str, now: datetime) -> User:
    found = User.objects.filter(login=login).first()
    return found or add_person(
        login=login,
        email=email_of(login),
        password=CUSTOMER,
        full_name=full_name,
        language=portal().language,
        now=now,
    )


def _link(
    user: User, account: PlantedAccount, proof: Callable[[], Mapping[str, Any]], *, now: datetime
) -> None:
    """As the person would. Whoever is linked, or ended the link, is left alone."""
    if not user.links.filter(account_id=account.id).exists():
        link_account(user=user, number=account.number, address=None, now=now, **{"facts": {}, **proof()})


def _bill_code(account: PlantedAccount, now: datetime) -> str:
    """What is printed on the account's newest bill."""
    month = Month.of(timezone.localtime(now).date()) - 1
    return bill_code(account_id=account.id, owner_version=account.owner_version, month=month)


def _printed_code(account: PlantedAccount, staff: User, now: datetime) -> str:
    """What the staff hands over on paper."""
    member = StaffMembership.objects.get(user=staff)
    issued = issue_printed_code(staff=member, public_id=account.public_id, address=None, now=now)
    return issued.code

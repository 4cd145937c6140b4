"""What the demo writes, like anybody else: through the import, and through the rooms' operations."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from abonent.accounts.codes import bill_code
from abonent.accounts.operations import issue_printed_code, link_account
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.demo.counter import fill_the_counter
from abonent.demo.history import send_readings
from abonent.demo.online import pay_online
from abonent.demo.queries import (
    CUSTOMER,
    FAMILY,
    OPERATOR,
    STAFF,
    PlantedAccount,
    email_of,
    has_full_counter,
    has_history,
    has_paid_online,
    is_complete,
    is_settled,
    is_town,
    planted_account,
    town_is_of,
)
from abonent.demo.town import ACCOUNTS, SEED, Kind, Town, build, write
from abonent.demo.town.recipe import load as load_recipe
from abonent.exchange.operations import import_bundle
from abonent.portal.current import portal
from abonent.tariffs.calculator import parse_tariff
from abonent.tariffs.operations import load_tariff
from abonent.users.models import StaffMembership, User
from abonent.users.operations import add_person, add_staff_member, agree


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
    the accounts are not a town's; to the town of an earlier version nothing else. Several transactions, each
    whole; safe to repeat and to kill, the next call goes on. Must not be called inside a transaction. `stage`
    hears what is being done. Raises `TownRefused`.
    """
    town = None if is_settled() else load_town(now=now, seed=seed, accounts=accounts, stage=stage)
    if not is_town():
        return
    stage("people")
    add_people(now=now)
    if not is_complete():
        return
    load_tariffs(now=now)
    if not has_history():
        stage("readings")
        made_on = town_is_of() or timezone.localdate(now)
        send_readings(town or _town(made_on, seed=seed, accounts=accounts), now=now)
    if not has_paid_online():
        pay_online(now=now)
    if not has_full_counter():
        stage("counter")
        fill_the_counter(now=now)


def load_town(*, now: datetime, seed: int, accounts: int, stage: Callable[[str], None]) -> Town:
    """Make the bundle of the town as of `now` and import it, but for the readings that the customer sends in
    (`history`). Safe to repeat on the same day. Raises `TownRefused`."""
    with tempfile.TemporaryDirectory(prefix="abonent-town-") as folder:
        directory = Path(folder) / portal().code
        stage("town")
        town = _town(timezone.localdate(now), seed=seed, accounts=accounts)
        write(town, directory, without=town.told_later())
        stage("import")
        report = import_bundle(path=directory, now=now)
    if report.outcome == "refused":
        raise TownRefused("\n".join(map(str, report.problems[:5])))
    return town


def _town(today: date, *, seed: int, accounts: int) -> Town:
    return build(portal().code, country=portal().country, today=today, seed=seed, accounts=accounts)


def load_tariffs(*, now: datetime) -> None:
    """Load the tariffs by which the town is charged, in force since their first day. Safe to repeat."""
    for path in load_recipe(portal().code, country=portal().country).tariff_files:
        text = path.read_text("utf-8")
        begins = parse_tariff(text, path.name).periods[0].begins
        load_tariff(text=text, filename=path.name, by="demo", takes_effect_on=begins, now=now)


def add_people(*, now: datetime) -> None:
    """The customer with three accounts, the parent who sees two of them too, and a member of the staff.

    The first account is linked by codes, of the bill and printed by staff, so that it shows everything also
    where the manual's proof is weak; the second one by the profile's facts; the third, a flat that is let, by
    a printed code. Safe to repeat.
    """
    operator = _operator(now)
    home, parents = planted_account(Kind.DEMO_HOME), planted_account(Kind.DEMO_PARENTS)
    customer, family = _person(CUSTOMER, home.payer, now), _person(FAMILY, parents.payer, now)
    _link(customer, home, lambda: {"code": _bill_code(home, now)}, now=now)
    _link(customer, parents, lambda: {"facts": parents.facts_asked}, now=now)
    if is_complete():
        let = planted_account(Kind.DEMO_LET)
        _link(customer, let, lambda: {"code": _printed_code(let, operator, now)}, now=now)
    _link(family, parents, lambda: {"facts": parents.facts_asked}, now=now)
    _link(family, home, lambda: {"code": _printed_code(home, operator, now)}, now=now)


def _operator(now: datetime) -> User:
    """One person of each role; who is there stays as they are."""
    for login, role in STAFF.items():
        if not User.objects.filter(login=login).exists():
            add_staff_member(login=login, email=email_of(login), password=login, role=role, now=now)
    return User.objects.get(login=OPERATOR)


def _person(login: str, full_name: str, now: datetime) -> User:
    found = User.objects.filter(login=login).first()
    if found:
        return found
    language = portal().language
    person = add_person(
        login=login,
        email=email_of(login),
        password=CUSTOMER,
        full_name=full_name,
        language=language,
        now=now,
    )
    agree(user=person, language=language, address=None, now=now)
    return person


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

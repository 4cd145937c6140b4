"""The limits of docs/domain/linking.md, counted in the database before anything is compared.

`begin` writes the try in a transaction of its own, under locks that put tries of one person, one number
and one address in a row: of any number of parallel tries no more are compared than the limits allow. A
try counts as wrong from the moment it begins until it is known to be right, so a process killed in
between leaves it counted.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from abonent.accounts.models import LinkAttempt
from abonent.base.identifiers import keyed_hash
from abonent.base.prepared import prepared_cursor

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)

PER_PERSON_DAY, PER_PERSON_MONTH = 5, 10
PER_NUMBER_DAY, PER_NUMBER_MONTH = 5, 10
NUMBERS_DAY, NUMBERS_MONTH = 3, 6
PER_ADDRESS_HOUR, PER_ADDRESS_DAY = 20, 60
PER_NETWORK_DAY = 200
PER_ORGANISATION_DAY, PER_ORGANISATION_SHARE = 200, 0.002
NEIGHBOURS_DAY, NEIGHBOURHOOD = 3, 20

#: The method of a try by code: recorded, never refused, never counted against the guessable proofs.
CODE = "code"


class Limit(StrEnum):
    """What refused a try; kept in `LinkAttempt.refused_by`."""

    PERSON = "person"
    NUMBER = "number"
    NUMBERS = "numbers"
    """Too many different numbers by one person."""
    CAPTCHA = "captcha"
    """Too many wrong tries from one address in an hour, and no captcha was solved."""
    ADDRESS = "address"
    NETWORK = "network"
    ORGANISATION = "organisation"
    NEIGHBOURS = "neighbours"
    OBJECTED = "objected"
    """Somebody who sees the account said «not me» to this person's link: only a code links again."""
    STRENGTH = "strength"
    """The profile demands the code where guessing is too easy (`linking.code_required_above`)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which account, and how. `key` is the number as compared, known to billing or not."""

    key: str
    user_id: int | None
    address: str | None
    method: str
    captcha_passed: bool
    organisation_id: int | None = None
    account_id: int | None = None
    """Whose number it is; None where nobody has it."""
    organisation_accounts: int = 0
    """As last measured (`LinkingStrength`): counting them at a try would tell known numbers by its time."""
    proofs_shut: bool = False
    reopened_at: datetime | None = None
    refused: Limit | None = None
    """A refusal known before counting (objected, strength)."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A try that is written down. `refused_by` is None where the comparison may count."""

    id: int
    refused_by: Limit | None
    organisation_full: bool = False
    """This try found the organisation's limit reached: the guessable proofs must be shut, with an alarm."""
    new_neighbours: bool = False
    """The first refusal of the day for counting through this block of neighbours: an alarm."""


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"abonent.accounts.tries", hashlib.sha256)


def number_hash(key: str) -> str:
    """The account number as the audit keeps it: comparable, not readable."""
    return keyed_hash(_key(settings.SECRET_KEY), "number", key)


def neighbourhood(key: str) -> str:
    """The HMAC of the number's block of twenty; a number with letters stands by its digits."""
    digits = "".join(sign for sign in key if sign.isdecimal())
    letters = "".join(sign for sign in key if not sign.isdecimal())
    block = str(int(digits or "0") // NEIGHBOURHOOD)
    return keyed_hash(_key(settings.SECRET_KEY), "block", letters, block)


def network(address: str | None) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one; blank without an address."""
    if not address:
        return ""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    prefix = 24 if (mapped or ip).version == 4 else 48
    return str(ipaddress.ip_network(f"{mapped or ip}/{prefix}", strict=False))


def _lock_numbers(names: list[str]) -> list[int]:
    """Names -> keys of advisory locks, in one order for everybody, so that nobody waits in a ring."""
    digests = {hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names}
    return sorted(int.from_bytes(digest, "big", signed=True) for digest in digests)


_LOCK = "SELECT pg_advisory_xact_lock(name) FROM unnest(%s::bigint[]) AS name"

_WRONG = "refused_by = '' AND method <> 'code' AND outcome IN ('trying', 'mismatch')"

# S608: only the constant above is put into the text.
_COUNT = f"""
SELECT person.*, number.*, address.*, network.*, organisation.*, neighbours.* FROM
 (SELECT count(*) FILTER (WHERE at > %(day)s), count(*),
         count(DISTINCT number_hash) FILTER (WHERE at > %(day)s AND number_hash <> %(number)s),
         count(DISTINCT number_hash) FILTER (WHERE number_hash <> %(number)s)
    FROM accounts_linkattempt WHERE user_id = %(user)s AND at > %(month)s AND {_WRONG}) AS person,
 (SELECT count(*) FILTER (WHERE at > %(day)s), count(*)
    FROM accounts_linkattempt WHERE number_hash = %(number)s AND at > %(month)s AND {_WRONG}) AS number,
 (SELECT count(*) FILTER (WHERE at > %(hour)s), count(*)
    FROM accounts_linkattempt WHERE address = %(address)s AND at > %(day)s AND {_WRONG}) AS address,
 (SELECT count(*) FROM accounts_linkattempt
   WHERE network = %(network)s AND network <> '' AND at > %(day)s AND {_WRONG}) AS network,
 (SELECT count(*) FROM accounts_linkattempt
   WHERE organisation_id = %(organisation)s AND at > %(counted_from)s AND {_WRONG}) AS organisation,
 (SELECT count(DISTINCT number_hash) FILTER (WHERE {_WRONG} AND number_hash <> %(number)s),
         count(*) FILTER (WHERE refused_by = 'neighbours')
    FROM accounts_linkattempt WHERE neighbourhood = %(neighbourhood)s AND at > %(day)s) AS neighbours
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Counts:
    """Wrong tries so far."""

    person_day: int
    person_month: int
    other_numbers_day: int
    other_numbers_month: int
    number_day: int
    number_month: int
    address_hour: int
    address_day: int
    network_day: int
    organisation_day: int
    neighbours_day: int
    neighbours_refused: int

    def reached(self, *, captcha_passed: bool, organisation_accounts: int) -> Limit | None:
        """The first limit that is reached, in the order of the table."""
        organisation_limit = max(PER_ORGANISATION_DAY, organisation_accounts * PER_ORGANISATION_SHARE)
        limits = {
            Limit.PERSON: self.person_day >= PER_PERSON_DAY or self.person_month >= PER_PERSON_MONTH,
            Limit.NUMBER: self.number_day >= PER_NUMBER_DAY or self.number_month >= PER_NUMBER_MONTH,
            Limit.NUMBERS: self.other_numbers_day >= NUMBERS_DAY or self.other_numbers_month >= NUMBERS_MONTH,
            Limit.ADDRESS: self.address_day >= PER_ADDRESS_DAY,
            Limit.NETWORK: self.network_day >= PER_NETWORK_DAY,
            Limit.CAPTCHA: self.address_hour >= PER_ADDRESS_HOUR and not captcha_passed,
            Limit.ORGANISATION: self.organisation_day >= organisation_limit,
            Limit.NEIGHBOURS: self.neighbours_day >= NEIGHBOURS_DAY,
        }
        return next((limit for limit, reached in limits.items() if reached), None)


def _parameters(asked: Asked, number: str, now: datetime) -> dict[str, Any]:
    day = now - DAY
    return {
        "user": asked.user_id,
        "number": number,
        "address": asked.address,
        "network": network(asked.address),
        "organisation": asked.organisation_id,
        "neighbourhood": neighbourhood(asked.key),
        "counted_from": max(day, asked.reopened_at or day),
        "hour": now - HOUR,
        "day": day,
        "month": now - MONTH,
    }


def _refusal(asked: Asked, counts: Counts) -> Limit | None:
    if asked.method == CODE:
        return None
    if asked.refused:
        return asked.refused
    if asked.proofs_shut:
        return Limit.ORGANISATION
    return counts.reached(
        captcha_passed=asked.captcha_passed, organisation_accounts=asked.organisation_accounts
    )


def begin(asked: Asked, *, now: datetime) -> Begun:
    """Write a try down and say whether it may be compared. One committed transaction; not to be nested."""
    number = number_hash(asked.key)
    parameters = _parameters(asked, number, now)
    names = [f"number {number}"]
    names += [f"person {asked.user_id}"] if asked.user_id else []
    names += [f"address {asked.address}"] if asked.address else []
    with transaction.atomic(durable=True), prepared_cursor() as cursor:
        cursor.execute(_LOCK, [_lock_numbers(names)])
        cursor.execute(_COUNT, parameters)
        counts = Counts(*cursor.fetchone())
        refused_by = _refusal(asked, counts)
        attempt = LinkAttempt.objects.create(
            at=now,
            user_id=asked.user_id,
            address=asked.address,
            network=parameters["network"],
            organisation_id=asked.organisation_id,
            account_id=asked.account_id,
            method=asked.method,
            outcome=LinkAttempt.Outcome.TRYING,
            number_hash=number,
            neighbourhood=parameters["neighbourhood"],
            refused_by=refused_by or "",
        )
    return Begun(
        id=attempt.pk,
        refused_by=refused_by,
        organisation_full=refused_by is Limit.ORGANISATION and not asked.proofs_shut,
        new_neighbours=refused_by is Limit.NEIGHBOURS and not counts.neighbours_refused,
    )


def end(begun_id: int, outcome: LinkAttempt.Outcome) -> None:
    """Fill in how a try ended, once; a trigger refuses a second time."""
    LinkAttempt.objects.filter(pk=begun_id).update(outcome=outcome)


def captcha_needed(*, address: str | None, now: datetime) -> bool:
    """Whether a form must show the captcha to this address, whatever number is asked for. One query."""
    if not address:
        return False
    wrong = LinkAttempt.objects.filter(
        address=address, at__gt=now - HOUR, refused_by="", outcome__in=["trying", "mismatch"]
    ).exclude(method=CODE)
    return wrong[:PER_ADDRESS_HOUR].count() >= PER_ADDRESS_HOUR

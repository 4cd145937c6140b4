"""Linking an account to a person: the try, the comparison, the link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from abonent.accounts import letters, limits
from abonent.accounts.candidate import Candidate, candidate, fits, series_of
from abonent.accounts.limits import Asked, Begun, Limit
from abonent.accounts.models import Account, AccountLink, LinkAttempt, UsedCode
from abonent.accounts.operations.alarms import alarm_of
from abonent.accounts.operations.errors import AlreadyLinked, DoesNotMatch
from abonent.base.identifiers import account_key, normal_code
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import User

Outcome = LinkAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody proved an account, not yet whom it is linked to. Lives for one request."""

    account_id: int
    owner_version: int
    method: str
    series: str | None
    attempt_id: int
    address: str | None


def _method(code: str) -> str:
    """How a link came to be, for the audit and for the fences."""
    if code:
        return AccountLink.Method.CODE
    on_a_door = set(portal().linking.facts) <= {"surname", "flat"}
    return AccountLink.Method.NAME_AND_FLAT if on_a_door else AccountLink.Method.PAYMENT


def _refused_beforehand(account: Candidate) -> Limit | None:
    if account.objected:
        return Limit.OBJECTED
    above = portal().linking.code_required_above
    return Limit.STRENGTH if above is not None and account.strength > above else None


@dataclass(frozen=True, slots=True)
class _Try:
    """What was asked, read once."""

    key: str
    facts: Mapping[str, str]
    code: str
    user: User | None
    address: str | None
    captcha_passed: bool
    now: datetime

    def begin(self, account: Candidate) -> Begun:
        asked = Asked(
            key=self.key,
            user_id=self.user.pk if self.user else None,
            address=self.address,
            method=_method(self.code),
            captcha_passed=self.captcha_passed,
            organisation_id=account.organisation_id,
            account_id=account.id or None,
            organisation_accounts=account.strength_accounts or 0,
            proofs_shut=account.proofs_shut_at is not None,
            reopened_at=account.reopened_at,
            refused=_refused_beforehand(account),
        )
        return limits.begin(asked, now=self.now)

    def proof(self, account: Candidate, begun: Begun) -> Proof | None:
        """The comparison. It is made also for a try that a limit refused, and then counts for nothing."""
        series = None
        if self.code:
            today = timezone.localtime(self.now).date()
            series = series_of(account, self.code, today=today, now=self.now)
            right = series is not None
        else:
            right = fits(account, portal().linking.facts, self.facts)
        if not right or begun.refused_by:
            return None
        return Proof(account.id, account.owner_version, _method(self.code), series, begun.id, self.address)


def _proven(asked: _Try) -> Proof:
    """Try and compare. Raises `DoesNotMatch` or `AlreadyLinked` with the outcome written down."""
    account = candidate(asked.key, asked.user.pk if asked.user else None)
    begun = asked.begin(account)
    proof = asked.proof(account, begun)
    if account.own_link_id:
        limits.end(begun.id, Outcome.ALREADY)
        raise AlreadyLinked
    if proof is None:
        limits.end(begun.id, Outcome.LIMITED if begun.refused_by else Outcome.MISMATCH)
        alarm_of(begun, account.organisation_id, now=asked.now)
        raise DoesNotMatch
    return proof


def _limited_until(method: str, now: datetime) -> datetime | None:
    """A first link by a weak proof is limited, where the profile says so, until it is confirmed or this
    passes."""
    linking = portal().linking
    weak = method in (AccountLink.Method.PAYMENT, AccountLink.Method.NAME_AND_FLAT)
    return now + timedelta(days=linking.limited_days) if linking.first_link_limited and weak else None


def use_code(account_id: int, series: str, user: User, now: datetime) -> None:
    """Use a code up; raises `DoesNotMatch` when it is used already. The unique key decides between two at
    once."""
    try:
        with transaction.atomic():
            UsedCode.objects.create(account_id=account_id, series=series, used_at=now, used_by=user)
    except IntegrityError as error:
        raise DoesNotMatch from error


def _create(user: User, proof: Proof, now: datetime) -> AccountLink:
    """The row of the link. A new owner who came between the comparison and now ends the matter."""
    account = Account.objects.filter(pk=proof.account_id, owner_version=proof.owner_version).first()
    if account is None:
        raise DoesNotMatch
    link = AccountLink(
        user=user,
        account=account,
        method=proof.method,
        created_at=now,
        limited_until=_limited_until(proof.method, now),
    )
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyLinked from error
    return link


@transaction.atomic
def _link(user: User, proof: Proof, now: datetime) -> AccountLink:
    link = _create(user, proof, now)
    if proof.series:
        use_code(proof.account_id, proof.series, user, now)
    letters.tell_of_new_link(link=link, weak=proof.series is None, now=now)
    audit.record(
        action="account_linked",
        actor=user,
        subject=f"account:{link.account_id}",
        organisation=Organisation(pk=link.account.organisation_id),
        address=proof.address,
        now=now,
        method=proof.method,
        limited=link.limited_until is not None,
    )
    return link


def link_account(
    *,
    user: User,
    number: str,
    facts: Mapping[str, str],
    code: str | None = None,
    address: str | None,
    captcha_passed: bool = False,
    now: datetime,
) -> AccountLink:
    """Link an account by the profile's facts, or by a code when one is given.

    Raises `DoesNotMatch` for every failure alike (unknown number, wrong fact, used code, limit), and
    `AlreadyLinked` where this person sees the account already. Two transactions: the try is committed before
    anything is compared (so this must not be called inside one), the link with its letters and audit
    after it. Not safe to repeat blindly: a wrong try counts. Rules: docs/domain/linking.md.
    """
    asked = _Try(account_key(number), facts, normal_code(code or ""), user, address, captcha_passed, now)
    proof = _proven(asked)
    try:
        with transaction.atomic():
            link = _link(user, proof, now)
            limits.end(proof.attempt_id, Outcome.LINKED)
    except DoesNotMatch:
        limits.end(proof.attempt_id, Outcome.MISMATCH)
        raise
    except AlreadyLinked:
        limits.end(proof.attempt_id, Outcome.ALREADY)
        raise
    return link


def prove_account(
    *,
    number: str,
    facts: Mapping[str, str],
    code: str | None = None,
    address: str | None,
    captcha_passed: bool = False,
    user: User | None = None,
    now: datetime,
) -> Proof:
    """The same try and comparison for a person who does not exist yet (sign-up that proves an account).

    Raises `DoesNotMatch`. The try is a committed transaction: call it outside of one, and only when the rest
    of the form is right. `link_proven` makes the link; a code is used up there, not here.
    """
    proof = _proven(
        _Try(account_key(number), facts, normal_code(code or ""), user, address, captcha_passed, now)
    )
    limits.end(proof.attempt_id, Outcome.PROVEN)
    return proof


def link_proven(*, user: User, proof: Proof, now: datetime) -> AccountLink:
    """Link what `prove_account` proved, in one transaction (it may join the caller's that makes the person).

    Raises `DoesNotMatch` when the code was used or the owner changed meanwhile, `AlreadyLinked` when linked.
    """
    return _link(user, proof, now)

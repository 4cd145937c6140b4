"""A customer files a request (docs/domain/requests.md)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from abonent.accounts.queries import HeldAccount
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests import letters
from abonent.service_requests.bill_lines import BillLineAsked, bill_line
from abonent.service_requests.circumstances import refusal_of
from abonent.service_requests.models import RequestDraftFile, RequestEvent, ServiceRequest
from abonent.service_requests.operations.errors import MayNotFile, NotFiled
from abonent.service_requests.operations.events import (
    LONGEST_KEY,
    add_event,
    add_files,
    record,
    take_drafts,
)
from abonent.service_requests.organisation_days import day_of
from abonent.service_requests.queries import check_request
from abonent.service_requests.typed import Checked, TypedRequest
from abonent.service_requests.working_days import calendar
from abonent.users.models import User

MOST_OPEN = 20
"""Of one account."""
MOST_A_DAY = 10
"""Of one person, in 24 hours."""


def file_request(
    *,
    user: User,
    account: HeldAccount,
    typed: TypedRequest,
    language: str,
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """File a request of this person for an account they hold, with the files kept for its form.

    One transaction: the request with its deadline, the first line of its history, its files, the letter with
    number and deadline. Safe to repeat: the same `form_key` is the same request, whatever else was typed,
    also of two tabs at once. Raises NotFiled (problems by field) and MayNotFile (reason).
    """
    if known := _known(user, typed.form_key):
        return known
    kind = portal().requests.kind(typed.kind)
    organisation = Organisation.objects.get(pk=account.organisation_id)
    if reason := refusal_of(kind, account, day_of(now, organisation)):
        raise MayNotFile(reason)
    assert kind  # noqa: S101 - an unknown one was refused
    checked = check_request(account, typed, user_id=user.pk, now=now)
    if checked.problems:
        raise NotFiled(checked.problems)
    line = _line(account, kind, typed)
    try:
        with transaction.atomic():
            _lock(user, account)
            if known := _known(user, typed.form_key):
                return known
            _check_bounds(user, account, now)
            request = _written(user, account, organisation, kind, typed, checked, line, language, now)
            _follow(request, kind, typed, user, address, now)
            return request
    except IntegrityError as error:
        if known := _known(user, typed.form_key):
            return known
        raise MayNotFile("form") from error


def _known(user: User, form_key: str) -> ServiceRequest | None:
    """The request that this form is already. Raises MayNotFile for another's key, and for none."""
    if not 0 < len(form_key) <= LONGEST_KEY:
        raise MayNotFile("form")
    found = ServiceRequest.objects.filter(form_key=form_key).first()
    if found and found.user_id != user.pk:
        raise MayNotFile("form")
    return found


def _lock(user: User, account: HeldAccount) -> None:
    """Who files for this account, or as this person, does it one after another; always in this order."""
    with connection.cursor() as cursor:
        for name in (f"requests of account {account.id}", f"requests of person {user.pk}"):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _check_bounds(user: User, account: HeldAccount, now: datetime) -> None:
    opened = ServiceRequest.objects.filter(account_id=account.id, closed_at=None)
    if opened.count() >= MOST_OPEN:
        raise MayNotFile("open", most=MOST_OPEN)
    lately = ServiceRequest.objects.filter(user=user, created_at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise MayNotFile("often", most=MOST_A_DAY)


def _line(account: HeldAccount, kind: RequestKind, typed: TypedRequest) -> BillLineAsked | None:
    if typed.bill is None or not kind.about_bill_line:
        return None
    line = bill_line(account, *typed.bill)
    if line is None:
        raise MayNotFile("line")
    return line


def _written(
    user: User,
    account: HeldAccount,
    organisation: Organisation,
    kind: RequestKind,
    typed: TypedRequest,
    checked: Checked,
    line: BillLineAsked | None,
    language: str,
    now: datetime,
) -> ServiceRequest:
    return ServiceRequest.objects.create(
        account_id=account.id,
        organisation=organisation,
        user=user,
        form_key=typed.form_key,
        kind=kind.code,
        kind_label=dict(kind.label),
        team=kind.team or "",
        answers=[one.as_json() for one in checked.answers],
        text=checked.text,
        phone=_phone(checked),
        language=language[:2],
        bill_month=line.month.first_day if line else None,
        bill_service_id=line.service_id if line else None,
        bill_line=line.as_json() if line else None,
        created_at=now,
        due_on=calendar().after(day_of(now, organisation), kind.working_days),
        last_customer_event_at=now,
    )


def _phone(checked: Checked) -> str:
    """Where to call: what stands beside the answers, else the first answer that is a phone."""
    asked = (one.value for one in checked.answers if one.type == "phone")
    return checked.phone or next(asked, "")


def _follow(
    request: ServiceRequest,
    kind: RequestKind,
    typed: TypedRequest,
    user: User,
    address: str | None,
    now: datetime,
) -> None:
    event = add_event(request, RequestEvent.Kind.FILED, by=user, by_staff=False, now=now)
    if kind.files == "none":
        RequestDraftFile.objects.filter(user=user, form_key=typed.form_key).delete()
    else:
        add_files(event, take_drafts(user, typed.form_key))
    record("request_filed", request, by=user, address=address, now=now, kind=kind.code)
    letters.tell_filed(request, kind, now=now)

"""Customers are told what billing or staff rejected, and why (docs/domain/bundle.md, «Back to billing»)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import SubmittedReading
from abonent.metering.problems import number
from abonent.metering.rules import rules_of_organisation
from abonent.metering.scale_names import scale_name
from abonent.metering.windows import WindowState, window_state
from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.portal.current import portal
from abonent.portal.models import DataVersion, Organisation
from abonent.portal.queries import ServiceFacts, services
from abonent.users.models import User

#: Senders looked up at a time.
_AT_ONCE = 500


class RejectedMeter(NamedTuple):
    """What a letter says of one meter."""

    service: str
    serial: str
    values: str
    """`1 234,5`, or `day 1 234,5, night 567`, with the unit."""
    reason: str


def tell_soon(*, now: datetime) -> None:
    """Have `tell_rejected` run right after the caller's transaction; one that waits already finds these
    too."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        task = app.configure_task("metering.tell_rejected", queueing_lock="metering.tell_rejected")
        task.defer(timestamp=int(now.timestamp()))


def tell_rejected(*, now: datetime) -> int:
    """Write to everybody whose readings billing or staff rejected since they were last told: one letter for
    an account, with all its rejected meters. Returns the letters.

    A transaction for each letter, in which its readings are marked (`told_at`): killed at any moment and run
    again, each rejection is in exactly one letter. Two runs at once share the work. Whoever left, has lost
    the account or has no confirmed mailbox gets no letter: the readings are marked all the same, the registry
    shows the state and its reason to those who see the account.
    """
    letters, before = 0, None
    while senders := _senders(before):
        for account_id, user_id in senders:
            letters += _tell(account_id, user_id, now)
        if senders == before:
            break  # somebody else holds what is left
        before = senders
    return letters


def _senders(before: object) -> list[tuple[int, int | None]]:
    found = _untold().values_list("submission__account_id", "submission__user_id").distinct()
    return list(found.order_by("submission__account_id", "submission__user_id")[:_AT_ONCE])


def _untold() -> Any:
    return SubmittedReading.objects.filter(state=SubmittedReading.State.REJECTED, told_at=None)


def _tell(account_id: int, user_id: int | None, now: datetime) -> int:
    with transaction.atomic():
        mine = _untold().filter(submission__account_id=account_id, submission__user_id=user_id)
        rows = list(
            mine.select_for_update(skip_locked=True, of=("self",))
            .select_related("meter", "submission__account__organisation", "submission__user")
            .order_by("meter_id", "id")
        )
        if not rows:
            return 0
        user = rows[0].submission.user
        written = user is not None and _may_be_told(account_id, user) and _write(rows, user, now)
        SubmittedReading.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
        return int(written)


def _may_be_told(account_id: int, user: User) -> bool:
    """A confirmed mailbox of a person who sees the account today."""
    linked = AccountLink.objects.filter(account_id=account_id, user=user, ended_at=None)
    return bool(user.email) and user.email_confirmed and user.is_active and linked.exists()


def _write(rows: Sequence[SubmittedReading], user: User, now: datetime) -> bool:
    account = rows[0].submission.account
    language = user.language or portal().language
    state = _window(account.organisation, now)
    with suppress(NotAMailbox), translation.override(language):
        write_letter(
            template="metering/letters/reading_rejected.txt",
            to=user.email,
            user=user,
            language=language,
            now=now,
            context=_context(rows, account, language)
            | {
                "until": f"{state.now_open.last_day:%d.%m.%Y}" if state.now_open else "",
                "opens": f"{state.next.opens:%d.%m.%Y}",
            },
        )
        return True
    return False


def _context(rows: Sequence[SubmittedReading], account: Account, language: str) -> dict[str, Any]:
    known = services(language=language, version=DataVersion.objects.get().version)
    meters = [
        _meter(list(group), known)
        for _, group in groupby(rows, key=lambda row: (row.meter_id, row.period, row.batch))
    ]
    return {
        "account": account.number,
        "organisation": account.organisation.name(language),
        "meters": meters,
        "one": len(meters) == 1,
        "page": absolute(reverse("readings", args=[account.public_id])),
    }


def _meter(rows: Sequence[SubmittedReading], known: dict[int, ServiceFacts]) -> RejectedMeter:
    service = known[rows[0].meter.service_id]
    values = [
        number(row.value) if row.scale == "total" else f"{scale_name(row.scale)} {number(row.value)}"
        for row in rows
    ]
    unit = f" {service.unit}" if service.unit else ""
    return RejectedMeter(service.name, rows[0].meter.serial, ", ".join(values) + unit, rows[0].reason)


def _window(organisation: Organisation, now: datetime) -> WindowState:
    return window_state(rules_of_organisation(organisation), now)

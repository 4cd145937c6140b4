"""Reminders of the window: the wish, and who is to be written to now (docs/domain/readings.md)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from abonent.accounts.models import AccountLink
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.metering import reminder_letters
from abonent.metering.models import Meter, ReadingLink, ReminderWish, SubmittedReading
from abonent.metering.reminder_times import Due, closing_has_come, due
from abonent.metering.rules import rules_of_organisation
from abonent.metering.windows import Rules, window_state
from abonent.portal.models import Organisation
from abonent.users.models import User
from abonent.users.permissions import person_may_act

BATCH = 200
"""Wishes of one transaction."""
KEPT = timedelta(days=60)
"""So long a link stays after its end."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class EmailNotConfirmed(DomainError):  # noqa: N818 - named after what is the matter
    """A reminder is sent only to an address whose owner has confirmed it."""


@transaction.atomic
def wish_reminders(*, account_id: int, user: User, wanted: bool, now: datetime) -> None:
    """Want letters about the account's window, or want them no more. One transaction, safe to repeat.

    The caller has made sure that `user` sees the account. Letters begin with what comes next: who asks while
    the window is open is not told that it opened. Raises `EmailNotConfirmed`, unless it is to stop them.
    """
    if not wanted:
        ReminderWish.objects.filter(account_id=account_id, user=user).delete()
        return
    if not person_may_act(user):
        raise EmailNotConfirmed
    organisation = Organisation.objects.get(accounts=account_id)
    opening, closing = _done_with(rules_of_organisation(organisation), now)
    ReminderWish.objects.get_or_create(
        account_id=account_id,
        user=user,
        defaults={
            "organisation": organisation,
            "wished_at": now,
            "opening_told_for": opening.first_day,
            "closing_told_for": closing.first_day,
        },
    )


def _done_with(rules: Rules, now: datetime) -> tuple[Month, Month]:
    """The last periods whose letters about opening and about closing a person who asks now does not need."""
    state = window_state(rules, now)
    if state.now_open is None:
        return state.next.period - 1, state.next.period - 1
    period = state.now_open.period
    return period, period if closing_has_come(state.now_open, now) else period - 1


def send_due_reminders(*, now: datetime, limit: int = 20_000) -> int:
    """Write the letters about windows that are due, to whoever wants them; gives how many were written.

    At most `limit` wishes are looked at, in transactions of two hundred: a wish is locked, its letter put
    into the outbox and the wish marked in the same one. So it may be killed, repeated and run twice at once,
    and every letter is written once. Nobody is written to about an account for which something was submitted
    already. Wishes of people who do not see the account any more are removed. When nothing is due it reads
    the organisations and one range of an index.
    """
    written = 0
    for what, organisations in _due_now(now).items():
        looked_at = BATCH
        while looked_at and limit:
            looked_at, letters = _batch(what, organisations, min(BATCH, limit), now)
            limit, written = limit - looked_at, written + letters
    return written


def _due_now(now: datetime) -> dict[Due, list[int]]:
    """Which letter is due, and the ids of the organisations whose people get it."""
    found: dict[Due, list[int]] = defaultdict(list)
    for organisation in Organisation.objects.all():
        if what := due(rules_of_organisation(organisation), now):
            found[what].append(organisation.pk)
    return found


@transaction.atomic
def _batch(what: Due, organisations: Sequence[int], size: int, now: datetime) -> tuple[int, int]:
    """(wishes looked at, letters written). What another run holds is left to it."""
    told_for = f"{what.kind}_told_for__lt"
    waiting: dict[str, Any] = {"organisation__in": organisations, told_for: what.window.period}
    wishes = ReminderWish.objects.select_for_update(skip_locked=True, of=("self",)).filter(**waiting)
    looked_at = list(wishes.select_related("account", "user", "organisation")[:size])
    here = _without_moved(looked_at)
    told = _worth_a_letter(_without_ended(here), what, now)
    for wish in told:
        reminder_letters.write(wish=wish, what=what, now=now)
    _mark(here, what)
    return len(looked_at), len(told)


def _without_moved(wishes: Sequence[ReminderWish]) -> list[ReminderWish]:
    """Billing gave an account to another organisation: the wish waits for that one's window."""
    moved = [wish for wish in wishes if wish.organisation_id != wish.account.organisation_id]
    for wish in moved:
        ReminderWish.objects.filter(pk=wish.pk).update(organisation_id=wish.account.organisation_id)
    return [wish for wish in wishes if wish not in moved]


def _without_ended(wishes: Sequence[ReminderWish]) -> list[ReminderWish]:
    """Remove the wishes of people whose link to the account ended since; one made later is no wish."""
    links = AccountLink.objects.filter(
        account_id__in=[wish.account_id for wish in wishes],
        user_id__in=[wish.user_id for wish in wishes],
        ended_at=None,
    )
    since = {(link.account_id, link.user_id): link.created_at for link in links}
    ended = [wish for wish in wishes if since.get((wish.account_id, wish.user_id), _NEVER) > wish.wished_at]
    ReminderWish.objects.filter(pk__in=[wish.pk for wish in ended]).delete()
    return [wish for wish in wishes if wish not in ended]


def _worth_a_letter(wishes: Sequence[ReminderWish], what: Due, now: datetime) -> list[ReminderWish]:
    """Of people who may send readings, about accounts with a meter, for which nobody sent anything yet."""
    accounts = [wish.account_id for wish in wishes]
    live = SubmittedReading.objects.filter(
        meter__account__in=accounts, period=what.window.period.first_day, state__in=SubmittedReading.LIVE
    )
    metered = set(
        Meter.objects.filter(account__in=accounts, removed_on=None).values_list("account_id", flat=True)
    )
    asked = metered - set(live.values_list("meter__account_id", flat=True))
    today = now.astimezone(what.window.opens.tzinfo).date()
    return [
        wish
        for wish in wishes
        if wish.account_id in asked
        and person_may_act(wish.user)
        and (wish.account.closed_on is None or wish.account.closed_on > today)
    ]


def _mark(wishes: Iterable[ReminderWish], what: Due) -> None:
    """Whoever was told that the window closes need not be told that it opened."""
    told = ["opening_told_for"] if what.kind == "opening" else ["opening_told_for", "closing_told_for"]
    marked = ReminderWish.objects.filter(pk__in=[wish.pk for wish in wishes])
    marked.update(**dict.fromkeys(told, what.window.period.first_day))


def forget_old_links(*, now: datetime) -> int:
    """Delete links that ended sixty days ago. Safe to repeat."""
    return ReadingLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]

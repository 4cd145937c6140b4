"""What the office shows before and while a month is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from abonent.accounts.models import Account
from abonent.base.months import Month
from abonent.bills.kept_recipients import Waiting, waiting
from abonent.bills.queries import Published, publications
from abonent.ledger.queries import months_loaded
from abonent.portal.models import Organisation
from abonent.portal.queries import data_version

MONTHS_OFFERED = 24
RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """Which months there are, who would get the receipts of one, what was published."""

    months: tuple[Month, ...]
    """Newest first; none before the first import."""
    month: Month | None
    organisation: Organisation | None
    organisations: tuple[Organisation, ...]
    """Those that keep accounts, for who may choose; else none."""
    under_way: Published | None
    """The publication of this month and these accounts that goes on now."""
    waiting: Waiting | None
    """How many would get a letter; not counted while it is under way: the page is looked at every few
    seconds."""
    runs: Sequence[Published]


def overview(*, month: Month | None, organisation_id: int | None, own: int | None, now: datetime) -> Overview:
    """The month asked for, else the newest. `own`: the organisation of who looks, who sees its own only; None
    sees all, and may choose (`organisation_id`; one that does not exist is everybody). Nine queries at
    most, however many subscribers there are."""
    months = _months()
    chosen = month if month in months else next(iter(months), None)
    wanted = own if own is not None else organisation_id
    organisation = Organisation.objects.filter(pk=wanted).first() if wanted is not None else None
    scope = organisation.pk if organisation else None
    runs = publications(organisation_id=own, limit=RUNS_SHOWN)
    under_way = next((run for run in runs if _goes_on(run, chosen, scope)), None)
    counted = chosen if under_way is None else None
    return Overview(
        months=months,
        month=chosen,
        organisation=organisation,
        organisations=_offered() if own is None else (),
        under_way=under_way,
        waiting=waiting(month=counted, organisation_id=scope, runs=runs, now=now) if counted else None,
        runs=runs,
    )


def _months() -> tuple[Month, ...]:
    loaded = months_loaded(version=data_version())
    return tuple(reversed(list(loaded[0].through(loaded[1]))))[:MONTHS_OFFERED] if loaded else ()


def _offered() -> tuple[Organisation, ...]:
    kept = Account.objects.filter(organisation=OuterRef("pk"))
    return tuple(Organisation.objects.filter(Exists(kept)).order_by("code"))


def _goes_on(run: Published, month: Month | None, organisation_id: int | None) -> bool:
    return run.finished_at is None and (run.month, run.organisation_id) == (month, organisation_id)

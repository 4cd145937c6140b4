"""Alarms of a plan: what in it is so unlike what the portal has that somebody should look before it is taken.

docs/domain/bundle.md, «Alarms», says the same to people; a test holds the two together.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from abonent.accounts.intake import turnover
from abonent.base.months import Month
from abonent.base.staging import Staged
from abonent.exchange.planning import Plan
from abonent.ledger import months as ledger_months
from abonent.ledger.operations import staged_total
from abonent.ledger.totals import MonthTotals
from abonent.portal.operations import ServiceCode

ACCRUED_PERCENT = 30
VANISHING_PERCENT = 10
RENAMED_PERCENT = 20
#: Fewer lines or accounts than these say nothing in percent.
FEW_LINES = 20
FEW_ACCOUNTS = 5


class Alarm(NamedTuple):
    """`code` is one of bundle.md's table; `facts` are its figures: sums in whole cents, months as texts."""

    code: str
    facts: dict[str, Any]


def key_of(code: str, facts: Mapping[str, Any]) -> str:
    """By which an alarm is ticked: it may sound for each month."""
    return f"{code} {facts.get('month', '')}".strip()


def sound(
    plan: Plan,
    totals: Mapping[Month, MonthTotals],
    services: Sequence[ServiceCode],
    staged: Mapping[str, Staged],
) -> tuple[Alarm, ...]:
    """Every alarm of a planned bundle. At most five queries, in the import's transaction."""
    changing = [one.month for one in plan.months if one.changes]
    parts = {service.id for service in services if service.is_part}
    last = ledger_months.in_place([month - 1 for month in changing])
    before = {month: totals for month, (_, totals) in last.items()} | dict(totals)
    return (
        *_accrued(plan, totals, before, parts),
        *_out_of_time(plan, ledger_months.newest()),
        *_gone(plan),
        *(_accounts(staged["accounts"]) if "accounts" in staged else ()),
        *(_payments(staged["payments"]) if "payments" in staged else ()),
    )


def _accrued(
    plan: Plan, totals: Mapping[Month, MonthTotals], before: Mapping[Month, MonthTotals], parts: set[int]
) -> Iterator[Alarm]:
    for one in plan.months:
        if not one.changes:
            continue
        lines = totals[one.month].without(parts).services
        now = sum(line.accrued for line in lines.values())
        if now < 0:
            yield Alarm("negative_accrued", {"month": str(one.month), "now": now})
        if one.way == "part" or one.month - 1 not in before:
            continue
        last = before[one.month - 1].without(parts).services
        both = lines.keys() & last.keys()
        now, then = (sum(side[service].accrued for service in both) for side in (lines, last))
        rows = min(sum(side[service].rows for service in both) for side in (lines, last))
        if rows >= FEW_LINES and then > 0 and abs(now - then) * 100 > ACCRUED_PERCENT * then:
            percent = round((now - then) * 100 / then)
            yield Alarm("accrued", {"month": str(one.month), "now": now, "then": then, "percent": percent})


def _out_of_time(plan: Plan, newest: Month | None) -> Iterator[Alarm]:
    """Months that are over and would change; a bundle all of whose months are."""
    if newest is None or not plan.months:
        return
    last = max(one.month for one in plan.months)
    if last < newest:
        yield Alarm("older_bundle", {"month": str(last), "newest": str(newest)})
    for one in plan.months:
        if one.changes and one.month < newest and one.current_table:
            yield Alarm("old_month", {"month": str(one.month), "rows": one.new + one.changed + one.gone})


def _gone(plan: Plan) -> Iterator[Alarm]:
    for one in plan.months:
        had = one.changed + one.unchanged + one.kept + one.gone
        if one.gone >= FEW_ACCOUNTS and one.gone * 100 > VANISHING_PERCENT * had:
            yield Alarm("lines_gone", {"month": str(one.month), "rows": one.gone, "of": had})


def _accounts(staged: Staged) -> Iterator[Alarm]:
    found = turnover(staged)
    leaving = found.vanished + found.closing
    if found.open >= FEW_ACCOUNTS and leaving * 100 > VANISHING_PERCENT * found.open:
        yield Alarm(
            "accounts_leave", {"vanished": found.vanished, "closing": found.closing, "of": found.open}
        )
    if found.known >= FEW_ACCOUNTS and found.renamed * 100 > RENAMED_PERCENT * found.known:
        yield Alarm("payers_renamed", {"renamed": found.renamed, "of": found.known, "links": found.links})


def _payments(staged: Staged) -> Iterator[Alarm]:
    total = staged_total(staged)
    if total < 0:
        yield Alarm("negative_payments", {"now": round(total * 100)})

"""What a bundle would do, and what in it looks wrong: the dry run's report, and the import's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from abonent.accounts import intake
from abonent.base.months import Month
from abonent.base.staging import Staged, Taken
from abonent.exchange.problems import Problems
from abonent.ledger import months as ledger_months
from abonent.ledger import operations as ledger
from abonent.ledger.months import MonthPlan
from abonent.ledger.totals import MonthTotals
from abonent.metering import operations as metering
from abonent.metering.operations import billing
from abonent.portal import operations as portal
from abonent.portal.operations import ServiceCode

#: A service's total that is at least so many times last month's, or at most one so-manyth, looks wrong...
_TIMES = 2
#: ...unless so few lines make it up: a handful of customers may well use twice as much.
_FEW_LINES = 20


@dataclass(frozen=True)
class Plan:
    """In rows, by file; charges by month."""

    files: Mapping[str, Taken]
    months: tuple[MonthPlan, ...] = ()

    @property
    def changes(self) -> bool:
        return any(taken.changes for taken in self.files.values()) or any(one.changes for one in self.months)

    @property
    def counts(self) -> dict[str, object]:
        """For the journal of runs."""
        files = {name: [taken.new, taken.changed, taken.unchanged] for name, taken in self.files.items()}
        months = {
            str(one.month): [one.way, one.rows, one.new, one.changed, one.kept, one.gone]
            for one in self.months
        }
        return {"files": files, "months": months}


def plan_files(staged: Mapping[str, Staged]) -> dict[str, Taken]:
    """What the staged files mean. Payments: `changed` is always 0, contradictions were refused before."""
    compare = {
        "organisations": portal.compare_organisations,
        "services": portal.compare_services,
        "accounts": intake.compare_accounts,
        "meters": metering.compare_meters,
        "readings": metering.compare_readings,
        "payments": ledger.compare_payments,
        "answers": billing.compare_answers,
    }
    return {name: compare[name](one) for name, one in staged.items()}


def doubt_accounts(accounts: Staged, problems: Problems) -> None:
    """Warn of accounts that vanished and of residents that jump."""
    many, examples = intake.vanished(accounts)
    for one in examples:
        problems.add("accounts", 0, "number", one.number, "is not mentioned any more", "warning")
    problems.count("accounts", "warning", many - len(examples))
    many, examples = intake.residents_jumped(accounts)
    for one in examples:
        reason = f"residents jump from {one.before} for account {one.number}"
        problems.add("accounts", one.line, "residents", str(one.after), reason, "warning")
    problems.count("accounts", "warning", many - len(examples))


@dataclass(frozen=True)
class MonthDoubts:
    """Warns where a month does not follow from the one before it. `planned` and `last` give (table, totals)
    by month: of the bundle, and of the portal."""

    planned: Mapping[Month, tuple[str, MonthTotals]]
    last: Mapping[Month, tuple[str, MonthTotals]]
    services: Mapping[int, ServiceCode]
    accounts: Staged | None
    problems: Problems

    def tell(self) -> None:
        """Nested lines carry no balance and are in no total: there is nothing of theirs that could follow."""
        parts = {service for service, one in self.services.items() if one.is_part}
        for month, (table, totals) in sorted(self.planned.items()):
            before = self.planned.get(month - 1) or self.last.get(month - 1)
            if before is not None:
                whole = totals.without(parts)
                self._totals(month, whole, before[1])
                if not whole.follows(before[1]):
                    self._openings(month, table, before[0], parts)

    def _totals(self, month: Month, totals: MonthTotals, last: MonthTotals) -> None:
        for service, now in sorted(totals.services.items()):
            before = last.services.get(service)
            if before is None or before.accrued <= 0 or min(now.rows, before.rows) < _FEW_LINES:
                continue
            if before.accrued * _TIMES <= now.accrued or now.accrued * _TIMES <= before.accrued:
                one = self.services[service]
                reason = (
                    f"is accrued in {month} for {one.code} of {one.organisation},"
                    f" {now.accrued / before.accrued:.1f} times last month's {before.accrued / 100:.2f}"
                )
                self.problems.add("charges", 0, "accrued", f"{now.accrued / 100:.2f}", reason, "warning")

    def _openings(self, month: Month, table: str, last_table: str, parts: Collection[int]) -> None:
        many, examples = ledger_months.openings_that_differ(table, last_table, but=parts)
        numbers = intake.numbers({one.account_id for one in examples}, self.accounts)
        for one in examples:
            about = f"account {numbers[one.account_id]}, {self.services[one.service_id].code}"
            reason = f"opens {month} for {about}; last month closed with {one.last_closing}"
            self.problems.add("charges", 0, "opening", str(one.opening), reason, "warning")
        self.problems.count("charges", "warning", many - len(examples))

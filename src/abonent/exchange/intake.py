"""One bundle on its way in: read and staged, planned, applied, put in place. Calls the rooms, in their
order."""

from collections.abc import Callable
from datetime import date, datetime

from abonent.accounts import intake as accounts
from abonent.base.identifiers import account_key
from abonent.base.months import Month
from abonent.base.staging import Before, Staged
from abonent.exchange import alarms, journal, planning
from abonent.exchange.alarms import Alarm
from abonent.exchange.blocks import Blocks, UnreadableFile, check_header
from abonent.exchange.charges import ChargeLoader, Known, LoadedTable
from abonent.exchange.formats.bundle import CHARGES, FILES, File
from abonent.exchange.planning import Plan
from abonent.exchange.problems import UNKNOWN, Problems
from abonent.exchange.progress import Meter
from abonent.exchange.reading import Bundle, Limits
from abonent.exchange.resolution import Accounts
from abonent.exchange.staging import Refused, stage
from abonent.ledger import months as ledger_months
from abonent.ledger import operations as ledger
from abonent.ledger.months import MonthPlan
from abonent.metering import operations as metering
from abonent.metering.operations import billing
from abonent.payments.operations.telling import mark_told
from abonent.portal import operations as portal
from abonent.portal.operations import ServiceCode


class Intake:
    """Use in order: `read`, `plan` unless there are errors, `apply`, `put_in_place`, all in one
    transaction."""

    def __init__(
        self,
        bundle: Bundle,
        problems: Problems,
        meter: Meter,
        *,
        limits: Limits,
        today: date,
        whole_months: bool,
        before: Before | None = None,
    ) -> None:
        self.before = before
        """Where what is changed is kept for an undo."""
        self.bundle, self.problems, self.meter = bundle, problems, meter
        self.limits, self.today, self.whole_months = limits, today, whole_months
        self.staged: dict[str, Staged] = {}
        self.services: list[ServiceCode] = []
        self._refused = {file.name: Refused(set()) for file in FILES}
        self._unread: set[str] = set()
        self._digests: dict[str, str] = {}
        self._tables: dict[Month, LoadedTable] = {}
        self._built: list[MonthPlan] = []

    @property
    def checksum(self) -> str:
        return journal.checksum(self._digests, whole_months=self.whole_months)

    def read(self) -> None:
        """Check and stage every file, charges last: what is wrong anywhere is known before they are
        copied."""
        for file in FILES:
            if file.name in self.bundle.sources and file is not CHARGES:
                self._read(file)
        self.services = portal.service_codes(self.staged.get("services"))
        if CHARGES.name in self.bundle.sources:
            self._read(CHARGES)

    def _read(self, file: File) -> None:
        self.meter.say(f"reading {file.filename}")
        try:
            blocks = Blocks(self.bundle.sources[file.name], self.limits)
            if not check_header(file, blocks.header, self.problems):
                self._unread.add(file.name)
                return
            if file is CHARGES:
                self._load_charges(blocks)
            else:
                self._stage(file, blocks)
            self._digests[file.name] = blocks.digest
        except UnreadableFile as found:
            self._unread.add(file.name)
            self.problems.add(file.name, found.line, "", "", found.reason)

    def _stage(self, file: File, blocks: Blocks) -> None:
        refused = self._refused[file.name]
        staged = stage(file, blocks, self.problems, refused, self.meter, today=self.today, before=self.before)
        self.staged[file.name] = staged
        for column, unknown in self._resolve(staged).items():
            self._note_unknown(file.name, column, unknown)

    def _resolve(self, staged: Staged) -> dict[str, list[tuple[int, str]]]:
        """Give rows their ids and those they name. Returns what names nothing, by column."""
        organisations, services = self.staged.get("organisations"), self.staged.get("services")
        match staged.name:
            case "organisations":
                portal.resolve_organisations(staged)
                self._note_half_windows(staged)
                return {}
            case "answers":
                return {"reading": self._resolve_answers(staged)}
            case "services":
                return portal.resolve_services(staged, organisations) | self._endless(staged)
            case "accounts":
                return {"organisation": accounts.resolve_accounts(staged, organisations)}
        unknown = {"account": accounts.resolve_account_column(staged, self.staged.get("accounts"))}
        match staged.name:
            case "meters":
                unknown["service"] = metering.resolve_meters(staged, services)
            case "readings":
                unknown["serial"] = metering.resolve_readings(staged, self.staged.get("meters"))
            case "payments":
                unknown["service"] = ledger.resolve_payments(staged, services)
                self._note_contradictions(staged)
        return unknown

    def _resolve_answers(self, staged: Staged) -> list[tuple[int, str]]:
        unknown = billing.resolve_answers(staged)
        for wrong in billing.wrong_answers(staged):
            self.problems.add("answers", wrong.line, wrong.column, wrong.value, wrong.reason)
        return unknown

    def _note_half_windows(self, staged: Staged) -> None:
        other = {"readings_from": "readings_to", "readings_to": "readings_from"}
        for line, column, value in portal.half_windows(staged):
            self.problems.add("organisations", line, column, value, f"stands without {other[column]}")

    def _endless(self, staged: Staged) -> dict[str, list[tuple[int, str]]]:
        for line, parent in portal.endless_parents(staged):
            self.problems.add("services", line, "parent", parent, "makes the service a part of itself")
        return {}

    def _note_contradictions(self, staged: Staged) -> None:
        reason = "was booked before with other particulars: correct it by a payment with an id of its own"
        for line in ledger.contradictions(staged):
            self.problems.add("payments", line, "id", "", reason)
        reason = "was booked by the portal with another day, bank or service, which stay"
        for line in ledger.retold(staged):
            self.problems.add("payments", line, "id", "", reason, "warning")

    def _note_unknown(self, file: str, column: str, unknown: list[tuple[int, str]]) -> None:
        named = {"account": "accounts", "serial": "meters", "organisation": "organisations"}
        other = named.get(column, "services")
        if other in self._unread:
            return
        blamed = self._refused[other].keys
        for line, value in unknown:
            if (account_key(value) if column == "account" else value) not in blamed:
                self.problems.add(file, line, column, value, UNKNOWN[column])

    def _load_charges(self, blocks: Blocks) -> None:
        blamed = self._refused["accounts"].keys | self._refused["services"].keys
        known = Known(
            Accounts(accounts.account_ids(self.staged.get("accounts"))),
            {service.code: service.id for service in self.services},
            frozenset(blamed),
            silent=frozenset(self._unread),
        )
        loader = ChargeLoader(known, self.problems, today=self.today, copying=not self.problems.errors)
        self._tables = loader.load(blocks, self.meter)

    def plan(self) -> Plan:
        """Compare with what the portal has, and warn of what looks wrong."""
        self.meter.say("planning")
        files = planning.plan_files(self.staged)
        if "accounts" in self.staged:
            planning.doubt_accounts(self.staged["accounts"], self.problems)
        months = tuple(
            ledger_months.plan(month, loaded.table, loaded.totals, whole_of=self._whole_of(loaded))
            for month, loaded in sorted(self._tables.items())
        )
        planning.MonthDoubts(
            {month: (loaded.table, loaded.totals) for month, loaded in self._tables.items()},
            ledger_months.in_place([month - 1 for month in self._tables]),
            {service.id: service for service in self.services},
            self.staged.get("accounts"),
            self.problems,
        ).tell()
        return Plan(files, months)

    def alarms(self, plan: Plan) -> tuple[Alarm, ...]:
        """What of the plan somebody should see before it is taken."""
        return alarms.sound(
            plan,
            {month: loaded.totals for month, loaded in self._tables.items()},
            self.services,
            self.staged,
        )

    def _whole_of(self, loaded: LoadedTable) -> frozenset[int]:
        """Every service of the organisations that a month's charges name, with `--whole-months`."""
        if not self.whole_months:
            return frozenset()
        by_id = {service.id: service.organisation_id for service in self.services}
        organisations = {by_id[service] for service in loaded.totals.services}
        return frozenset(service for service, one in by_id.items() if one in organisations)

    def apply(self, plan: Plan, *, now: datetime) -> None:
        """Write what is new or changed, and build the months' tables."""
        self.meter.say("writing")
        take: dict[str, Callable[[Staged], object]] = {
            "organisations": portal.take_organisations,
            "services": portal.take_services,
            "accounts": lambda staged: accounts.take_accounts(staged, now=now),
            "meters": metering.take_meters,
            "readings": metering.take_readings,
            "payments": lambda staged: self._book_payments(staged, now),
        }
        for name, staged in self.staged.items():
            if plan.files[name].changes and name in take:
                take[name](staged)
        self.meter.say("building months")
        ledger_months.forget_parts()
        self._built = [ledger_months.build(one) for one in plan.months]
        if "answers" in self.staged and plan.files["answers"].changes:
            # Last: whoever is sending a reading of such a meter waits for as long as this is not committed.
            billing.take_answers(self.staged["answers"], now=now)

    @staticmethod
    def _book_payments(staged: Staged, now: datetime) -> None:
        ledger.book_payments(staged, now=now)
        mark_told(wait=False, now=now)

    def put_in_place(self, *, now: datetime) -> None:
        """The last step: readers see it all when the transaction commits, which must follow at once."""
        self.meter.say("putting in place")
        ledger_months.put_in_place(self._built, now=now)

"""The life of a payment, step by step: real operations, real tasks of the queue, real files for billing.

A `World` has the clock, the bank, the worker and billing; each of its `Life`s is one payment. A step that has
nothing to do any more (staff cannot give back what was never paid) does nothing.
"""

import csv
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Min
from procrastinate.contrib.django import app

from abonent.exchange.operations import import_bundle
from abonent.exchange.outgoing.payments import export_payments
from abonent.payments import jobs
from abonent.payments.models import Payment, Refund
from abonent.payments.operations import refunds
from abonent.payments.operations.notices import take_notice
from abonent.payments.operations.paying import PartAsked
from abonent.payments.operations.reconciling import reconcile
from abonent.payments.operations.refunds import NotRefundable
from abonent.payments.operations.registries import RegistryReport, take_registry
from abonent.payments.registry_file import RowGiven
from tests.payments.conftest import MINUTE, Till
from tests.payments.faults.bank import ZONE, DatedBank

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AMOUNT, COMMISSION = Decimal("1000.00"), Decimal("10.00")
GIVEN_BACK = Decimal("100.00")
_numbers = count(1)


@dataclass
class World:
    till: Till
    bank: DatedBank
    folder: Path
    lives: list["Life"] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    """Notices to which the portal said yes."""
    unsent: list[tuple["Life", str]] = field(default_factory=list)
    """Notices that come days later."""
    other_money: Decimal = Decimal(0)
    """What came another way than by the lives."""
    schedule: bool = True
    """The minute's job that finds which questions are due."""
    mail_may_repeat: bool = False
    """The worker was killed: a letter may have been sent before that was noted."""
    refused: set[str] = field(default_factory=set)
    """What billing's bundle was refused for."""
    differences: set[str] = field(default_factory=set)
    """Kinds that the reconciliation left open."""
    differences_left: frozenset[str] = frozenset()
    """Those that staff are right to be shown."""

    @property
    def now(self) -> datetime:
        return self.till.now

    def later(self, after: timedelta) -> None:
        self.till.later(after)

    def life(self, name: str = "") -> "Life":
        number = next(_numbers)
        born = Life(self, number, name or f"life {number}")
        self.lives.append(born)
        return born

    # The worker.

    def work(self, *tasks: str) -> int:
        """Do what waits in the queue (of these tasks); how much that was."""
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH taken AS (DELETE FROM procrastinate_jobs WHERE status = 'todo'"
                " AND (task_name = ANY(%(tasks)s) OR %(every)s) RETURNING *)"
                " SELECT task_name, args FROM taken ORDER BY id",
                {"tasks": list(tasks), "every": not tasks},
            )
            found = cursor.fetchall()
        for task, args in found:
            app.tasks[task](**(args if isinstance(args, dict) else json.loads(args)))
        return len(found)

    def look(self) -> None:
        """A minute of the worker: its schedules, then what they queued."""
        if self.schedule:
            jobs.queue_questions(timestamp=0)
        app.tasks["notices.queue_waiting_letters"](timestamp=0)
        while self.work():
            pass

    def until_quiet(self, *, at_most: timedelta = timedelta(days=30)) -> None:
        """Let the worker do all that is due, pushing the clock from one question to the next."""
        end = self.now + at_most
        while True:
            self.look()
            due = _earliest_question()
            if due is None or not self.schedule or due > end:
                return
            self.later(max(due - self.now, timedelta(seconds=1)))

    # The bank's list, billing.

    def registry(self, *rows: RowGiven, checksum: str = "", bank: str = "card") -> RegistryReport:
        return take_registry(
            source=f"registry:{bank}",
            format="acquirer",
            name="registry.csv",
            checksum=checksum or f"file-{next(_numbers)}",
            rows=rows,
            loaded_by="clerk",
            now=self.now,
        )

    def compare(self, day: date) -> None:
        """The bank's list of a day against ours and billing's."""
        self.differences |= {one.kind for one in reconcile(day=day, now=self.now).open}

    def export(self) -> None:
        export_payments(directory=self.folder, formats=("csv",), now=self.now)

    def rows(self) -> list[dict[str, str]]:
        """All that the files for billing say."""
        found: list[dict[str, str]] = []
        for path in sorted(self.folder.glob("payments-*.csv")):
            with path.open(encoding="utf-8", newline="") as stream:
                found += csv.DictReader(stream)
        return found

    def echo(self) -> None:
        """Billing says back what it was told."""
        rows = self.rows()
        if not rows:
            return
        bundle = self.folder / "bundle"
        bundle.mkdir(exist_ok=True)
        columns = [name for name in rows[0] if name != "booked_at"]
        with (bundle / "payments.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        report = import_bundle(path=bundle, now=self.now)
        self.refused |= {problem.reason for problem in report.problems}

    def finish(self) -> None:
        """All that is late comes, the due work is done until nothing is planned, the books are compared."""
        self.later(3 * DAY if self.unsent else MINUTE)
        for life, event in self.unsent:
            life.hear(event)
        self.unsent.clear()
        self.bank.finish_refunds()
        self.until_quiet()
        self.later(DAY)
        for _ in range(4):
            self._told_of_everything()
            if self.differences == self.differences_left:
                return

    def _told_of_everything(self) -> None:
        """The bank's lists of all days, and what they cause; a file for billing, its answer."""
        self.differences = set()
        for day in sorted(self.bank.days()):
            self.compare(day)
        self.until_quiet()
        self.export()
        self.echo()


def _earliest_question() -> datetime | None:
    planned = [
        model.objects.aggregate(due=Min("next_question_at"))["due"]  # type: ignore[attr-defined]
        for model in (Payment, Refund)
    ]
    return min((at for at in planned if at), default=None)


@dataclass
class Life:
    """One payment of 700.00 and 300.00; what each of its people does."""

    world: World
    number: int
    name: str
    """For those who read of a failure."""
    key: str = ""
    """The payment's public id, once it is written down."""
    mind: str = "pays"
    """What the customer does at the bank."""
    telling: str = "prompt"
    """How the bank tells: prompt | twice | late | lost | reordered."""

    @property
    def form(self) -> str:
        return f"form-{self.number}"

    @property
    def email(self) -> str:
        return f"payer{self.number}@example.kz"

    @property
    def row(self) -> Payment:
        return Payment.objects.get(public_id=self.key)

    def find(self) -> None:
        """What was cut off after it was written down, before anybody was told its name."""
        found = Payment.objects.filter(form_key=self.form).first()
        self.key = found.public_id if found else ""

    @property
    def bank(self) -> DatedBank:
        return self.world.bank

    @property
    def at_the_bank(self) -> bool:
        return self.key in self.bank.books

    # The steps.

    def pay(self, *parts: PartAsked) -> Payment:
        """The form is sent; when it is sent again, it is the same payment."""
        made = self.world.till.pay(*parts, form_key=self.form, email=self.email)
        self.key = made.public_id
        return made

    def customer(self) -> None:
        """At the bank's page, once there is an address of it."""
        self.world.later(2 * MINUTE)
        if not self.at_the_bank or self.row.state == "created":
            self.world.look()
        if self.at_the_bank and self.bank.books[self.key].state != "succeeded":
            getattr(self, self.mind)()

    def pays(self) -> None:
        self.bank.pay(self.key, at=self.world.now)

    def is_declined(self) -> None:
        self.bank.decline(self.key)

    def pays_after_a_decline(self) -> None:
        self.bank.decline(self.key)
        self.tell()
        self.world.work("payments.ask")
        self.world.later(MINUTE)
        self.bank.pay(self.key, at=self.world.now)

    def pays_less(self) -> None:
        self.bank.pay(self.key, at=self.world.now, amount=Decimal("1009.99"))

    def pays_in_roubles(self) -> None:
        self.bank.pay(self.key, at=self.world.now, currency="RUB")

    def pays_two_days_later(self) -> None:
        self.world.until_quiet(at_most=2 * DAY)
        self.bank.pay(self.key, at=self.world.now)

    def goes_away(self) -> None:
        """Never decides anything."""

    def tell(self) -> None:
        """The bank tells that something happened, as it tells in this world."""
        if not self.at_the_bank:
            return
        events = [f"event-{next(_numbers)}", f"event-{next(_numbers)}"]
        way = self.telling
        if way == "late":
            self.world.unsent += [(self, events[0])]
        elif way == "reordered":
            self.hear(events[1])
            self.world.work("payments.ask")
            self.hear(events[0])
        elif way != "lost":
            for _ in range(2 if way == "twice" else 1):
                self.hear(events[0])

    def hear(self, event: str) -> None:
        """The portal's door; what comes through it is acknowledged."""
        raw, headers = self.bank.notice(self.key, event=event, at=self.world.now)
        take_notice(method="card", raw=raw, headers=headers, address="", now=self.world.now)
        self.world.acknowledged.append(event)

    def notice(self) -> None:
        self.tell()

    def question(self) -> None:
        """What the notice has woken, or the schedule has found."""
        self.world.work("payments.ask")

    def letter(self) -> None:
        self.world.work("notices.deliver_letter")

    def some_back(self) -> None:
        """Of every other life, for time's sake, and of those that are hit about there."""
        if self.number % 2 or "refund" in self.name or "end" in self.name:
            self.refund()

    def refund(self, amount: Decimal = GIVEN_BACK, key: str = "") -> None:
        """Staff give something back: what is left, when that is less. Pressed again, it is the same."""
        with suppress(NotRefundable):
            refunds.refund(
                payment_id=self.row.pk,
                amount=min(amount, refunds.left(self.row)),
                reason="paid by mistake",
                staff=self.world.till.clerk,
                key=key or f"refund-{self.number}",
                now=self.world.now,
            )

    def refund_told(self) -> None:
        if self.key and self.row.refunds.exists():
            self.tell()
        self.world.work("payments.ask", "payments.ask_refund")

    def registry(self) -> None:
        """The acquirer's own file names the payment."""
        if self.at_the_bank and (book := self.bank.books[self.key]).paid_at:
            self.world.registry(self.registry_row(book.amount))

    def registry_row(self, amount: Decimal, **others: Any) -> RowGiven:
        book = self.bank.books[self.key]
        day = (book.paid_at or self.world.now).astimezone(ZONE).date()
        facts: dict[str, Any] = {"line": 1, "reference": self.key} | others
        return RowGiven(operation=book.gateway_id, paid_on=day, amount=amount, **facts)


#: In the order in which they happen.
STEPS: dict[str, Callable[[Life], Any]] = {
    "pay": Life.pay,
    "customer": Life.customer,
    "notice": Life.notice,
    "question": Life.question,
    "letter": Life.letter,
    "export": lambda life: life.world.export(),
    "echo": lambda life: life.world.echo(),
    "refund": Life.some_back,
    "refund_told": Life.refund_told,
}
#: Where a fault may be: before each step, and after the last.
PLACES = (*STEPS, "end")
#: Done once for all lives of the world.
_OF_THE_WORLD = {"export", "echo"}


def live(
    *lives: Life, to: str = "end", since: str = "pay", before: Callable[[str], Life | None] = lambda _: None
) -> None:
    """Walk all of them through the steps from `since` up to, without, `to`. `before` is called before each
    step, and names the life that goes first."""
    names = PLACES[PLACES.index(since) : PLACES.index(to) + 1]
    for name in names:
        first = before(name)
        if name == to:
            return
        for life in sorted(lives[:1] if name in _OF_THE_WORLD else lives, key=lambda one: one is not first):
            STEPS[name](life)

"""The office's figures: each is counted here by hand, and only of those in reach."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.figures.queries import figures
from abonent.metering.models import Meter, Submission, SubmittedReading
from abonent.payments.models import BankPayment, Payment, PaymentPart, Refund, Registry, RegistryRow
from abonent.portal.models import Organisation, Service
from abonent.service_requests.models import ServiceRequest
from abonent.users.models import User

pytestmark = pytest.mark.django_db
NOVEMBER = Month(2026, 11)
TODAY = date(2026, 11, 21)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class Town:
    """Two organisations: `ours` with two accounts, `theirs` with one; a person who sees all three."""

    def __init__(self) -> None:
        self.person = User.objects.create_user("asel")
        self.ours, self.theirs = (
            Organisation.objects.create(code=code, name_ru=code) for code in ("ours", "theirs")
        )
        self.power = Service.objects.create(code="power", organisation=self.ours, name_ru="Свет")
        self.first, self.second = self.account(self.ours, "1"), self.account(self.ours, "2")
        self.strange = self.account(self.theirs, "9")
        self.count = 0

    def account(self, organisation: Organisation, number: str, **facts: Any) -> Account:
        return Account.objects.create(
            number=number, key=number, organisation=organisation, payer="Ли", address="Абая 1", **facts
        )

    def link(self, account: Account, when: datetime, method: str = "payment", **facts: Any) -> None:
        AccountLink.objects.create(user=self.person, account=account, method=method, created_at=when, **facts)

    def send(self, account: Account, when: datetime, way: str = "cabinet", state: str = "received") -> None:
        meter, _ = Meter.objects.get_or_create(account=account, service=self.power, serial=account.number)
        self.count += 1
        sent = Submission.objects.create(account=account, way=way, key=str(self.count), submitted_at=when)
        SubmittedReading.objects.create(
            submission=sent,
            meter=meter,
            scale="total",
            period=NOVEMBER,
            taken_on=when.date(),
            value=self.count,
            state=state,
        )

    def pay(
        self, when: datetime, parts: dict[Account, str], state: str = "booked", method: str = "card"
    ) -> Payment:
        self.count += 1
        total = sum(map(Decimal, parts.values()))
        paid = Payment.objects.create(
            user=self.person,
            form_key=str(self.count),
            method=method,
            amount=total,
            currency="KZT",
            state=state,
            language="ru",
            created_at=when,
            expires_at=when,
            paid_at=when if state in ("booked", "told", "refunded") else None,
        )
        for position, (account, amount) in enumerate(parts.items()):
            PaymentPart.objects.create(payment=paid, position=position, account=account, amount=amount)
        return paid

    def ask(self, account: Account, when: datetime, due: date, state: str = "received", **facts: Any) -> None:
        self.count += 1
        if state == "waiting":
            facts["waiting_since"] = when.date()
        ServiceRequest.objects.create(
            account=account,
            organisation=account.organisation,
            form_key=str(self.count),
            kind="sealing",
            kind_label={"ru": "Опломбирование ПУ"},
            language="ru",
            state=state,
            created_at=when,
            due_on=due,
            last_customer_event_at=when,
            **facts,
        )


@pytest.fixture
def town() -> Town:
    return Town()


def counted(organisation: Organisation | None = None, month: Month = NOVEMBER) -> Any:
    owner = organisation.pk if organisation else None
    return figures(organisation_id=owner, month=month, today=TODAY, now=at(21))


def test_customers_and_links_by_way(town: Town) -> None:
    town.account(town.ours, "3", closed_on=TODAY)
    town.link(town.first, at(3))
    town.link(town.second, at(2, month=10), method="code", ended_at=at(4), end_reason="person")
    town.link(town.strange, at(5), method="name_and_flat")
    everything, ours = counted().customers, counted(town.ours).customers
    assert (everything.accounts, everything.linked, everything.people) == (3, 2, 1)
    assert (ours.accounts, ours.linked, ours.share) == (2, 1, 0.5)
    october, november = everything.months[-2:]
    assert (october.code, november.facts, november.ended) == (1, 2, 1)
    assert [one.facts for one in ours.months] == [0] * 11 + [1]


def test_a_month_begins_at_midnight_of_the_portal(town: Town) -> None:
    """19:30 UTC of October 31st is November in Almaty."""
    town.link(town.first, at(31, 19, month=10).replace(minute=30))
    assert counted().customers.months[-1].facts == 1


def test_readings_by_day_and_way_count_a_submission_once(town: Town) -> None:
    town.send(town.first, at(15))
    town.send(town.second, at(17), way="link", state="accepted")
    town.send(town.strange, at(17))
    found = counted(town.ours).readings
    assert [(one.day.day, one.by_way) for one in found.days] == [
        (15, (1, 0, 0)), (16, (0, 0, 0)), (17, (0, 1, 0)),
    ]  # fmt: skip
    assert (found.metered, found.sent_in, found.by_state) == (2, 2, {"received": 1, "accepted": 1})
    assert counted().readings.sent_in == 3
    assert counted(month=Month(2026, 10)).readings.days == ()


def test_payments_by_method_with_the_parts_in_reach_only(town: Town) -> None:
    town.pay(at(3), {town.first: "100.00", town.strange: "50.00"})
    town.pay(at(3), {town.first: "7.00"}, state="declined")
    bank = {"bank": "kaspi", "account_text": "1", "result": 0, "answer": {}, "received_at": at(5)}
    BankPayment.objects.create(txn_id="1", account=town.second, amount="30.00", paid_at=at(5), **bank)
    registry = Registry.objects.create(
        source="registry:kaspi", format="x", name="r", checksum="c", rows=2, total=60, loaded_at=at(6)
    )
    rows = {"registry": registry, "account": town.first, "paid_on": date(2026, 11, 5)}
    RegistryRow.objects.create(line=1, operation="a", amount=20, state="booked", **rows)
    RegistryRow.objects.create(line=2, operation="b", amount=40, state="matched", **rows)
    found = counted(town.ours).payments
    assert [(one.way, one.code, one.count, one.amount) for one in found.methods] == [
        ("online", "card", 1, Decimal("100.00")),
        ("bank", "kaspi", 1, Decimal("30.00")),
        ("registry", "registry:kaspi", 1, Decimal("20.00")),
    ]
    assert (found.failed, found.count, found.amount) == (1, 3, Decimal("150.00"))
    assert [(one.day.day, sum(one.by_way)) for one in found.days] == [
        (1, 0), (2, 0), (3, 100), (4, 0), (5, 50),
    ]  # fmt: skip
    assert counted().payments.amount == Decimal("200.00")


def test_what_was_given_back_is_told_to_those_whose_payment_it_was(town: Town) -> None:
    mixed = town.pay(at(3), {town.first: "100.00", town.strange: "50.00"})
    own = town.pay(at(3), {town.first: "10.00"})
    for payment, amount in ((mixed, 20), (own, 10)):
        Refund.objects.create(payment=payment, amount=amount, state="done", created_at=at(4), done_at=at(4))
    assert counted().payments.refunded == 30
    assert counted(town.ours).payments.refunded == 10


def test_requests_by_state_lateness_and_kind(town: Town) -> None:
    early, late = date(2026, 11, 10), date(2026, 11, 30)
    town.ask(town.first, at(2), early)  # open and overdue
    town.ask(town.first, at(2), early, state="waiting")  # its deadline stands still
    town.ask(town.second, at(2), late, state="done", closed_at=at(9), rating=5)
    town.ask(town.second, at(2), early, state="done", closed_at=at(10, 19), rating=4)  # the 11th in Almaty
    town.ask(town.second, at(2), early, state="cancelled", closed_at=at(20))
    town.ask(town.strange, at(2), early)
    found = counted(town.ours).requests
    assert (found.by_state, found.open, found.overdue) == ({"received": 1, "waiting": 1}, 2, 1)
    november = found.months[-1]
    assert (november.filed, november.in_time, november.late) == (5, 1, 1)
    (kind,) = found.kinds
    assert (kind.filed, kind.open, kind.overdue, kind.in_time, kind.late) == (5, 2, 1, 1, 1)
    assert kind.rating == Decimal("4.5")
    assert counted().requests.overdue == 2


def _sent(seen: CaptureQueriesContext) -> list[str]:
    """Without what a test's own transaction adds."""
    return [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]


def test_thirteen_queries_whatever_there_is(town: Town) -> None:
    town.send(town.first, at(15))
    town.pay(at(3), {town.first: "1.00"})
    with CaptureQueriesContext(connection) as seen:
        counted()
    assert len(_sent(seen)) == 13
    with CaptureQueriesContext(connection) as again:
        counted()
    assert len(_sent(again)) == 11, "open accounts are counted once for each version of billing's data"

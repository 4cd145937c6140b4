"""Gateway, portal and billing about one day, through the tables."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.payments import connections, differences
from abonent.payments.gateway import GatewayUnavailable, StatementLine
from abonent.payments.models import Difference, Payment, ReconciledDay, Registry, RegistryRow
from abonent.payments.operations import bank_calls
from abonent.payments.operations import differences as by_staff
from abonent.payments.operations.reconciling import Reconciled, reconcile, reconcile_lately
from abonent.payments.operations.registries import resolve_row, take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.profile import CallingBank, Paying
from abonent.users.models import AuditEvent, User
from tests.payments.bank_calls import bank as calling_bank
from tests.payments.bank_calls import pay as call_of
from tests.payments.conftest import NOW, Till
from tests.payments.fake_gateway import FakeGateway

DAY = date(2026, 11, 21)
MORNING = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)  # 08:10 of the next day in Almaty
KASPI: CallingBank = calling_bank()


class Listing(FakeGateway):
    """A gateway whose list of each day is what a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[date, list[StatementLine]] = {}
        self.silent = False

    def statement(self, day: date) -> list[StatementLine] | None:
        if self.silent:
            raise GatewayUnavailable("the list is not ready")
        return self.lists.get(day, [])

    def lists_payment(self, payment: Payment, amount: str = "1010.00", day: date = DAY) -> None:
        book = self.books[payment.public_id]
        line = StatementLine(book.gateway_id, payment.public_id, "payment", Decimal(amount), NOW)
        self.lists.setdefault(day, []).append(line)

    def lists_refund(self, payment: Payment, gateway_id: str, amount: str, day: date = DAY) -> None:
        parent = self.books[payment.public_id].gateway_id
        line = StatementLine(gateway_id, "", "refund", Decimal(amount), NOW, parent=parent)
        self.lists.setdefault(day, []).append(line)


@pytest.fixture
def bank(paying: Paying, settings: Any) -> Iterator[Listing]:
    """One way of paying, one bank that calls."""
    only = Paying(methods=paying.methods[:1], banks=[KASPI])
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": only})
    gateway = Listing()
    with connections.use("card", gateway):
        yield gateway


def run(day: date = DAY, now: datetime = MORNING) -> Reconciled:
    return reconcile(day=day, now=now)


def kinds(found: Reconciled) -> list[tuple[str, str]]:
    return [(one.kind, one.owner) for one in found.open]


def told(confirmed: bool = False, at: datetime = NOW) -> None:
    """Billing knows of all that is booked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_toldpayment (payment_id, batch, told_at, confirmed_at)"
            " SELECT id, 1, %s, %s FROM ledger_payment"
            " WHERE id NOT IN (SELECT payment_id FROM ledger_toldpayment)",
            [at, at if confirmed else None],
        )


def test_a_day_that_agrees_has_one_figure_three_times(till: Till, bank: Listing) -> None:
    bank.lists_payment(till.paid())
    told(confirmed=True)
    found = run(now=MORNING + timedelta(days=30))
    assert found.open == ()
    [columns] = found.totals
    assert columns.source == "online:card"
    assert {columns.gateway, columns.portal, columns.told, columns.confirmed} == {Decimal("1000.00")}
    assert Registry.objects.get().source == "statement:card"


def test_what_the_list_does_not_have_is_the_gateways(till: Till, bank: Listing) -> None:
    payment = till.paid()
    found = run()
    assert kinds(found) == [("missing_there", "gateway")]
    row = Difference.objects.get()
    assert (row.reference, row.payment_id, row.ours, row.theirs) == (
        payment.public_id,
        payment.pk,
        Decimal("1010.00"),
        None,
    )
    assert row.organisation_id == Account.objects.get(key="700").organisation_id


def test_without_a_list_nothing_is_missing_there(till: Till, bank: Listing) -> None:
    till.paid()
    bank.silent = True
    found = run()
    assert kinds(found) == []
    assert found.statements.unavailable == {"card": "the list is not ready"}
    assert found.totals[0].gateway is None


def test_the_list_of_today_is_not_asked_for(till: Till, bank: Listing) -> None:
    till.paid()
    assert run(now=NOW).open == ()
    assert Registry.objects.count() == 0


def test_a_line_of_the_next_day_is_found(till: Till, bank: Listing) -> None:
    """Midnight is not at the same moment for everybody."""
    bank.lists_payment(till.paid(), day=DAY + timedelta(days=1))
    assert kinds(run()) == [("missing_there", "gateway")]
    later = MORNING + timedelta(days=1)
    run(DAY + timedelta(days=1), now=later)
    told()
    found = run(now=later)
    assert (kinds(found), found.settled) == ([], 1)


def test_the_gateways_list_decides_about_a_payment_that_hangs(till: Till, bank: Listing) -> None:
    """Every notice and answer was lost: the list says that it is paid, and it is booked."""
    payment = till.pay()
    bank.lists_payment(payment)
    found = run()
    payment.refresh_from_db()
    assert (payment.state, found.open) == ("booked", ())


def test_money_there_that_is_nobodys_here_is_the_portals(till: Till, bank: Listing, clerk: User) -> None:
    bank.lists[DAY] = [StatementLine("g-77", "", "payment", Decimal("50.00"), NOW)]
    assert kinds(run()) == [("missing_here", "portal")]
    assert Difference.objects.get().theirs == Decimal("50.00")
    resolve_row(row_id=RegistryRow.objects.get().pk, number="000700", staff=clerk, now=MORNING)
    found = run()
    assert (kinds(found), found.settled) == ([], 1)


def test_another_amount_there_is_a_difference_to_the_kopeck(till: Till, bank: Listing) -> None:
    bank.lists_payment(till.paid(), "1010.01")
    assert kinds(run()) == [("amount", "gateway")]
    row = Difference.objects.get()
    assert (row.ours, row.theirs) == (Decimal("1010.00"), Decimal("1010.01"))


def test_a_payment_of_another_amount_waits_for_staff(till: Till, bank: Listing) -> None:
    payment = till.pay()
    bank.pay(payment.public_id, amount=Decimal("1.00"), at=till.now)
    till.ask(payment)
    bank.lists_payment(payment, "1.00")
    assert kinds(run()) == [("review", "portal")]


def test_refunds_of_both_sides_are_compared(till: Till, bank: Listing) -> None:
    payment = till.paid()
    bank.lists_payment(payment)
    till.refund(payment, "400.00")
    assert kinds(run()) == [("refund", "gateway")]
    bank.lists_refund(payment, "r-1", "400.00")
    found = run()
    assert (kinds(found), found.settled) == ([], 1)
    assert found.totals[0].gateway == found.totals[0].portal == Decimal("600.00")


def test_a_refund_of_the_commission_too_leaves_three_equal_columns(till: Till, bank: Listing) -> None:
    payment = till.paid()
    bank.lists_payment(payment)
    for amount in ("999.00", "11.00"):
        till.refund(payment, amount)
        bank.lists_refund(payment, f"r-{amount}", amount)
    [columns] = run().totals
    assert columns.gateway == columns.portal == Decimal("0.00")


def test_a_refund_that_only_the_gateway_knows_is_a_difference(till: Till, bank: Listing) -> None:
    payment = till.paid()
    bank.lists_payment(payment)
    bank.lists_refund(payment, "r-9", "10.00")
    assert kinds(run()) == [("refund", "gateway")]
    row = Difference.objects.get()
    assert (row.ours, row.theirs) == (Decimal("0.00"), Decimal("10.00"))


def test_what_billing_was_not_told_or_did_not_say_back(till: Till, bank: Listing) -> None:
    """One difference for each entry: the payment has two accounts."""
    bank.lists_payment(till.paid())
    assert kinds(run(now=NOW + timedelta(hours=23))) == []
    assert kinds(run(now=NOW + timedelta(hours=25))) == [("not_told", "portal")] * 2
    told(at=NOW + timedelta(hours=26))
    assert kinds(run(now=NOW + timedelta(days=10))) == []
    assert kinds(run(now=NOW + timedelta(days=12))) == [("not_confirmed", "billing")] * 2


def test_a_payment_that_hangs_is_the_gateways(till: Till, bank: Listing) -> None:
    till.pay()
    assert kinds(run(now=NOW + timedelta(hours=24))) == []  # it could be paid for an hour
    assert kinds(run(now=NOW + timedelta(hours=26))) == [("hanging", "gateway")]


# Banks that call


def called(txn_id: str, amount: str) -> None:
    query = {name: [value] for name, value in call_of("700", amount, txn_id, "20261121140000").items()}
    assert bank_calls.answer_call(bank=KASPI, query=query, now=NOW).result == 0


def bank_lists(*rows: tuple[str, str, str]) -> None:
    """A registry of the bank: operation, account, amount."""
    given = [
        RowGiven(line=n, operation=operation, account=account, paid_on=DAY, amount=Decimal(amount))
        for n, (operation, account, amount) in enumerate(rows, start=1)
    ]
    name = "-".join(operation for operation, _, _ in rows)
    take_registry(
        source="registry:kaspi", format="x", name=name, checksum=name, rows=given, loaded_by="", now=MORNING
    )


def test_a_banks_calls_and_its_registry_agree(home: Account, bank: Listing) -> None:
    called("1", "100.00")
    bank_lists(("1", "700", "100.00"), ("2", "700", "50.00"))
    told(confirmed=True)
    found = run(now=MORNING + timedelta(days=30))
    assert found.open == ()
    columns, empty = found.totals
    assert (columns.source, empty.source, empty.gateway) == ("bank:kaspi", "online:card", Decimal(0))
    assert {columns.gateway, columns.portal, columns.confirmed} == {Decimal("150.00")}


def test_a_registry_that_came_before_the_call_counts_once(home: Account, bank: Listing) -> None:
    bank_lists(("1", "700", "100.00"))
    called("1", "100.00")
    columns, _ = run().totals
    assert columns.gateway == columns.portal == Decimal("100.00")
    assert Difference.objects.count() == 0


def test_a_call_that_the_banks_registry_does_not_have_or_has_otherwise(home: Account, bank: Listing) -> None:
    called("1", "100.00")
    called("2", "200.00")
    assert kinds(run()) == []  # there is no registry of the day yet
    bank_lists(("2", "700", "200.01"))
    assert sorted(kinds(run())) == [("amount", "gateway"), ("missing_there", "gateway")]


def test_a_row_that_fits_nobody_is_the_portals_after_a_day(home: Account, bank: Listing, clerk: User) -> None:
    bank_lists(("1", "999", "100.00"))
    assert kinds(run(now=MORNING + timedelta(hours=24))) == []
    assert kinds(run(now=MORNING + timedelta(hours=25))) == [("unmatched", "portal")]
    resolve_row(row_id=RegistryRow.objects.get().pk, number="700", staff=clerk, now=MORNING)
    assert run(now=MORNING + timedelta(hours=25)).settled == 1


# Runs, staff, reads


def test_a_run_again_keeps_the_age_and_whose_it_is(till: Till, bank: Listing, clerk: User) -> None:
    bank.lists_payment(till.paid(), "1010.01")
    assert run().new == 1
    row = Difference.objects.get()
    by_staff.take_over(difference_id=row.pk, staff=clerk, now=MORNING)
    by_staff.note(difference_id=row.pk, text=" the bank was asked ", staff=clerk, now=MORNING)
    later = run(now=MORNING + timedelta(hours=5))
    assert (later.new, later.settled) == (0, 0)
    [found] = differences.open_differences(now=MORNING + timedelta(hours=5))
    assert (found.age, found.taken_by, found.note) == (timedelta(hours=5), "clerk", "the bank was asked")
    assert found.payment_public_id == till.made[0].public_id
    assert found.name("ru") == "Банк card"
    assert differences.open_count() == differences.OpenCount(1, MORNING)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert [one for one in actions if one.startswith("difference")] == [
        "difference_taken",
        "difference_noted",
    ]


def test_a_settled_difference_that_comes_back_is_a_new_one(till: Till, bank: Listing) -> None:
    payment = till.paid()
    run()
    bank.lists_payment(payment)
    assert run(now=MORNING + timedelta(hours=1)).settled == 1
    RegistryRow.objects.all().delete()
    bank.silent = True
    assert run(now=MORNING + timedelta(hours=2)).new == 1
    assert [one.settled_at is None for one in Difference.objects.order_by("pk")] == [False, True]
    assert Difference.objects.latest("pk").found_at == MORNING + timedelta(hours=2)


def test_only_what_no_run_can_settle_is_settled_by_a_person(
    home: Account, bank: Listing, clerk: User
) -> None:
    called("1", "100.00")
    other = {name: [value] for name, value in call_of("700", "999.00", "1", "20261121140000").items()}
    bank_calls.answer_call(bank=KASPI, query=other, now=NOW)
    row = Difference.objects.get()
    assert run().settled == 0
    with pytest.raises(by_staff.NoteNeeded):
        by_staff.settle(difference_id=row.pk, text=" ", staff=clerk, now=MORNING)
    by_staff.settle(difference_id=row.pk, text="the bank's mistake", staff=clerk, now=MORNING)
    assert differences.open_count().count == 0
    for act in (by_staff.take_over, by_staff.note, by_staff.settle):
        more = {} if act is by_staff.take_over else {"text": "x"}
        with pytest.raises(by_staff.NoSuchDifference):
            act(difference_id=row.pk, staff=clerk, now=MORNING, **more)


def test_what_a_run_settles_no_person_does(till: Till, bank: Listing, clerk: User) -> None:
    till.paid()
    run()
    with pytest.raises(by_staff.SettlesItself):
        by_staff.settle(difference_id=Difference.objects.get().pk, text="x", staff=clerk, now=MORNING)


def test_staff_of_an_organisation_see_its_own(till: Till, bank: Listing, clerk: User) -> None:
    till.paid()
    run()
    row = Difference.objects.get()
    ours = row.organisation_id
    assert ours is not None
    assert len(differences.open_differences(now=MORNING, organisation_id=ours)) == 1
    assert differences.open_differences(now=MORNING, organisation_id=ours + 1) == []
    assert differences.difference_facts(row.pk, now=MORNING, organisation_id=ours + 1) is None
    assert differences.difference_facts(row.pk, now=MORNING, organisation_id=ours) is not None
    with pytest.raises(by_staff.NoSuchDifference):
        by_staff.take_over(difference_id=row.pk, staff=clerk, organisation_id=ours + 1, now=MORNING)


def test_days_are_shown_as_last_reconciled_with_what_is_open(till: Till, bank: Listing) -> None:
    bank.lists_payment(till.paid(), "1010.01")
    run()
    [row] = differences.days(first=DAY, last=DAY)
    assert row == (
        DAY,
        "online:card",
        Decimal("1010.01"),
        Decimal("1000.00"),
        Decimal("0.00"),
        Decimal("0.00"),
        1,
        MORNING,
    )
    assert ReconciledDay.objects.count() == 1


def test_the_daily_run_looks_at_the_last_days_and_at_what_is_open(till: Till, bank: Listing) -> None:
    bank.lists_payment(till.paid())
    told(confirmed=True)
    Difference.objects.create(
        day=date(2026, 9, 1),
        kind="missing_there",
        source="online:card",
        reference="x",
        owner="gateway",
        found_at=NOW,
    )
    found = reconcile_lately(now=MORNING)
    assert [one.day for one in found][:2] == [date(2026, 9, 1), date(2026, 11, 6)]
    assert found[-1].day == DAY
    assert len(found) == 17
    assert Difference.objects.filter(settled_at=None).count() == 0
    assert Registry.objects.count() == 3  # of the last three days


def test_a_day_costs_as_many_queries_with_more_payments(
    till: Till, bank: Listing, django_assert_num_queries: Callable[..., Any]
) -> None:
    from abonent.payments.reconciliation_facts import facts_of

    for number in (1, 5):
        for _ in range(number):
            bank.lists_payment(till.paid())
        run()
        with django_assert_num_queries(10):
            facts_of(DAY)

"""The undo of the last run: what it changed is as it was, what it brought is gone, or nothing happens at
all."""

from argparse import Namespace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from abonent.accounts.models import Account, AccountLink, LastPayment
from abonent.base.months import Month
from abonent.exchange import cli
from abonent.exchange.models import BeforeImage, Run
from abonent.exchange.operations import undo_month
from abonent.exchange.runs import MovedOnError, ask_undo, undo
from abonent.exchange.undoing import NotUndoneError, what_comes_back
from abonent.ledger.models import Charge, LoadedMonth, Payment
from abonent.ledger.months import NothingToUndoError
from abonent.metering.models import Meter, Reading, Submission, SubmittedReading
from abonent.portal.models import DataVersion, Organisation, Service
from abonent.users.models import AuditEvent, User
from tests.exchange.conftest import NOW, example

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
CHARGES = "account,month,service,opening,accrued,corrections,paid,closing\n"
TABLES = (
    "portal_organisation",
    "portal_service",
    "metering_meter",
    "metering_reading",
    "accounts_lastpayment",
    "ledger_charge",
)


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk", "clerk@example.kz", "a long password of mine")


def state() -> dict[str, Any]:
    """All that billing tells, but for payments, of which the sums count, and the accounts' own counters."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT row::text FROM {table} AS row ORDER BY 1")
            found[table] = cursor.fetchall()
        cursor.execute("SELECT to_jsonb(a) - 'owner_version' FROM accounts_account a ORDER BY id")
        found["accounts"] = cursor.fetchall()
        cursor.execute("SELECT account_id, sum(amount) FROM ledger_payment GROUP BY 1 ORDER BY 1")
        found["payments"] = [row for row in cursor.fetchall() if row[1]]
        cursor.execute("SELECT month, rows, totals, table_name FROM ledger_loadedmonth ORDER BY 1")
        found["months"] = cursor.fetchall()
    return found


def undone(clerk: User) -> Run:
    run = Run.objects.get(undoable=True)
    ask_undo(run_id=run.pk, by=clerk, address=None, now=LATER)
    undo(run_id=run.pk, now=LATER)
    run.refresh_from_db()
    assert run.state == "undone", run.reason
    return run


def more(**changes: str) -> dict[str, str]:
    """The example with rows added to its files."""
    return {name: example()[name] + rows for name, rows in changes.items()}


def test_a_run_that_changed_everything_is_undone(bundle: Any, load: Any, clerk: User) -> None:
    load(bundle())
    before, version = state(), DataVersion.objects.get().version
    files = more(
        organisations="heat,Тепло,,,,,,,,,\n",
        services="warm,heat,,9,Отопление,,,Гкал,\n",
        accounts="0012347,heat,Ли Чан,ул. Новая 1,1,2,33.00,,2026-01-01,2026-01-01\n",
        meters="0012347,warm,NEW-1,1,5,,,,\n",
        readings="0012347,NEW-1,total,2026-10-24,customer,5\n",
        charges="0012347,2026-10,warm,0.00,10.00,0.00,0.00,10.00,1,10\n"
        "0012345,2026-11,power,4784.00,1.00,0.00,0.00,4785.00,1,1\n",
        payments="bank,2026-100020,0012345,2026-10-20,100.00,Kaspi,\n",
    )
    files["accounts"] = (
        files["accounts"].replace("Иванов Иван Иванович", "Петров Пётр").replace(",41.00,", ",42.50,")
    )
    files["meters"] = files["meters"].replace("power-day-night", "")
    files["readings"] = files["readings"].replace("7311.5", "7400")
    files["organisations"] = files["organisations"].replace("ТОО «АлматыЭнергоСбыт»", "Новое имя")
    assert load(bundle(**files)).outcome == "applied"
    assert Account.objects.get(number="0012346").payer == "Петров Пётр"
    assert state() != before

    run = undone(clerk)

    assert (run.state, run.undone_by, run.undone_at, run.undoable) == ("undone", clerk, LATER, False)
    assert state() == before
    assert DataVersion.objects.get().version == version + 2
    assert not BeforeImage.objects.exists()
    assert AuditEvent.objects.filter(action="import_undone", subject=f"import:{run.pk}").exists()
    with pytest.raises(NothingToUndoError):
        undo_month(month=Month(2026, 10), now=LATER)
    with pytest.raises(MovedOnError):
        ask_undo(run_id=run.pk, by=clerk, address=None, now=LATER)
    assert load(bundle(**files)).outcome == "applied", "the same bundle may come again"
    assert Account.objects.get(number="0012346").payer == "Петров Пётр"


def test_a_part_of_a_month_is_undone_row_by_row(bundle: Any, load: Any, clerk: User) -> None:
    accounts = "number,organisation,payer,address\n" + "".join(f"{at},aes,Ким,Абая\n" for at in range(1, 41))
    charges = CHARGES + "".join(f"{at},2026-10,power,0,10,0,0,10\n" for at in range(1, 40))
    load(bundle(accounts=accounts, charges=charges, meters=None, readings=None, payments=None))
    before = state()
    few = CHARGES + "1,2026-10,power,0,11,0,0,11\n2,2026-10,power,0,10,0,0,10\n40,2026-10,power,0,7,0,0,7\n"
    report = load(bundle(only=True, charges=few))
    assert report.plan.months[0].way == "part"
    undone(clerk)
    assert state() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'ledger\\_charge\\_2026%'"
        )
        assert cursor.fetchone() == (1,), "what was kept for the undo is swept"


def test_payments_are_reversed_and_booked_again_when_they_come_again(
    bundle: Any, load: Any, clerk: User
) -> None:
    load(bundle())
    known = Payment.objects.count()
    files = more(payments="bank,2026-100020,0012345,2026-10-20,100.00,Kaspi,\n")
    load(bundle(**files))
    assert LastPayment.objects.get(account__number="0012345").amounts == [Decimal("100.00")]
    undone(clerk)
    of = Payment.objects.filter(account__number="0012345").order_by("pk")
    assert [one.amount for one in of] == [Decimal("1500.00"), Decimal("100.00"), Decimal("-100.00")]
    assert LastPayment.objects.get(account__number="0012345").amounts == [Decimal("1500.00")]
    for _ in range(2):
        report = load(bundle(**files))
        assert (report.plan.files["payments"].new, report.plan.files["payments"].changed) == (0, 1)
        assert sum(one.amount for one in of.all()) == Decimal("1600.00")
        assert load(bundle(**files)).outcome == "nothing to do"
        undone(clerk)
        assert sum(one.amount for one in of.all()) == Decimal("1500.00")
    assert Payment.objects.count() == known + 1 + 1 + 4


def test_what_stands_on_a_new_row_keeps_the_run(bundle: Any, load: Any, clerk: User) -> None:
    load(bundle())
    load(bundle(**more(accounts="0012347,aes,Ли Чан,ул. Новая 1,1,2,33.00,,2026-01-01,\n")))
    account = Account.objects.get(number="0012347")
    AccountLink.objects.create(user=clerk, account=account, method="code", created_at=LATER)
    before = state()
    run = Run.objects.get(undoable=True)
    with pytest.raises(NotUndoneError) as refused:
        ask_undo(run_id=run.pk, by=clerk, address=None, now=LATER)
    assert refused.value.blocks == (("accounts_accountlink", 1),)
    Run.objects.filter(pk=run.pk).update(state="undo_asked")  # the link came after the button was pressed
    undo(run_id=run.pk, now=LATER)
    run.refresh_from_db()
    assert (run.state, run.reason, run.undoable) == ("applied", "undo: accounts_accountlink: 1", True)
    assert state() == before


def test_a_payment_on_a_new_account_keeps_the_run(bundle: Any, load: Any, clerk: User) -> None:
    load(bundle())
    rows = more(
        accounts="0012347,aes,Ли Чан,ул. Новая 1,1,2,33.00,,2026-01-01,\n",
        payments="bank,2026-100020,0012347,2026-10-20,100.00,Kaspi,\n",
    )
    load(bundle(**rows))
    with pytest.raises(NotUndoneError) as refused:
        ask_undo(run_id=Run.objects.get(undoable=True).pk, by=clerk, address=None, now=LATER)
    assert refused.value.blocks == (("ledger_payment", 1),)


def test_a_new_owners_link_keeps_the_run_and_links_that_ended_stay_ended(
    bundle: Any, load: Any, clerk: User
) -> None:
    load(bundle())
    account = Account.objects.get(number="0012345")
    link = AccountLink.objects.create(user=clerk, account=account, method="code", created_at=NOW)
    files = {"accounts": example()["accounts"].replace("2021-07-15", "2026-11-01")}
    load(bundle(**files))
    link.refresh_from_db()
    assert link.ended_at is not None
    run = Run.objects.get(undoable=True)
    since = AccountLink.objects.create(
        user=clerk, account=account, method="code", created_at=run.finished_at + timedelta(minutes=1)
    )
    with pytest.raises(NotUndoneError) as refused:
        ask_undo(run_id=run.pk, by=clerk, address=None, now=LATER)
    assert refused.value.blocks == (("links_since", 1),)
    AccountLink.objects.filter(pk=since.pk).update(ended_at=LATER)
    undone(clerk)
    account.refresh_from_db()
    assert (str(account.owner_since), account.owner_version) == ("2021-07-15", 2)
    assert not AccountLink.objects.filter(ended_at=None).exists()


def test_the_first_load_is_undone_to_an_empty_portal(bundle: Any, load: Any, clerk: User) -> None:
    load(bundle(payments=None))
    undone(clerk)
    for model in (Account, Meter, Reading, Service, Organisation, Charge, LoadedMonth):
        assert not model.objects.exists(), model
    assert load(bundle()).outcome == "applied"


def test_only_the_last_run_is_undoable(bundle: Any, load: Any, clerk: User) -> None:
    load(bundle())
    load(bundle(**more(accounts="0012347,aes,Ли Чан,ул. Новая 1,1,2,33.00,,2026-01-01,\n")))
    assert list(Run.objects.order_by("pk").values_list("undoable", flat=True)) == [False, True]
    load(bundle(**more(charges="0012345,2026-11,power,4784.00,1.00,0.00,0.00,4785.00,1,1\n")))
    undo_month(month=Month(2026, 11), now=LATER)
    assert not Run.objects.filter(undoable=True).exists(), "a month went back by itself"


def test_answers_are_taken_back_but_for_rejections_that_were_told(
    bundle: Any, load: Any, clerk: User
) -> None:
    load(bundle())
    meters = list(Meter.objects.order_by("pk"))
    submission = Submission.objects.create(
        account=meters[1].account, way="cabinet", key="k", submitted_at=NOW
    )
    sent = [
        SubmittedReading.objects.create(
            submission=submission,
            meter=meter,
            scale="total",
            period=Month(2026, 11),
            taken_on=NOW.date(),
            value=at,
            state="sent",
            batch=1,
            sent_at=NOW,
        )
        for at, meter in enumerate([*meters, Meter.objects.create(**third(meters[1]))])
    ]
    head = "reading,state,reason,month\n"
    rows = f"{sent[0].pk},accepted,,\n{sent[1].pk},rejected,чужой,\n{sent[2].pk},rejected,нечитаемый,\n"
    assert load(bundle(only=True, answers=head + rows)).outcome == "applied"
    SubmittedReading.objects.filter(pk=sent[2].pk).update(told_at=LATER)
    run = Run.objects.get(undoable=True)
    assert what_comes_back(run).told == 1
    undone(clerk)
    states = SubmittedReading.objects.order_by("pk").values_list("state", "reason", "answered_at")
    assert list(states[:2]) == [("sent", "", None)] * 2
    assert states[2][:2] == ("rejected", "нечитаемый")


def third(meter: Meter) -> dict[str, Any]:
    return {"account": meter.account, "service": meter.service, "serial": "THIRD"}


def test_the_command_undoes_it_too(bundle: Any, load: Any, capsys: pytest.CaptureFixture[str]) -> None:
    load(bundle())
    before = state()
    load(bundle(**more(accounts="0012347,aes,Ли Чан,ул. Новая 1,1,2,33.00,,2026-01-01,\n")))
    options = Namespace(bundle=None, undo_month=None, undo_run=True)
    assert cli.run(options) == 0
    assert "bundle is undone" in capsys.readouterr().out
    assert state() == before
    assert cli.run(options) == 1
    assert "no run can be undone" in capsys.readouterr().err
    assert cli.run(Namespace(bundle=None, undo_month=None, undo_run=False)) == 2

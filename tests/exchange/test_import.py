"""A bundle comes in: all of it, once, and what the portal has afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from abonent.accounts.models import Account
from abonent.exchange.models import Run
from abonent.ledger.models import Charge, Payment
from abonent.metering.models import Meter, Reading
from abonent.portal.models import DataVersion, Organisation, Service

pytestmark = pytest.mark.django_db


def version() -> int:
    return DataVersion.objects.get().version


def test_the_documents_example_comes_in(bundle: Any, load: Any) -> None:
    before = version()
    report = load(bundle())
    assert report.outcome == "applied", report.problems
    assert report.problems == ()
    assert Organisation.objects.get().name_kk == "«АлматыЭнергоСбыт» ЖШС"
    assert Service.objects.get(code="power-day").parent == Service.objects.get(code="power")
    account = Account.objects.get(key="12345")
    assert (account.number, account.residents, account.area) == ("0012345", 3, Decimal("54.20"))
    assert len(account.public_id) == 22
    assert Meter.objects.get(serial="00781234").scales == 2
    assert Reading.objects.get(scale="night").value == Decimal("7311.500")
    charge = Charge.objects.get(account__key="12346")
    assert (charge.closing, charge.volume) == (Decimal("-558.10"), Decimal("100"))
    assert sum(Payment.objects.values_list("amount", flat=True)) == Decimal("4000.00")
    assert version() == before + 1
    run = Run.objects.get()
    assert run.state == "applied"
    assert run.counts["files"]["payments"] == [4, 0, 0]
    assert run.counts["months"]["2026-10"][0] == "new"


def everything() -> list[Any]:
    """All that billing told, for comparing."""
    models = [Organisation, Service, Account, Meter, Reading, Payment]
    rows = [sorted(model.objects.values_list(), key=str) for model in models]
    return [
        *rows,
        sorted(Charge.objects.values_list("account_id", "month", "service_id", "closing", "volume")),
    ]


def test_the_same_bundle_again_is_nothing_to_do(bundle: Any, load: Any) -> None:
    load(bundle())
    before, stamp = everything(), version()
    assert load(bundle()).outcome == "nothing to do"
    assert (everything(), version(), Run.objects.count()) == (before, stamp, 1)


def test_the_same_rows_after_something_else_are_unchanged(bundle: Any, load: Any) -> None:
    load(bundle())
    load(bundle(only=True, organisations="code,name_ru\nves,Весна\n"))
    before, stamp = everything(), version()
    report = load(bundle())
    assert report.outcome == "nothing to do"
    assert [one.way for one in report.plan.months] == ["unchanged"]
    assert {name: (taken.new, taken.changed) for name, taken in report.plan.files.items()} == dict.fromkeys(
        ["organisations", "services", "accounts", "meters", "readings", "payments", "answers"], (0, 0)
    )
    assert (everything(), version()) == (before, stamp)


def test_a_dry_run_plans_all_and_writes_nothing(bundle: Any, load: Any) -> None:
    before, stamp = everything(), version()
    report = load(bundle(), dry_run=True)
    assert report.outcome == "planned"
    assert report.plan.files["accounts"].new == 2
    assert [(str(one.month), one.way, one.new) for one in report.plan.months] == [("2026-10", "new", 4)]
    assert (everything(), version(), Run.objects.count()) == (before, stamp, 0)
    assert load(bundle()).outcome == "applied"


def test_rows_are_changed_by_their_key_and_others_stay(bundle: Any, load: Any) -> None:
    load(bundle())
    kept = Account.objects.get(key="12345")
    report = load(
        bundle(
            only=True,
            accounts="number,organisation,payer,address,flat\n12346,aes,Иванова Анна,ул. Абая,6\n",
        )
    )
    assert report.plan.files["accounts"].changed == 1
    changed = Account.objects.get(key="12346")
    assert (changed.number, changed.payer) == ("12346", "Иванова Анна")
    assert changed.residents == 1, "a column that is left out keeps what the portal has"
    assert Account.objects.get(key="12345").public_id == kept.public_id


def test_an_empty_value_empties_what_the_portal_has(bundle: Any, load: Any) -> None:
    load(bundle())
    text = 'number,organisation,payer,address,residents\n12345,aes,Ахметова Алия,"ул. Абая, 10",\n'
    load(bundle(only=True, accounts=text))
    assert Account.objects.get(key="12345").residents is None


def test_values_in_quotes_and_columns_in_any_order(bundle: Any, load: Any) -> None:
    text = '"payer","number","address","organisation"\n"ТОО ""Рога, копыта""","7","ул. Мира, 1","aes"\n'
    load(bundle(accounts=text, meters=None, readings=None, charges=None, payments=None))
    assert Account.objects.get().payer == 'ТОО "Рога, копыта"'


PAYMENT = "source,id,account,paid_on,amount,bank,service\n"


def test_a_payment_is_never_changed(bundle: Any, load: Any) -> None:
    load(bundle())
    before = everything()
    report = load(
        bundle(
            only=True, payments=PAYMENT + "bank,2026-100017,0012345,2026-10-12,1500.01,Халық банкі,power\n"
        )
    )
    assert report.outcome == "refused"
    (problem,) = report.problems
    assert (problem.line, problem.reason.split(":")[0]) == (2, "was booked before with other particulars")
    assert everything() == before


def test_a_payment_sent_again_with_a_new_one_books_the_new_one(bundle: Any, load: Any) -> None:
    load(bundle())
    again = "bank,2026-100017,12345,2026-10-12,1500,Халық банкі,power\n"
    report = load(bundle(only=True, payments=PAYMENT + again + "bank,9,12345,2026-11-02,10.5,,\n"))
    taken = report.plan.files["payments"]
    assert (taken.new, taken.changed, taken.unchanged) == (1, 0, 1)
    assert Payment.objects.count() == 5


def test_a_reading_of_another_source_stands_beside(bundle: Any, load: Any) -> None:
    load(bundle())
    head = "account,serial,scale,taken_on,source,value\n"
    load(bundle(only=True, readings=head + "12345,00781234,day,2026-10-24,inspector,15300\n"))
    values = dict(Reading.objects.filter(scale="day").values_list("source", "value"))
    assert values == {"customer": Decimal("15230"), "inspector": Decimal("15300")}


CHARGE = "account,month,service,opening,accrued,corrections,paid,closing\n"


def closings(month: str = "2026-10") -> dict[str, Decimal]:
    from abonent.base.months import Month

    rows = Charge.objects.filter(month=Month.parse(month)).values_list(
        "account__key", "service__code", "closing"
    )
    return {f"{account} {service}": closing for account, service, closing in rows}


def test_a_corrected_line_replaces_its_own_and_no_other(bundle: Any, load: Any) -> None:
    load(bundle())
    before = closings()
    report = load(
        bundle(only=True, charges=CHARGE + "12346,2026-10,power,-350.10,2392,-100,2500.10,-558.20\n")
    )
    (month,) = report.plan.months
    assert (month.way, month.changed, month.kept) == ("whole", 1, 3)
    assert closings() == before | {"12346 power": Decimal("-558.20")}


def many(accounts: range, *, opening: str = "0", accrued: str = "10.00", month: str = "2026-10") -> str:
    closing = Decimal(opening) + Decimal(accrued)
    return "".join(f"{at},{month},power,{opening},{accrued},0,0,{closing}\n" for at in accounts)


def town(accounts: range, organisation: str = "aes") -> str:
    lines = [f"{at},{organisation},Иванов Иван,ул. Абая 1\n" for at in accounts]
    return "number,organisation,payer,address\n" + "".join(lines)


def test_a_small_part_is_written_row_by_row(bundle: Any, load: Any) -> None:
    only = {"accounts": town(range(1, 41)), "meters": None, "readings": None, "payments": None}
    load(bundle(**only, charges=CHARGE + many(range(1, 41))))
    text = many(range(40, 41), accrued="11.00") + many(range(3, 4))
    report = load(bundle(only=True, charges=CHARGE + text))
    (month,) = report.plan.months
    assert (month.way, month.new, month.changed, month.unchanged, month.kept) == ("part", 0, 1, 1, 38)
    assert closings() == {f"{at} power": Decimal("10.00") for at in range(1, 40)} | {
        "40 power": Decimal("11.00")
    }


def test_a_month_replaced_and_undone_and_undone_again(bundle: Any, load: Any) -> None:
    from abonent.base.months import Month
    from abonent.exchange.operations import undo_month
    from tests.exchange.conftest import NOW

    load(bundle())
    first = closings()
    load(bundle(only=True, charges=CHARGE + "12346,2026-10,power,0,1,0,0,1\n12345,2026-10,power,0,2,0,0,2\n"))
    second, stamp = closings(), version()
    assert second != first
    undo_month(month=Month(2026, 10), now=NOW)
    assert (closings(), version()) == (first, stamp + 1)
    undo_month(month=Month(2026, 10), now=NOW)
    assert closings() == second
    undo_month(month=Month(2026, 10), now=NOW)
    assert load(bundle()).outcome == "nothing to do"


def test_the_undo_of_a_first_load_takes_the_month_away(bundle: Any, load: Any) -> None:
    from abonent.base.months import Month
    from abonent.exchange.operations import undo_month
    from tests.exchange.conftest import NOW

    load(bundle())
    undo_month(month=Month(2026, 10), now=NOW)
    assert closings() == {}
    undo_month(month=Month(2026, 10), now=NOW)
    assert len(closings()) == 4
    undo_month(month=Month(2026, 10), now=NOW)
    assert load(bundle()).plan.months[0].way == "new"
    assert len(closings()) == 4


def test_what_cannot_be_undone_says_why(bundle: Any, load: Any) -> None:
    from abonent.base.months import Month
    from abonent.exchange.operations import undo_month
    from abonent.ledger.months import NothingToUndoError
    from tests.exchange.conftest import NOW

    with pytest.raises(NothingToUndoError, match="never loaded"):
        undo_month(month=Month(2026, 10), now=NOW)
    only = {"accounts": town(range(1, 41)), "meters": None, "readings": None, "payments": None}
    load(bundle(**only, charges=CHARGE + many(range(1, 41))))
    load(bundle(only=True, charges=CHARGE + many(range(1, 2), accrued="3.00")))
    with pytest.raises(NothingToUndoError, match="in parts"):
        undo_month(month=Month(2026, 10), now=NOW)


TWO = {
    "organisations": "code,name_ru\naes,АЭС\nvoda,Водоканал\n",
    "services": "code,organisation,name_ru\npower,aes,Свет\nwater,voda,Вода\n",
    "accounts": town(range(1, 6)),
    "meters": None,
    "readings": None,
    "payments": None,
}


def water(accounts: range, amount: str = "5") -> str:
    return "".join(f"{at},2026-10,water,0,{amount},0,0,{amount}\n" for at in accounts)


def test_organisations_bundles_come_one_after_the_other(bundle: Any, load: Any) -> None:
    load(bundle(**TWO, charges=CHARGE + many(range(1, 6))))
    report = load(bundle(only=True, charges=CHARGE + water(range(1, 6))))
    assert [(one.way, one.new, one.kept) for one in report.plan.months] == [("whole", 5, 5)]
    assert len(closings()) == 10


def test_whole_months_take_out_the_organisations_own_rows_only(bundle: Any, load: Any) -> None:
    load(bundle(**TWO, charges=CHARGE + many(range(1, 6)) + water(range(1, 6))))
    report = load(bundle(only=True, charges=CHARGE + water(range(2, 4), "6")), whole_months=True)
    (month,) = report.plan.months
    assert (month.changed, month.gone, month.kept) == (2, 3, 5)
    power = {f"{at} power": Decimal("10.00") for at in range(1, 6)}
    assert closings() == power | {f"{at} water": Decimal("6.00") for at in (2, 3)}


def test_several_months_mixed_in_one_file(bundle: Any, load: Any) -> None:
    text = "".join(
        many(range(at, at + 1), month=month)
        for at in (12345, 12346)
        for month in ("2026-10", "2026-08", "2026-09")
    )
    report = load(bundle(charges=CHARGE + text))
    assert [(str(one.month), one.rows) for one in report.plan.months] == [
        ("2026-08", 2),
        ("2026-09", 2),
        ("2026-10", 2),
    ]
    assert closings("2026-08") == {"12345 power": Decimal("10"), "12346 power": Decimal("10")}


def test_a_new_owner_ends_the_links(bundle: Any, load: Any, django_user_model: Any) -> None:
    from abonent.accounts.models import AccountLink
    from tests.exchange.conftest import NOW

    load(bundle())
    alice = django_user_model.objects.create(login="alice", email="alice@example.kz")
    for key in ("12345", "12346"):
        account = Account.objects.get(key=key)
        AccountLink.objects.create(user=alice, account=account, method="code", created_at=NOW)
    head = "number,organisation,payer,address,owner_since\n"
    text = (
        "12345,aes,Ким Виктор,ул. Абая 10,2026-11-20\n12346,aes,Иванов Иван Иванович,ул. Абая 10,2020-01-01\n"
    )
    load(bundle(only=True, accounts=head + text))
    live = AccountLink.objects.filter(ended_at=None).values_list("account__key", flat=True)
    assert list(live) == ["12346"], "the day of an owner who was there before the link ends nothing"
    assert Account.objects.get(key="12345").owner_version == 2
    assert Account.objects.get(key="12346").owner_version == 1
    load(bundle(only=True, accounts=head + text))
    assert Account.objects.get(key="12345").owner_version == 2


def warnings(report: Any) -> list[str]:
    return [str(one) for one in report.problems if one.severity == "warning"]


def test_a_balance_that_does_not_add_up_is_kept_and_told(bundle: Any, load: Any) -> None:
    report = load(bundle(charges=CHARGE + "12345,2026-10,power,2065.60,921.49,0,0,2994.41\n"))
    assert report.outcome == "applied"
    (warning,) = warnings(report)
    assert warning == (
        "charges.csv line 2, closing: '2994.41' does not add up:"
        " opening + accrued + corrections - paid is 2987.09"
    )
    assert closings() == {"12345 power": Decimal("2994.41")}


@pytest.mark.parametrize("together", [True, False])
def test_what_does_not_follow_from_last_month_is_told(bundle: Any, load: Any, together: bool) -> None:
    only = {"accounts": town(range(1, 41)), "meters": None, "readings": None, "payments": None}
    september = many(range(1, 41), month="2026-09")
    october = many(range(1, 40), opening="10.00", accrued="20.00") + many(range(40, 41), accrued="20.00")
    if together:
        report = load(bundle(**only, charges=CHARGE + september + october))
    else:
        load(bundle(**only, charges=CHARGE + september))
        report = load(bundle(only=True, charges=CHARGE + october))
    assert warnings(report) == [
        "charges.csv, accrued: '800.00' is accrued in 2026-10 for power of aes,"
        " 2.0 times last month's 400.00",
        "charges.csv, opening: '0.00' opens 2026-10 for account 40, power; last month closed with 10.00",
    ]


def test_a_month_that_follows_is_not_doubted(bundle: Any, load: Any) -> None:
    only = {"accounts": town(range(1, 41)), "meters": None, "readings": None, "payments": None}
    load(bundle(**only, charges=CHARGE + many(range(1, 41), month="2026-09")))
    assert warnings(load(bundle(only=True, charges=CHARGE + many(range(1, 41), opening="10.00")))) == []


def test_accounts_that_vanish_and_residents_that_jump_are_told(bundle: Any, load: Any) -> None:
    load(bundle())
    text = 'number,organisation,payer,address,residents\n12345,aes,Ахметова Алия,"ул. Абая, 10",7\n'
    assert warnings(load(bundle(only=True, accounts=text), dry_run=True)) == [
        "accounts.csv, number: '0012346' is not mentioned any more",
        "accounts.csv line 2, residents: '7' residents jump from 3 for account 12345",
    ]

"""Files of banks are opened, recognised and taken, each whole or not at all; and the command."""

import argparse
import io
import json
import threading
import zipfile
from concurrent.futures import Future
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.base.identifiers import account_key
from abonent.exchange.registries import cli
from abonent.exchange.registries.loading import Asked, load_file
from abonent.exchange.registries.opening import contents
from abonent.ledger.models import Payment as Booked
from abonent.payments.models import Registry, RegistryRow
from abonent.payments.registry_file import BadRegistry, RowGiven
from abonent.portal.models import Organisation
from tests.exchange.conftest import NOW
from tests.exchange.registries import written
from tests.exchange.registries.test_formats import DAY, GOROD, SBER, row


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(
        code="ours", name_ru="Наша", name_kk="Біздің", bank_account=written.OURS
    )


@pytest.fixture
def account(organisation: Organisation) -> Account:
    number = "0110110581"
    return Account.objects.create(
        number=number, key=account_key(number), payer="П", address="А", organisation=organisation
    )


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def load(path: Path, **asked: Any) -> list[Any]:
    return list(load_file(path, Asked(**asked), loaded_by="clerk", now=NOW))


def test_sberbanks_file_is_booked(tmp_path: Path, account: Account) -> None:
    (report,) = load(put(tmp_path, "EPS1.y05", SBER))
    assert (report.rows, report.total, report.source) == (3, Decimal("1734.57"), "registry:sberbank")
    assert {state: one.rows for state, one in report.states.items()} == {"booked": 1, "unmatched": 2}
    booked = Booked.objects.get()
    assert (booked.account, booked.amount, booked.paid_on) == (account, Decimal("1234.56"), DAY)
    assert (booked.source, booked.external_id) == ("registry:sberbank", "350611123501")
    assert (booked.by_portal, booked.booked_at, booked.bank) == (True, NOW, "Сбербанк")
    registry = Registry.objects.get()
    assert (registry.format, registry.name, registry.loaded_by) == ("sberbank", "EPS1.y05", "clerk")
    (again,) = load(put(tmp_path, "copy.txt", SBER), bank="another")
    assert again.again
    assert RegistryRow.objects.count() == 3


def test_the_same_in_a_zip_and_in_another_encoding(tmp_path: Path, account: Account) -> None:
    utf8 = SBER.decode("cp1251").encode()
    first, second = load(put(tmp_path, "both.zip", zipped(("folder/a.txt", SBER), ("b.txt", utf8))))
    assert first.name == "both.zip/a.txt"
    assert {state: one.rows for state, one in second.states.items()} == {"repeated": 3}
    assert Booked.objects.count() == 1


def test_a_zip_stays_taken_up_to_the_registry_that_is_refused(tmp_path: Path, account: Account) -> None:
    path = put(tmp_path, "both.zip", zipped(("a.txt", SBER), ("b.txt", SBER[:-30])))
    with pytest.raises(BadRegistry, match=r"both\.zip/b\.txt.*trailer"):
        load(path)
    assert Registry.objects.get().name == "both.zip/a.txt"


def test_a_file_that_is_not_whole_is_refused_whole(tmp_path: Path, account: Account) -> None:
    path = put(tmp_path, "cut.txt", SBER.replace(b"1734,57", b"1734,58"))
    with pytest.raises(BadRegistry, match=r"cut\.txt, line 5: total '1734\.58'"):
        load(path)
    assert not Registry.objects.exists()
    assert not Booked.objects.exists()


def test_days_without_payments_are_each_taken(tmp_path: Path, organisation: Organisation) -> None:
    nothing = written.acquirer([]).encode()
    for name in ("2026-11-05.csv", "2026-11-06.csv"):
        assert load(put(tmp_path, name, nothing))[0].rows == 0
    assert load(put(tmp_path, "2026-11-06.csv", nothing))[0].again
    assert load(put(tmp_path, "empty.csv", b""), format="acquirer")[0].rows == 0
    assert Registry.objects.count() == 3


def test_the_organisations_own_statement(tmp_path: Path, account: Account) -> None:
    path = put(tmp_path, "kl_to_1c.txt", written.client_bank([row(purpose="л/с 110110581")]).encode("cp1251"))
    (report,) = load(path)
    assert report.source == "registry:bank"
    assert report.states["booked"].total == Decimal("100.00")
    other = written.client_bank([row()]).replace(written.OURS, "1" * 20).encode("cp1251")
    with pytest.raises(BadRegistry, match="is no account of an organisation here"):
        load(put(tmp_path, "theirs.txt", other))
    assert load(tmp_path / "theirs.txt", own_accounts=frozenset({"1" * 20}))[0].rows == 1


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRegistry, match=r"nowhere\.txt: cannot be read: No such file"):
        contents(tmp_path / "nowhere.txt")
    locked = put(tmp_path, "cut.zip", zipped(("a.txt", SBER * 100))[:200])
    with pytest.raises(BadRegistry, match="name it: --format"):
        load(locked)
    bomb = put(tmp_path, "bomb.zip", zipped(("a.txt", bytes(2_000_000)), ("b.txt", bytes(2_000_000))))
    with pytest.raises(BadRegistry, match=r"bomb\.zip/b\.txt.*is larger than"):
        contents(bomb, most_bytes=3_000_000)
    many = put(tmp_path, "many.zip", zipped(*((f"{at}.txt", b"") for at in range(21))))
    with pytest.raises(BadRegistry, match="holds 21 files"):
        contents(many)


def test_a_name_in_a_zip_moves_no_cursor(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zipped(("../\x1b[2Jb\n.txt", SBER)))
    assert [name for name, _ in contents(path)] == ["a.zip/?[2Jb?.txt"]


@pytest.mark.django_db(transaction=True)
def test_one_file_loaded_twice_at_once_is_taken_once(tmp_path: Path, account: Account) -> None:
    path = put(tmp_path, "EPS1.y05", SBER)
    together = threading.Barrier(2)

    def run(future: "Future[list[Any]]") -> None:
        try:
            together.wait(10)
            future.set_result(load(path))
        except BaseException as error:
            future.set_exception(error)
        finally:
            connection.close()

    futures: list[Future[list[Any]]] = [Future(), Future()]
    for future in futures:
        threading.Thread(target=run, args=[future]).start()
    assert sorted(future.result(30)[0].again for future in futures) == [False, True]
    assert (Registry.objects.count(), RegistryRow.objects.count(), Booked.objects.count()) == (1, 3, 1)


def abonent_payments(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.run(parser.parse_args([str(one) for one in arguments]))


def test_the_command(tmp_path: Path, account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    sber, gorod = put(tmp_path, "EPS1.y05", SBER), put(tmp_path, "gorod.txt", GOROD)
    assert abonent_payments("load", "--dry-run", sber) == 0
    assert not Registry.objects.exists()
    assert ": a dry run" in capsys.readouterr().out
    assert abonent_payments("load", sber, gorod) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "EPS1.y05: registry:sberbank, 3 rows, 1734.57: taken",
        "  booked           1           1234.56",
        "  unmatched        2            500.01",
        "  unmatched line 2: 350611123502, 2026-11-05, 500.00 (110110582)",
        '  unmatched line 3: 350611123503, 2026-11-06, 0.01 (000000017, ПЕТРОВА "А")',
    ]
    assert said.err.startswith(
        "abonent payments: gorod.txt: says no day, and there is none in its name; name it"
    )
    assert abonent_payments("load", gorod, "--day", "2026-11-05", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["registries"]
    assert (told["total"], told["states"]) == ("1734.56", {"unmatched": {"rows": 2, "total": "1734.56"}})
    assert abonent_payments("load", sber) == 0
    assert "taken before, nothing done" in capsys.readouterr().out


def test_the_command_lists_what_waits(tmp_path: Path, account: Account, capsys: Any) -> None:
    assert abonent_payments("unmatched") == 0
    assert capsys.readouterr().out == "Nothing waits.\n"
    abonent_payments("load", put(tmp_path, "EPS1.y05", SBER))
    capsys.readouterr()
    assert abonent_payments("unmatched", "--most", 1) == 0
    assert capsys.readouterr().out.splitlines() == [
        "EPS1.y05 line 2: 350611123502, 2026-11-05, 500.00 (110110582)",
        "2 rows wait for staff: /office/registries/",
    ]
    assert abonent_payments("unmatched", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["unmatched"], [one["amount"] for one in told["rows"]]) == (2, ["500.00", "0.01"])


@pytest.mark.parametrize(
    "wrong",
    [["--bank", "Сбер"], ["--day", "5.11.2026"], ["--account-pattern", "("], ["--account-pattern", "л/с"]],
)
def test_the_command_asked_wrongly(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        abonent_payments("load", "file", *wrong)


def test_a_registry_of_many_rows_is_streamed(tmp_path: Path, account: Account) -> None:
    """More rows than are booked by one statement."""
    rows = [
        RowGiven(0, str(at), date(2026, 11, 5), Decimal(at), account=account.number) for at in range(1, 4501)
    ]
    data = written.sberbank(rows).encode("cp1251")
    (report,) = load(put(tmp_path, "big.txt", data))
    assert report.states["booked"] == (4500, sum(one.amount for one in rows))
    assert Booked.objects.count() == 4500

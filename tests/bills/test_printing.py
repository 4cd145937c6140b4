"""A month for a print shop: files by house, flats in order, whole or absent, gone on with after a kill."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from abonent.base.months import Month
from abonent.bills import print_worker, printing
from abonent.bills.print_folder import FolderTaken, PrintFolder
from abonent.bills.print_worker import DataChanged, draw
from abonent.bills.printing import NothingToPrint, PrintProgress, print_month
from abonent.portal.models import DataVersion, Organisation
from tests.billed import LATEST, NOW, files, load

pytestmark = pytest.mark.django_db(transaction=True)
FLATS = ["100", "10а", "2", "10", "1", "3"]
ACCOUNTS = (
    "number,organisation,payer,address,flat\n"
    + "".join(
        f'0002{at:02d},ours,Житель {at},"г. Алматы, ул. Абая, 10/2",{flat}\n' for at, flat in enumerate(FLATS)
    )
    + "".join(
        f'0003{at:02d},ours,Сосед {at},"{house}",\n'
        for at, house in enumerate(["г. Алматы, ул. Әуезов, 7", "=../../etc/passwd", "пос. Ынтымақ"])
    )
    + 'H001,heat,Чужой,"г. Алматы, ул. Абая, 10/2",5\n'
    + '000399,ours,Без начислений,"г. Алматы, ул. Абая, 10/2",4\n'
)
NUMBERS = [f"0002{at:02d}" for at in range(6)] + [f"0003{at:02d}" for at in range(3)] + ["H001"]
CHARGES = "account,month,service,opening,accrued,corrections,paid,closing,tariff\n" + "".join(
    f"{number},2026-10,power,0.00,1{at}.00,0.00,0.00,1{at}.00,24.35\n" for at, number in enumerate(NUMBERS)
)


@pytest.fixture
def ours(transactional_db: None, tmp_path: Path) -> Organisation:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    small = files(accounts=ACCOUNTS, charges=CHARGES)
    load(bundle, {name: small[name] for name in ("organisations", "services", "accounts", "charges")})
    return Organisation.objects.get(code="ours")


def _print(organisation: Organisation, folder: Path, **how: Any) -> PrintProgress:
    return print_month(month=LATEST, organisation=organisation, folder=folder, now=NOW, **how)


def _index(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _pdf(path: Path) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(path.read_bytes())


def _text(path: Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in _pdf(path))


def test_a_file_for_each_house_with_its_flats_in_order(ours: Organisation, tmp_path: Path) -> None:
    seen: list[PrintProgress] = []
    done = _print(ours, tmp_path / "out", progress=seen.append)
    assert (done.total, done.receipts, done.files, done.kept) == (9, 9, 4, 0)
    assert [one.receipts for one in seen] == sorted(one.receipts for one in seen)
    rows = _index(tmp_path / "out")
    house = next(row for row in rows if row["house"] == "г. Алматы, ул. Абая, 10/2")
    printed = re.findall(r"Житель (\d)", _text(tmp_path / "out" / house["file"]))
    assert list(dict.fromkeys(printed)) == ["4", "2", "5", "3", "1", "0"]  # flats 1, 2, 3, 10, 10а, 100
    assert house["receipts"] == "6"
    everything = "".join(_text(tmp_path / "out" / row["file"]) for row in rows)
    assert "Чужой" not in everything
    assert "Без начислений" not in everything


def test_the_index_tells_what_is_in_the_folder(ours: Organisation, tmp_path: Path) -> None:
    _print(ours, tmp_path / "out")
    rows = _index(tmp_path / "out")
    assert list(rows[0]) == ["house", "file", "receipts", "pages", "sha256"]
    assert {row["file"] for row in rows} == {path.name for path in (tmp_path / "out").glob("*.pdf")}
    for row in rows:
        path = tmp_path / "out" / row["file"]
        assert row["sha256"] == sha256(path.read_bytes()).hexdigest()
        assert int(row["pages"]) == len(_pdf(path))
        assert path.resolve().parent == (tmp_path / "out").resolve()
        assert re.fullmatch(r"\d{5}-[a-z0-9-]+\.pdf", row["file"])
    assert {path.parent for path in tmp_path.rglob("*.pdf")} == {tmp_path / "out"}
    assert [row["house"] for row in rows if "etc" in row["house"]] == ["'=../../etc/passwd"], "no formula"


def test_a_long_house_has_parts_and_a_sheet_its_back(
    ours: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "PER_FILE", 4)
    _print(ours, tmp_path / "out", back=True)
    parts = [row for row in _index(tmp_path / "out") if "10/2" in row["house"]]
    assert [(row["receipts"], row["file"][-10:]) for row in parts] == [
        ("4", "part-1.pdf"),
        ("2", "part-2.pdf"),
    ]
    assert [int(row["pages"]) for row in parts] == [8, 4]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["draw", "written", "remembered"])
def test_killed_anywhere_it_goes_on_and_keeps_what_is_whole(
    step: str, ours: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def dying(*args: Any) -> Any:
        calls.append(step)
        if len(calls) < 3:
            return draw(*args)
        if step == "written":
            draw(*args)
        raise Killed

    def remember(self: PrintFolder, file: Any) -> None:
        calls.append(file.file)
        if len(calls) == 3:
            raise Killed
        kept(self, file)

    kept = PrintFolder.remember
    if step == "remembered":
        monkeypatch.setattr(PrintFolder, "remember", remember)
    else:
        monkeypatch.setattr(print_worker, "draw", dying)
    with pytest.raises(Killed):
        _print(ours, tmp_path / "out")
    assert not (tmp_path / "out" / "index.csv").exists()
    monkeypatch.undo()
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.pdf")}
    done = _print(ours, tmp_path / "out")
    assert done.receipts == 9
    assert done.kept > 0, "what was written is not drawn again"
    assert not list((tmp_path / "out").glob(".*"))
    _print(ours, tmp_path / "whole")
    assert _index(tmp_path / "out") == _index(tmp_path / "whole"), "as if it had not been killed"
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.pdf")}
    assert sum(before[name] == after[name] for name in before) >= 1


def test_a_second_time_everything_is_kept_but_what_was_spoilt(ours: Organisation, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _print(ours, out)
    first = _index(out)
    assert _print(ours, out).kept == 9
    (out / first[0]["file"]).write_bytes(b"%PDF cut sh")
    (out / first[1]["file"]).unlink()
    done = _print(ours, out)
    assert done.receipts - done.kept == int(first[0]["receipts"]) + int(first[1]["receipts"])
    assert _index(out) == first


def test_a_folder_holds_one_print_of_one_state_of_the_data(ours: Organisation, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _print(ours, out)
    with pytest.raises(FolderTaken, match="back False"):
        _print(ours, out, back=True)
    DataVersion.objects.update(version=99)
    with pytest.raises(FolderTaken, match="data_version"):
        _print(ours, out)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.pdf").write_bytes(b"mine")
    with pytest.raises(FolderTaken, match="PDFs here already"):
        _print(ours, other)
    assert (other / "letter.pdf").read_bytes() == b"mine"


def test_two_do_not_write_into_one_folder(ours: Organisation, tmp_path: Path) -> None:
    def again(_: PrintProgress) -> None:
        with pytest.raises(FolderTaken, match="another print is writing"):
            _print(ours, tmp_path / "out")

    assert _print(ours, tmp_path / "out", progress=again).receipts == 9


def test_an_import_in_between_is_noticed(ours: Organisation, tmp_path: Path) -> None:
    def imported(_: PrintProgress) -> None:
        DataVersion.objects.update(version=99)

    with pytest.raises(DataChanged):
        _print(ours, tmp_path / "out", progress=imported)
    assert not (tmp_path / "out" / "index.csv").exists()


def test_a_month_without_charges_prints_nothing(ours: Organisation, tmp_path: Path) -> None:
    with pytest.raises(NothingToPrint):
        print_month(month=Month(2026, 11), organisation=ours, folder=tmp_path / "out", now=NOW)
    assert not (tmp_path / "out").exists()


def test_the_command_killed_with_its_processes_and_gone_on_with(ours: Organisation, tmp_path: Path) -> None:
    """SIGKILL of the command: the processes that draw end with it, and the next run goes on."""
    out = tmp_path / "out"
    arguments = ["bills", "print", "--month", "2026-10", "--organisation", "ours", "--to", str(out)]
    command = [sys.executable, "-m", "abonent", *arguments, "--processes", "2"]
    process = subprocess.Popen(command, start_new_session=True)
    until = time.monotonic() + 60
    while len(list(out.glob("*.pdf"))) < 2 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    while _lives(process.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _lives(process.pid), "the processes that draw ended with it"
    assert _print(ours, out).receipts == 9
    _print(ours, tmp_path / "whole")
    assert _index(out) == _index(tmp_path / "whole")


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

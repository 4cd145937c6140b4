"""Bad input of every kind: a clear error, and nothing changed."""

import csv
import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from abonent.accounts.models import Account
from abonent.exchange.errors import BundleError
from abonent.exchange.models import Run
from abonent.exchange.problems import write_report
from abonent.exchange.reading import LIMITS, Limits, open_bundle
from abonent.ledger.models import Charge, Payment
from abonent.portal.models import DataVersion, Organisation
from tests.exchange.conftest import example

CHARGE = "account,month,service,opening,accrued,corrections,paid,closing\n"
FINE = "12345,2026-10,power,0,1,0,0,1\n"


def nothing_came() -> bool:
    models = (Organisation, Account, Charge, Payment)
    return not any(model.objects.exists() for model in models) and DataVersion.objects.get().version == 1


CHARGE_FILES: dict[str, tuple[Any, int, str, str]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + (CHARGE + FINE).encode(), 1, "", "byte order mark (BOM)"),
    "UTF-16": ((CHARGE + FINE).encode("utf-16"), 1, "", "UTF-16"),
    "windows-1251": (
        CHARGE.encode() + "12345,2026-10,свет,0,1,0,0,1\n".encode("cp1251"),
        2,
        "",
        "is not UTF-8",
    ),
    "CRLF": ((CHARGE + FINE).replace("\n", "\r\n"), 1, "", "LF alone"),
    "CRLF in one line": (CHARGE + FINE + FINE.replace("\n", "\r\n"), 3, "", "LF alone"),
    "an empty file": ("", 1, "", "is empty"),
    "a missing column": (CHARGE.replace(",closing", "") + FINE[:-3] + "\n", 1, "closing", "no such column"),
    "an extra column": (CHARGE[:-1] + ",fine\n" + FINE[:-1] + ",1\n", 1, "fine", "not a column"),
    "a column twice": (CHARGE[:-1] + ",paid\n" + FINE[:-1] + ",1\n", 1, "paid", "stands twice"),
    "semicolons": (
        CHARGE.replace(",", ";") + FINE.replace(",", ";"),
        1,
        CHARGE[:-1].replace(",", ";"),
        "commas",
    ),
    "capitals": (CHARGE.replace("account", "Account") + FINE, 1, "Account", "write account"),
    "a value too few": (CHARGE + FINE[:-3] + "\n", 2, "", "7 values where the header names 8"),
    "a value too many": (CHARGE + FINE[:-1] + ",1\n", 2, "", "9 values where the header names 8"),
    "an empty line": (CHARGE + FINE + "\n", 3, "", "is an empty line"),
    "an unpaired quotation mark": (CHARGE + '"12345,2026-10,power,0,1,0,0,1\n', 2, "", "unpaired quotation"),
    "NUL": (CHARGE + FINE.replace("power", "po\0wer"), 2, "service", "control character"),
    "NaN": (CHARGE + "12345,2026-10,power,0,NaN,0,0,1\n", 2, "accrued", "is not a number"),
    "1e5": (CHARGE + "12345,2026-10,power,0,1e5,0,0,1\n", 2, "accrued", "exponent"),
    "thousands": (CHARGE + '12345,2026-10,power,0,"1,234.00",0,0,1\n', 2, "accrued", "thousands parted"),
    "a decimal comma": (CHARGE + '12345,2026-10,power,0,"12,5",0,0,1\n', 2, "accrued", "decimal comma"),
    "an unknown account": (CHARGE + FINE.replace("12345", "99"), 2, "account", "an account nobody knows"),
    "an unknown service": (CHARGE + FINE.replace("power", "gas"), 2, "service", "a service nobody knows"),
    "a month to come": (CHARGE + FINE.replace("2026-10", "2027-10"), 2, "month", "later than next month"),
    "a duplicate key": (
        CHARGE + FINE + FINE.replace("12345", "0012345"),
        3,
        "account, month, service",
        "line 2",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", CHARGE_FILES)
def test_bad_charges_are_named_and_nothing_is_taken(bundle: Any, load: Any, kind: str) -> None:
    text, line, column, reason = CHARGE_FILES[kind]
    report = load(bundle(charges=text))
    assert report.outcome == "refused"
    missing = (
        {one for one in report.problems if "no such column" in one.reason}
        if column
        in {
            CHARGE[:-1].replace(",", ";"),
            "Account",
        }
        else set()
    )
    (problem,) = set(report.problems) - missing
    assert (problem.file, problem.line, problem.column) == ("charges", line, column)
    assert reason in problem.reason
    assert nothing_came()
    assert Run.objects.get().state == "refused"


OTHERS = [
    (
        "services",
        "code,organisation,name_ru\ngas,nobody,Газ\n",
        "organisation",
        "an organisation nobody knows",
    ),
    ("services", "code,organisation,name_ru,parent\ngas,aes,Газ,gas\n", "parent", "a part of itself"),
    ("services", "code,organisation,name_ru,parent\ngas,aes,Газ,oil\n", "parent", "a service nobody knows"),
    ("accounts", "number,organisation,payer,address\n1,aes,А,Б\n01,aes,А,Б\n", "number", "first in line 2"),
    ("accounts", "number,organisation,payer,address\n1,ves,А,Б\n", "organisation", "nobody knows"),
    ("meters", "account,service,serial\n99,power,1\n", "account", "an account nobody knows"),
    ("meters", "account,service,serial\n12345,gas,1\n", "service", "a service nobody knows"),
    (
        "meters",
        "account,service,serial\n12345,power,1\n12345,power,1\n",
        "account, serial",
        "first in line 2",
    ),
    (
        "readings",
        "account,serial,taken_on,source,value\n12345,9,2026-10-01,customer,1\n",
        "serial",
        "a meter nobody",
    ),
    ("payments", "source,id,account,paid_on,amount\na,1,99,2026-10-01,1\n", "account", "nobody knows"),
    ("payments", "source,id,account,paid_on,amount\na,1,12345,2026-12-01,1\n", "paid_on", "future"),
    (
        "payments",
        "source,id,account,paid_on,amount,service\na,1,12345,2026-10-01,1,x\n",
        "service",
        "nobody knows",
    ),
    (
        "payments",
        "source,id,account,paid_on,amount\na,1,12345,2026-10-01,1\na,1,12345,2026-10-01,1\n",
        "source, id",
        "first in line 2",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "text", "column", "reason"), OTHERS)
def test_bad_rows_of_other_files_are_named(
    bundle: Any, load: Any, file: str, text: str, column: str, reason: str
) -> None:
    later = ("services", "accounts", "meters", "readings", "charges", "payments")
    left_out = dict.fromkeys(later[later.index(file) + 1 :])
    report = load(bundle(**left_out, **{file: text}))
    assert report.outcome == "refused"
    (problem,) = report.problems
    assert (problem.file, problem.column) == (file, column)
    assert reason in problem.reason
    assert nothing_came()


@pytest.mark.django_db
def test_rows_that_name_a_bad_row_are_not_blamed_too(bundle: Any, load: Any) -> None:
    text = "number,organisation,payer,address\n12345,aes,,ул. Абая\n0012346,aes,Иванов,ул. Абая\n"
    report = load(bundle(accounts=text))
    assert [(one.file, one.line, one.column) for one in report.problems] == [("accounts", 2, "payer")]


@pytest.mark.django_db
def test_a_bundle_with_mistakes_everywhere_is_told_at_once(bundle: Any, load: Any) -> None:
    report = load(
        bundle(
            organisations=b"\xef\xbb\xbfcode,name_ru\n",
            services="code,organisation\n",
            payments="source,id,account,paid_on,amount\na,1,12345,2026-13-01,x\n",
        )
    )
    assert {(one.file, one.line, one.column) for one in report.problems} >= {
        ("organisations", 1, ""),
        ("services", 1, "name_ru"),
        ("payments", 2, "paid_on"),
        ("payments", 2, "amount"),
    }
    assert not [one for one in report.problems if "nobody knows" in one.reason]


KINDS = {
    "is not a number": "12345,2026-10,power,0,NaN,0,0,1",
    "exponent": "12345,2026-10,power,0,1e5,0,0,1",
    "thousands": "12345,2026-10,power,0,1 000.00,0,0,1",
    "required but empty": "12345,2026-10,power,0,,0,0,1",
    "not a month": "12345,2026-13,power,0,1,0,0,1",
    "later than": "12345,2030-10,power,0,1,0,0,1",
    "account nobody": "99999,2026-10,power,0,1,0,0,1",
    "service nobody": "12345,2026-10,gas,0,1,0,0,1",
    "values where": "12345,2026-10,power,0,1,0,0",
    "unpaired": '12345,2026-10,"power,0,1,0,0,1',
    "control": "12345,2026-10,po\x01wer,0,1,0,0,1",
    "stands twice": "1,2026-10,power,0,1,0,0,1",
}


@pytest.mark.django_db
def test_a_thousand_bad_rows_of_every_kind_are_all_reported(bundle: Any, load: Any, tmp_path: Path) -> None:
    accounts = "".join(f"{at},aes,Иванов,ул. Абая\n" for at in range(1, 5001))
    good = [f"{at},2026-10,power,0,1,0,0,1\n" for at in range(1, 5001)]
    rows = [f"{row}\n" for _ in range(1000) for row in KINDS.values()]
    head = "number,organisation,payer,address\n12345,aes,А,Б\n"
    mixed = [line for at, row in enumerate(rows) for line in ([row, good[at]] if at < len(good) else [row])]
    report = load(
        bundle(
            accounts=head + accounts,
            meters=None,
            readings=None,
            payments=None,
            charges=CHARGE + "".join(mixed),
        ),
        limits=Limits(block=64 * 1024),
    )
    assert report.outcome == "refused"
    found = Counter(kind for one in report.problems for kind in KINDS if kind in one.reason)
    assert found == dict.fromkeys(KINDS, 1000)
    assert report.errors == len(report.problems) == 1000 * len(KINDS)
    assert nothing_came()
    write_report(tmp_path / "report.csv", report.problems)
    written = list(csv.DictReader((tmp_path / "report.csv").open(encoding="utf-8")))
    assert len(written) == 1000 * len(KINDS)
    lines = (CHARGE + "".join(mixed)).split("\n")
    for row in written[::97]:
        if row["column"] in CHARGE and row["value"]:
            assert row["value"].lstrip("'") in lines[int(row["line"]) - 1]


@pytest.mark.django_db
def test_beyond_the_most_that_is_listed_bad_rows_are_counted(bundle: Any, load: Any) -> None:
    from abonent.exchange.problems import Problems

    problems = Problems(most=2)
    for line in range(5):
        problems.add("charges", line, "", "", "bad")
    assert (len(problems.kept), problems.errors) == (2, 5)


def test_a_report_holds_no_formulas(tmp_path: Path) -> None:
    from abonent.exchange.problems import Problem

    write_report(tmp_path / "r.csv", [Problem("accounts", 2, "payer", "=1+1", "is odd")])
    assert (tmp_path / "r.csv").read_text() == (
        "severity,file,line,column,value,reason\nerror,accounts.csv,2,payer,'=1+1,is odd\n"
    )


# What is no bundle at all


def zipped(path: Path, files: dict[str, str | bytes], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def tarred(path: Path, files: dict[str, str], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd" if kind != tarfile.REGTYPE else ""
            member.size = len(text.encode()) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def named(folder: str = "") -> dict[str, str]:
    return {f"{folder}{name}.csv": text for name, text in example().items()}


@pytest.mark.django_db
@pytest.mark.parametrize("folder", ["", "bundle/"])
@pytest.mark.parametrize("make", [zipped, tarred])
def test_archives_are_taken_like_folders(tmp_path: Path, load: Any, make: Any, folder: str) -> None:
    assert load(make(tmp_path / "bundle.x", named(folder))).outcome == "applied"
    assert Payment.objects.count() == 4


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(
    "name",
    [
        "../charges.csv",
        "/charges.csv",
        "a/b/charges.csv",
        "..\\charges.csv",
        "C:charges.csv",
        "a/../charges.csv",
        "charges\x07.csv",
        "charge.csv",
        "readme.txt",
    ],
)
def test_odd_names_are_refused(tmp_path: Path, make: Any, name: str) -> None:
    refused(make(tmp_path / "bundle.x", {name: "x"}), "no place in a bundle|not a file of a bundle")
    assert not (tmp_path.parent / "charges.csv").exists()


def refused(path: Path, reason: str, limits: Limits = LIMITS) -> None:
    with pytest.raises(BundleError, match=reason), open_bundle(path, limits):
        pass


def test_files_in_different_folders_are_refused(tmp_path: Path) -> None:
    refused(zipped(tmp_path / "a.zip", {"a/charges.csv": "", "b/payments.csv": ""}), "different folders")


def test_a_file_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("charges.csv", "a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("charges.csv", "b")
    refused(tmp_path / "a.zip", r"holds charges.csv twice")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    refused(tarred(tmp_path / "a.tar.gz", {"charges.csv": ""}, kind), "link or a device")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("charges.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(tmp_path / "a.zip", "link or a device")


def test_a_link_or_a_pipe_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "charges.csv").symlink_to("/etc/passwd")
    refused(tmp_path / "a", "is a link")
    (tmp_path / "b").mkdir()
    os.mkfifo(tmp_path / "b" / "charges.csv")
    refused(tmp_path / "b", "not a plain file")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_truncated_archive_is_refused(tmp_path: Path, make: Any, share: float) -> None:
    whole = make(tmp_path / "whole", named()).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    refused(tmp_path / "cut", "damaged or not whole")


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_damaged_archive_is_refused(tmp_path: Path, make: Any) -> None:
    data = bytearray(make(tmp_path / "whole", named()).read_bytes())
    middle = len(data) // 3
    data[middle : middle + 20] = bytes(20)
    (tmp_path / "bad").write_bytes(data)
    refused(
        tmp_path / "bad", "damaged or not whole|no place in a bundle|not a file of a bundle|link or a device"
    )


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {"charges.csv": "x"}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    refused(tmp_path / "a.zip", "password")


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rar").write_bytes(b"Rar!\x1a\x07")
    refused(tmp_path / "a.rar", "neither a folder")
    refused(tmp_path / "nothing", "No such file")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "none of the files")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "Charges.CSV").write_text("")
    refused(tmp_path / "odd", "not a file of a bundle")


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("charges.csv", "w") as out:
        for _ in range(megabytes):
            out.write(bytes(1024**2))
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    start = time.monotonic()
    refused(bomb(tmp_path / "bomb.zip", 300), "200 times its size")
    assert time.monotonic() - start < 20


def test_a_tar_bomb_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb", "wb") as out:
        member = tarfile.TarInfo("charges.csv")
        member.size = 300 * 1024**2
        out.write(member.tobuf())
        for _ in range(300):
            out.write(bytes(1024**2))
    refused(tmp_path / "bomb", "200 times its size")


def test_a_bomb_in_a_tars_own_header_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb", "wb") as out:
        member = tarfile.TarInfo("x")
        member.type, member.size = tarfile.GNUTYPE_LONGNAME, 2 * 1024**3
        out.write(member.tobuf())
        out.write(b"a" * 1024**2)
    refused(tmp_path / "bomb", "a header of 2147483648 bytes")


def test_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    refused(
        zipped(tmp_path / "a.zip", named()),
        "more than 1,000 bytes|more than 1000 bytes",
        Limits(unpacked=1000),
    )
    many = {f"{at}.csv": "" for at in range(101)}
    refused(zipped(tmp_path / "b.zip", many), "holds 101 files")


ONE_LINE = """
import sys, time
from datetime import date
from pathlib import Path
from abonent.exchange.blocks import Blocks, UnreadableFile
from abonent.exchange.reading import LIMITS, open_bundle

start = time.monotonic()
with open_bundle(Path(sys.argv[1])) as bundle:
    try:
        blocks = Blocks(bundle.sources["charges"], LIMITS)
        for block in blocks:
            pass
    except UnreadableFile as found:
        print(found.line, found.reason)
# Not ru_maxrss: a child inherits its parent's, and the tests' own process grows large.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.monotonic() - start, int(peak.split()[1]) // 1024)
"""


@pytest.mark.parametrize("head", [b"", CHARGE.encode()])
def test_two_gigabytes_in_one_line_are_refused_at_once_in_little_memory(tmp_path: Path, head: bytes) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    with (folder / "charges.csv").open("wb") as stream:
        stream.write(head)
        stream.truncate(2 * 1024**3)
    done = subprocess.run(
        [sys.executable, "-c", ONE_LINE, str(folder)], capture_output=True, text=True, check=True
    )
    said, figures = done.stdout.splitlines()
    assert said == f"{2 if head else 1} is longer than 65536 bytes"
    seconds, megabytes = figures.split()
    assert float(seconds) < 2
    assert int(megabytes) < 200


def test_nothing_is_left_behind_when_archives_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    with open_bundle(zipped(tmp_path / "a.zip", named())) as opened:
        assert opened.sources["charges"].stream.read(7) == b"account"
        assert list((tmp_path / "spool").iterdir()) == []


TWICE = [
    ("accounts", "number,organisation,payer,address\n1,aes,А,Б\n01,aes,А,Б\n", "01"),
    (
        "payments",
        "source,id,account,paid_on,amount\na,7,12345,2026-10-01,1\na,7,12345,2026-10-01,1\n",
        "a, 7",
    ),
    (
        "charges",
        CHARGE + "12345,2026-10,power,0,1,0,0,1\n012345,2026-10,power,0,1,0,0,1\n",
        "12345, 2026-10, power",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "text", "value"), TWICE)
def test_a_row_that_stands_twice_is_named_by_its_key(
    bundle: Any, load: Any, file: str, text: str, value: str
) -> None:
    report = load(bundle(**{file: text}))
    assert [(one.value, one.reason) for one in report.problems if "stands twice" in one.reason] == [
        (value, "stands twice: first in line 2")
    ]


ONE_END = [
    ("code,name_ru,readings_from,readings_to\naes,Свет,10,\n", "readings_from", "10"),
    ("code,name_ru,readings_from,readings_to\nnew,Новая,,25\n", "readings_to", "25"),
    ("code,name_ru,readings_from\nnew,Новая,10\n", "readings_from", "10"),
    ("code,name_ru,readings_to\naes,Свет,\n", "readings_from", "10"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "column", "value"), ONE_END)
def test_a_window_with_one_end_is_a_bad_row(
    bundle: Any, load: Any, text: str, column: str, value: str
) -> None:
    """The example's aes has both ends: a column that is left out keeps what the portal has."""
    load(bundle())
    report = load(bundle(only=True, organisations=text))
    other = {"readings_from": "readings_to", "readings_to": "readings_from"}[column]
    (problem,) = report.problems
    assert (problem.file, problem.line, problem.column, problem.value, problem.reason) == (
        "organisations",
        2,
        column,
        value,
        f"stands without {other}",
    )


@pytest.mark.django_db
def test_one_end_of_a_window_may_be_moved_or_both_taken_away(bundle: Any, load: Any) -> None:
    load(bundle())
    assert load(bundle(only=True, organisations="code,name_ru,readings_to\naes,Свет,20\n")).ok
    assert Organisation.objects.values_list("readings_from", "readings_to").get() == (10, 20)
    assert load(bundle(only=True, organisations="code,name_ru,readings_from,readings_to\naes,Свет,,\n")).ok
    assert Organisation.objects.values_list("readings_from", "readings_to").get() == (None, None)

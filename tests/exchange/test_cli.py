"""`abonent import`: what it prints, what it returns, and the bar."""

import argparse
import io
from pathlib import Path
from typing import Any

import pytest

from abonent.exchange import cli
from abonent.exchange.progress import Progress
from abonent.ledger.models import Charge

pytestmark = pytest.mark.django_db
CHARGE = "account,month,service,opening,accrued,corrections,paid,closing\n"


def abonent_import(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.run(parser.parse_args([str(one) for one in arguments]))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    from tests.exchange.conftest import NOW

    monkeypatch.setattr(timezone, "now", lambda: NOW)


def test_a_dry_run_then_the_import_then_again(bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = bundle()
    assert abonent_import(path, "--dry-run") == 0
    said = capsys.readouterr()
    assert "nothing was written" in said.out
    assert said.err == "", "no bar where there is no terminal"
    assert not Charge.objects.exists()
    assert abonent_import(path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["new", "changed", "unchanged", "not", "mentioned"]
    assert lines[1].split() == ["organisations", "1", "0", "0"]
    assert lines[-2].split() == ["charges", "2026-10", "new", "4", "0", "0"]
    assert lines[-1].startswith("Taken: 19 rows in ")
    assert abonent_import(path) == 0
    assert capsys.readouterr().out == "Nothing to do: the portal has all of it.\n"


def test_a_refusal_shows_the_first_and_writes_all(
    bundle: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle(charges=CHARGE + "12345,2026-10,power,0,x,0,0,1\n" * 30)
    assert abonent_import(path) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "error: charges.csv line 2, accrued: 'x' is not a number written like 1234.56"
    assert out[-2] == "and 10 more, with --report FILE.csv"
    assert out[-1].startswith("Refused: 30 errors in ")
    assert abonent_import(path, "--report", tmp_path / "report.csv") == 1
    assert f"and 10 more, in {tmp_path / 'report.csv'}" in capsys.readouterr().out
    assert len((tmp_path / "report.csv").read_text().splitlines()) == 31


def test_an_undo_and_what_it_says(bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    abonent_import(bundle())
    capsys.readouterr()
    assert abonent_import("--undo-month", "2026-10") == 0
    assert "2026-10 is back as it was" in capsys.readouterr().out
    assert not Charge.objects.exists()
    assert abonent_import("--undo-month", "2026-09") == 1
    assert capsys.readouterr().err == "abonent import: 2026-09 was never loaded\n"


def test_whole_months_are_told_apart(bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    abonent_import(bundle())
    capsys.readouterr()
    path = bundle(only=True, charges=CHARGE + "12345,2026-10,power,0,1,0,0,1\n")
    assert abonent_import(path, "--whole-months") == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("charges 2026-10")]
    assert line.split("  ")[0] == "charges 2026-10"
    assert line.endswith("3 taken out")


def test_what_is_not_asked_properly(bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert abonent_import() == 2
    assert abonent_import(bundle(), "--undo-month", "2026-10") == 2
    with pytest.raises(SystemExit):
        abonent_import("--undo-month", "10.2026")
    assert "is not a month like 2026-10" in capsys.readouterr().err
    assert abonent_import("/nowhere") == 1
    assert capsys.readouterr().err == "abonent import: /nowhere: No such file or directory\n"


def test_the_bar_shows_rows_share_and_time_left() -> None:
    half = Progress("reading charges.csv", 2_500_000, 0.5)
    assert cli.Bar.line(half, 65.0) == (
        "█" * 15 + "░" * 15 + "  50% 2 500 000 rows, 1:05 left  reading charges.csv"
    )
    assert "left" not in cli.Bar.line(Progress("planning", 10, 1.0), 5.0)


def test_the_bar_leaves_no_trace(bundle: Any, load: Any) -> None:
    terminal = io.StringIO()
    bar = cli.Bar(terminal)
    load(bundle(), progress=bar)
    bar.clear()
    assert "reading charges.csv" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[2K")

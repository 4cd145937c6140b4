"""`abonent tariffs load` and `abonent tariffs list`: what people read."""

import argparse
import json
from pathlib import Path

import pytest

from abonent.interfaces.cli import tariffs
from abonent.tariffs.calculator import TariffError
from tests.consumption import world
from tests.interfaces.cli.conftest import Run
from tests.tariffs.files import FLAT, LEVELS

DEARER = FLAT + '\n[[periods]]\nfrom = 2026-12-01\n[[periods.rates]]\ntotal = ["25.00"]\n'


def say(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    tariffs.add_arguments(parser)
    return tariffs.run(parser.parse_args(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "power.toml"


@pytest.mark.django_db
def test_a_dry_run_shows_what_it_will_do(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.load(tmp_path)
    file.write_text(DEARER, "utf-8")
    assert say("load", str(file), "--takes-effect", "2026-12-01", "--dry-run") == 0
    assert capsys.readouterr().out.splitlines() == [
        "flat (power) against the volumes of 2026-10, reckoned as 2026-12",
        "On other tariffs, and not concerned: 1.",
        "",
        "accounts reckoned         2",
        "by what is in force       4 139.50",
        "by the new tariff         4 250.00",
        "difference                +110.50  (+2.67 %)",
        "pay more, less, the same  2, 0, 0",
        "",
        "who pays more by most:",
        "  000100               2 922.00 -> 3 000.00  +78.00",
        "  000300               1 217.50 -> 1 250.00  +32.50",
        "",
        "A dry run: nothing was written.",
    ]
    assert say("list") == 0
    assert "2026-12-01" not in capsys.readouterr().out


@pytest.mark.django_db
def test_loaded_once_and_listed(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.load(tmp_path)
    file.write_text(DEARER, "utf-8")
    endings = []
    for _ in range(2):
        assert say("load", str(file), "--takes-effect", "2126-12-01") == 0
        endings.append(capsys.readouterr().out.splitlines()[-1])
    assert endings == [
        "Loaded: version 2 of flat, in force from 2126-12-01.",
        "Nothing to do: this is version 2 of flat, in force from 2126-12-01.",
    ]
    assert say("list", "--json") == 0
    rows = [
        (row["tariff" if "tariff" in row else "code"], row["version"], row["state"])
        for row in json.loads(capsys.readouterr().out)
    ]
    assert rows == [
        ("flat", 1, "in force"),
        ("levels", 1, "in force"),
        ("zones", 1, "in force"),
        ("flat", 2, "waits"),
    ]
    assert say("list") == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].startswith("tariff  version  service  default  state")
    assert [line.split()[:4] for line in table[1:3]] == [
        ["flat", "1", "power", "yes"],
        ["flat", "2", "power", "yes"],
    ]


@pytest.mark.django_db
def test_who_cannot_be_reckoned_is_said_with_the_reason(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.load(tmp_path)
    file.write_text(LEVELS, "utf-8")
    assert say("load", str(file), "--dry-run") == 0
    out = capsys.readouterr().out
    assert "Nobody is charged by it yet" in out
    assert "could not be reckoned: 2\n" in out
    assert "  1: the tariff has no rates for a meter with these scales (000200)\n" in out
    assert say("load", str(file), "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accounts"], told["difference"], told["version"]) == (1, "-1122.00", None)
    assert {one["why"]: one["examples"] for one in told["not_reckoned"]} == {
        "scales": ["000200"],
        "residents": ["000300"],
    }


@pytest.mark.django_db
def test_a_mistake_names_file_key_and_reason(tmp_path: Path, file: Path) -> None:
    world.load(tmp_path, tariffs=())
    file.write_text(FLAT.replace('"KZT"', '"EUR"'), "utf-8")
    with pytest.raises(TariffError, match=r"power\.toml: currency: one of KZT, RUB is needed, not 'EUR'"):
        say("load", str(file))
    file.write_bytes(b"\xff")
    with pytest.raises(TariffError, match=r"power\.toml: not UTF-8"):
        say("load", str(file))
    with pytest.raises(TariffError, match="cannot be read: No such file"):
        say("load", str(tmp_path / "missing.toml"))


def test_the_command_says_what_is_wrong_in_a_line(run: Run, file: Path) -> None:
    file.write_text(FLAT, "utf-8")
    done = run("tariffs", "load", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "abonent tariffs: power.toml: service: the portal has no service 'power' (see its bundle)\n"
    )

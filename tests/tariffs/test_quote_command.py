"""`abonent tariffs quote`: by the file alone, with no portal and no database."""

import json
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from abonent.__main__ import main
from tests.tariffs.asking import FILES

OCTOBER = ["--from", "2026-10-01", "--to", "2026-10-31"]
ACROSS = ["--from", "2026-10-16", "--to", "2026-11-15"]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither a portal nor a database is named; the signals are the tests' own again afterwards."""
    monkeypatch.delenv("ABONENT_PORTAL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def run(file: str | Path, *arguments: str) -> int:
    return main(["tariffs", "quote", str(FILES / file), *arguments])


def test_the_json_has_total_lines_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--scale", "day=150", "--scale", "night=60", "--residents", "2", "--with", "electric_stove"]
    assert run("example.toml", *ACROSS, *asked, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {key: found[key] for key in ("tariff", "currency", "from", "to", "days", "total")} == {
        "tariff": "example",
        "currency": "RUB",
        "from": "2026-10-16",
        "to": "2026-11-15",
        "days": 31,
        "total": "1192.93",
    }
    first = found["lines"][0]
    assert first == {
        "scale": "day",
        "level": 1,
        "from": "2026-10-16",
        "to": "2026-10-31",
        "days": 16,
        "volume": "77.419",
        "unit": "kWh",
        "rate": "6.22",
        "factor": "1",
        "amount": "481.55",
        "rule": {
            "code": "range_up_to",
            "params": {"level": "1", "limit": "155"},
            "text": "Range 1: up to 155 inclusive",
        },
    }
    assert sum(Decimal(line["amount"]) for line in found["lines"]) == Decimal(found["total"])
    assert sum(Decimal(line["volume"]) for line in found["lines"]) == 210
    assert "scales_in_proportion" in [note["code"] for note in found["notes"]]


def test_a_number_alone_is_the_total_and_a_comma_is_a_point(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for scale in ("total=150.5", "150.5", "150,5"):
        assert run("almaty-flat.toml", *OCTOBER, "--scale", scale) == 0
        printed.append(capsys.readouterr().out)
    assert len(set(printed)) == 1
    assert "5368.34" in printed[0]  # 150.5 x 35.67 = 5368.335


def test_without_a_volume_it_is_the_norm(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("almaty-hot-water-norm.toml", *OCTOBER, "--residents", "2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == "4495.96"
    assert run("saint-petersburg.toml", *OCTOBER, "--residents", "2", "--raised", "--json") == 0
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert [(line["volume"], line["factor"], line["amount"]) for line in lines] == [
        ("116", "1", "916.40"),
        ("116", "0.5", "458.20"),
    ]


@pytest.mark.parametrize(
    ("file", "arguments", "reason"),
    [
        ("none.toml", OCTOBER, "none.toml: cannot be read: No such file or directory"),
        ("almaty-levels.toml", [*OCTOBER, "--scale", "200"], "how many residents?"),
        ("almaty-levels.toml", [*OCTOBER, "--scale", "1", "--with", "rural"], "knows no category rural"),
        ("almaty-flat.toml", [*OCTOBER, "--scale", "1", "--scale", "2"], "--scale total is given twice"),
        ("almaty-flat.toml", [*OCTOBER, "--scale", "evening=2"], "no meter has the scales evening"),
        ("almaty-flat.toml", [*OCTOBER[:2], "--to", "2026-09-01", "--scale", "2"], "before it begins"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_a_line(
    file: str, arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, *arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith("abonent tariffs: ")
    assert reason in told
    assert len(told.splitlines()) == 1


def test_every_mistake_of_a_file_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('code = "mine"\ncolour = "red"\n', "utf-8")
    assert run(path, *OCTOBER, "--scale", "1") == 1
    told = capsys.readouterr().err
    assert f"{path}: service: missing" in told
    assert f"{path}: colour: no such key" in told


@pytest.mark.parametrize(
    "arguments", [["--from", "1.10.2026", "--to", "2026-10-31"], [*OCTOBER, "--scale", "many"]]
)
def test_what_is_written_wrongly_is_misuse(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("almaty-flat.toml", *arguments)
    assert "is written" in capsys.readouterr().err

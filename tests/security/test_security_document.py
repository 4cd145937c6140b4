"""docs/domain/security.md names tests that exist, and leaves no requirement out."""

import re
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
PAGE = (ROOT / "docs" / "domain" / "security.md").read_text("utf-8")
HELD = dict(re.findall(r"^\| (\d+\.\d+\.\d+) \|.*\| ([^|]+) \|$", PAGE, re.M))
REST = PAGE[PAGE.index("## Written down") :]
APPLY = 151


def test_every_test_it_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 100
    absent = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text("utf-8"), re.M)
    ]
    assert absent == []


def test_every_row_is_tried_by_something() -> None:
    assert len(HELD) > 90
    for number, tried in HELD.items():
        assert "::" in tried or tried.startswith("`ruff S"), number


def test_every_requirement_is_held_or_said_to_be_open() -> None:
    rest = set(re.findall(r"\b\d+\.\d+\.\d+\b", REST.partition("Also open")[0]))
    assert rest & set(HELD) == set()
    assert len(rest | set(HELD)) == APPLY


def test_the_linter_looks_for_what_the_table_leaves_to_it() -> None:
    configuration = (ROOT / "pyproject.toml").read_text("utf-8")
    assert re.search(r'^select = \[.*"S".*\]$', configuration, re.M)
    ignored = re.search(r"^ignore = \[(.*?)^\]", configuration, re.M | re.S)
    assert ignored
    assert not re.search(r'"S\d*"', ignored[1])

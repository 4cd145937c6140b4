"""The rules of docs/map.md that import-linter cannot see."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

BASE: Path = settings.BASE_DIR
PACKAGE: Path = settings.PACKAGE_DIR
ROOMS = ["base", *settings.ROOMS, "demo", *(f"interfaces/{door}" for door in [*settings.DOORS, "cli"])]
CODE = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list(PACKAGE.rglob("*.html"))


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=BASE, capture_output=True, check=True, text=True
    ).stdout
    return [BASE / name for name in listed.split("\0") if name and (BASE / name).is_file()]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_in_ten_lines_what_it_is(room: str) -> None:
    readme = PACKAGE / room / "README.md"
    assert readme.is_file(), f"{room} has no README.md"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_outgrows_a_screenful_or_six(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_a_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in CODE
        if path.name not in {"apps.py", "__init__.py"}
        and not re.match(r'\s*(#.*\n)*"""', path.read_text("utf-8"))
    ]
    assert silent == []


def test_the_clock_is_read_at_the_door() -> None:
    """`now` and `today` are arguments below the interfaces; the doors of a room to the clock are its jobs."""
    doors = ("interfaces", "demo", "jobs.py", "cli.py", "middleware.py", "sessions.py", "adapter.py")
    asking = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(\)|localdate\(\)|localtime\(\)")
    guilty = [
        str(path.relative_to(PACKAGE))
        for path in CODE
        if not any(door in path.relative_to(PACKAGE).parts for door in doors)
        and asking.search(path.read_text("utf-8"))
    ]
    assert guilty == []


def test_no_signals_run_between_rooms() -> None:
    guilty = [
        str(path.relative_to(PACKAGE))
        for path in CODE
        if re.search(r"django\.db\.models\.signals|@receiver", path.read_text("utf-8"))
    ]
    assert guilty == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_template_holds_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|\|\s*safe\b", text)
    # A block of data (application/json) is not code: no policy has to allow it.
    assert not re.search(r"<script(?![^>]*(\ssrc=|type=\"application/json\"))", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)


def test_the_browser_is_a_fixture_of_conftests() -> None:
    """Imported by a test's own module it would last as long as the process, and no other would start."""
    asking = re.compile(r"^from tests\.plugins\.browser import .*\bbrowser\b", re.MULTILINE)
    tests = (path for path in (BASE / "tests").rglob("test_*.py") if asking.search(path.read_text("utf-8")))
    assert [str(path.relative_to(BASE)) for path in tests] == []


def test_nothing_points_outside_the_project_or_at_a_machine() -> None:
    """No path of a machine, no host of a package index, no reference folder."""
    outside = re.compile(
        r"\.\./shared|/work/(main|shared|notes)|files\.pythonhosted|pypi\.org|registry\.npmjs"
    )
    guilty = []
    for path in _tracked():
        if path.suffix in {".png", ".svg", ".zip"} or path.name == Path(__file__).name:
            continue
        if outside.search(path.read_bytes().decode("utf-8", "ignore")):
            guilty.append(str(path.relative_to(BASE)))
    assert guilty == []


def test_no_generated_file_is_kept() -> None:
    generated = {".mo", ".pyc", ".pdf", ".woff", ".woff2", ".ttf", ".otf"}
    assert [str(path.relative_to(BASE)) for path in _tracked() if path.suffix in generated] == []


def test_the_lock_files_pin_by_hash_and_name_no_index() -> None:
    for path in (BASE / "requirements").glob("*.lock"):
        text = path.read_text("utf-8")
        pins = re.findall(r"^[a-z0-9][^\s]*==\S+", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)
        assert not re.search(r"https?://|--index-url|--find-links|file:", text)

"""Listening to the portals' processes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from abonent.demo.processes import House, PortalDied, wait_until


def _house(says: str, tmp_path: Path) -> House:
    """A process that writes this in one go and ends when it is told to."""
    log = tmp_path / "log"
    log.write_text("what went wrong\n")
    code = f"import os, sys; os.write(1, {says.encode()!r}); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    place: Any = type("Place", (), {"profile": type("Profile", (), {"code": "pes"})})
    return House(place, process, log)


def test_stages_that_come_at_once_are_all_heard(tmp_path: Path) -> None:
    house = _house('{"stage": "ready", "name": "Свет"}\n{"stage": "serving"}\n', tmp_path)
    stages: list[str] = []
    try:
        wait_until([house], "serving", changed=lambda one: stages.append(one.stage))
    finally:
        house.process.kill()
        house.process.communicate()
    assert stages == ["ready", "serving"]
    assert house.facts == {"name": "Свет"}


def test_a_process_that_ends_too_early_is_told_of_with_the_end_of_its_log(tmp_path: Path) -> None:
    house = _house('{"stage": "import"}\n', tmp_path)
    assert house.process.stdin
    house.process.stdin.close()
    with pytest.raises(PortalDied, match=r"pes ended while import \(exit code 0\)(.|\n)*what went wrong"):
        wait_until([house], "serving", changed=lambda one: None)
    assert house.process.stdout
    house.process.stdout.close()

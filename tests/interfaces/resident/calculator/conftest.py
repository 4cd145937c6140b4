"""The world of tests/interfaces/resident/used.py."""

from pathlib import Path
from typing import Any

import pytest

from tests.interfaces.resident import used


@pytest.fixture
def cast(db: None, tmp_path: Path) -> dict[str, Any]:
    return used.load(tmp_path)

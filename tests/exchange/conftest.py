"""The document's example as a folder, and small bundles made for one test."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.loaded import Loaded
from tests.plugins.loaded import loaded as started

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "bundle.md"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Files = dict[str, str]


def example() -> Files:
    """The files of the example in docs/domain/bundle.md."""
    return dict(
        re.findall(r"^`(\w+)\.csv`[^\n]*\n```csv\n(.*?)```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    )


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[..., Path]:
    """bundle(charges="…", …): a folder with the example's files, those named replaced, None left out."""

    def make(*, only: bool = False, **changes: Any) -> Path:
        files: dict[str, Any] = ({} if only else example()) | changes
        return write(tmp_path / "bundle", {name: text for name, text in files.items() if text is not None})

    return make


@pytest.fixture
def load() -> Callable[..., Any]:
    """load(path, …): the import, on the example's day."""
    from abonent.exchange.operations import import_bundle

    def run(path: Path, **options: Any) -> Any:
        return import_bundle(path=path, **({"now": NOW} | options))

    return run


@pytest.fixture(scope="session")
def loaded(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A process on the tests' database, to be killed in forks."""
    with started(tmp_path_factory.mktemp("loaded")) as process:
        yield process

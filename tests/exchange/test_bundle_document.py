"""docs/domain/bundle.md says what the schema says, column by column."""

import re

import pytest

from abonent.exchange.formats.bundle import FILES, File
from tests.exchange.conftest import DOCUMENT, example


def section(file: File) -> str:
    text = DOCUMENT.read_text("utf-8")
    found = re.search(rf"^### {file.filename}\n(.*?)(?=^##)", text, re.M | re.S)
    assert found, f"no section for {file.filename}"
    return found[1]


def rows(file: File) -> list[tuple[str, ...]]:
    lines = [line for line in section(file).splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_table_lists_the_columns_as_they_are(file: File) -> None:
    said = [(name, kind, unit, required) for name, kind, unit, required, _ in rows(file)]
    assert said == [
        (f"`{column.name}`", column.described, column.unit, "yes" if column.required else "")
        for column in file.columns
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_text_names_the_key_and_the_defaults(file: File) -> None:
    assert f"Key: {', '.join(f'`{name}`' for name in file.key)}." in section(file)
    for column, row in zip(file.columns, rows(file), strict=True):
        assert (f"empty means `{column.default}`" in row[4]) == bool(column.default)
        assert (f"(a row of {column.refers})" in row[4]) == bool(column.refers)


def test_the_example_has_every_file() -> None:
    assert list(example()) == [file.name for file in FILES]

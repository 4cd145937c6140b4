"""The tables of docs/domain/requests.md."""

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "requests.md"


def table(first: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    lines = DOCUMENT.read_text("utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    assert rows
    return rows

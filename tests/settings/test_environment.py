"""What the environment says of folders; and docs/operations/settings.md names the variable."""

from pathlib import Path

import pytest

from abonent.portal.profile import ProfileError
from abonent.settings import environment

SETTINGS = Path(__file__).resolve().parents[2] / "docs" / "operations" / "settings.md"


def test_the_folder_of_the_export_is_an_absolute_path_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABONENT_EXPORT", raising=False)
    assert environment.folder("ABONENT_EXPORT") is None
    monkeypatch.setenv("ABONENT_EXPORT", "/var/spool/abonent-export")
    assert environment.folder("ABONENT_EXPORT") == Path("/var/spool/abonent-export")
    monkeypatch.setenv("ABONENT_EXPORT", "export")
    with pytest.raises(ProfileError, match="ABONENT_EXPORT must be an absolute path, not 'export'"):
        environment.folder("ABONENT_EXPORT")


@pytest.mark.parametrize("name", ["ABONENT_EXPORT", "ABONENT_SANDBOX_BANK"])
def test_the_document_names_it(name: str) -> None:
    assert f"| `{name}` |" in SETTINGS.read_text("utf-8")


def test_a_secret_is_in_a_file_or_in_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert environment.secret("ABONENT_BANK_X_SECRET") == ""
    monkeypatch.setenv("ABONENT_BANK_X_SECRET", "in the variable")
    assert environment.secret("ABONENT_BANK_X_SECRET") == "in the variable"
    (tmp_path / "secret").write_text("in the file\n", "utf-8")
    monkeypatch.setenv("ABONENT_BANK_X_SECRET_FILE", str(tmp_path / "secret"))
    assert environment.secret("ABONENT_BANK_X_SECRET") == "in the file"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_a_secret_that_cannot_be_read_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    """Never the variable instead: whoever names a file means it."""
    path = tmp_path / "secret"
    if content:
        path.write_bytes(content)
    monkeypatch.setenv("ABONENT_BANK_X_SECRET", "old")
    monkeypatch.setenv("ABONENT_BANK_X_SECRET_FILE", str(path))
    with pytest.raises(ProfileError, match=f"ABONENT_BANK_X_SECRET_FILE: {path}: "):
        environment.secret("ABONENT_BANK_X_SECRET")

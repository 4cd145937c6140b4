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


def test_the_document_names_it() -> None:
    assert "| `ABONENT_EXPORT` |" in SETTINGS.read_text("utf-8")

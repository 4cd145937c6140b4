"""Where root's embedded server is kept when its user cannot enter the project."""

import os
import pwd
import re
from pathlib import Path

import pytest

from abonent.base.postgres import place

ROOT = Path(__file__).resolve().parents[2]
NOBODY = pwd.getpwuid(0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder behind a closed one; everything else that is there may be entered."""
    home = tmp_path / "closed" / "home"
    home.mkdir(parents=True)
    (tmp_path / "former").mkdir()
    monkeypatch.setattr(place, "OPEN_PLACES", (tmp_path / "open",))
    monkeypatch.setattr(place, "FORMER_PLACE", tmp_path / "former")
    monkeypatch.setattr(place, "_can", lambda _account, _test, path: path != home.parent and path.exists())
    return home


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone moves its server")
def test_a_new_server_has_a_place_of_its_own(home: Path, tmp_path: Path) -> None:
    found = place._reachable_home(home, NOBODY)
    assert found == tmp_path / "open" / place._key(home)
    assert str(found) in (home / "README").read_text()


def test_a_server_that_was_made_before_is_found_where_it_lies(home: Path, tmp_path: Path) -> None:
    former = tmp_path / "former" / place._key(home)
    former.mkdir()
    assert place._reachable_home(home, NOBODY) == former
    assert former in place.folders_of(home)


def test_a_portal_in_service_and_the_demo_of_root_have_different_folders() -> None:
    """The guide closes the portal's own: a demo's server that lay in it could not be reached."""
    text = (ROOT / "deploy" / "portal.env").read_text("utf-8")
    (in_service,) = re.findall(r"^ABONENT_HOME=(\S+)$", text, re.M)
    assert [one for one in place.OPEN_PLACES if Path(in_service) in (one, *one.parents)] == []

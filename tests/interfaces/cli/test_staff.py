"""`abonent staff add` refuses in one line of English, whatever the portal's language."""

import argparse
from pathlib import Path

import pytest

from abonent.base.errors import DomainError
from abonent.interfaces.cli import staff
from abonent.users.models import User

pytestmark = pytest.mark.django_db


def options(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    staff.add_arguments(parser)
    return parser.parse_args(["add", "bob", "--email", "bob@example.kz", *given])


def test_a_weak_password_is_refused_in_english(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("abc\n")
    with pytest.raises(DomainError) as told:
        staff.run(options("--password-file", str(tmp_path / "password")))
    said = "; ".join(str(part) for part in told.value.args)
    assert "too short" in said
    assert said.isascii()
    assert not User.objects.exists()


def test_a_password_file_that_is_not_there_or_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(staff.NoPasswordError, match="none: No such file or directory"):
        staff.run(options("--password-file", str(tmp_path / "none")))
    (tmp_path / "empty").touch()
    with pytest.raises(staff.NoPasswordError, match="the password is empty"):
        staff.run(options("--password-file", str(tmp_path / "empty")))


def test_the_first_administrator_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").write_text("correct horse battery staple\n")
    assert staff.run(options("--administrator", "--password-file", str(tmp_path / "password"))) == 0
    assert User.objects.get().staff_membership.role == "administrator"
    assert capsys.readouterr().out == "bob may sign in at /office/\n"

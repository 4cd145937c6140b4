"""`abonent staff`: the first members of staff; they add the others in the office."""

import argparse
import getpass
import sys
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.interfaces.cli.arguments import organisation

ROLES = ("operator", "accountant", "administrator")
"""As users.rights has them: the command says them before it knows a portal."""


class NoPasswordError(DomainError):
    """No password was given, or the two entries differ."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="add")
    add = actions.add_parser("add", help="add a member of staff", description="Add a member of staff.")
    add.add_argument("login")
    add.add_argument("--email", required=True)
    add.add_argument(
        "--organisation", metavar="CODE", help="whose customers they see (default: the portal's own)"
    )
    add.add_argument("--role", choices=ROLES, default="operator", help="what they may do (default: operator)")
    add.add_argument(
        "--administrator",
        action="store_const",
        const="administrator",
        dest="role",
        help="the same as --role administrator",
    )
    add.add_argument(
        "--password-file", type=Path, help="read the password's line from there instead of asking"
    )


def run(options: argparse.Namespace) -> int:
    """One transaction; refused when the login is taken, the password weak or the organisation unknown."""
    from django.utils import timezone, translation

    from abonent.users import operations

    with translation.override(
        "en"
    ):  # what the rules for passwords say, as all the other words of the command
        operations.add_staff_member(
            login=options.login,
            email=options.email,
            password=read_password(options.password_file),
            organisation=organisation(options.organisation) if options.organisation else None,
            role=options.role,
            now=timezone.now(),
        )
    sys.stdout.write(f"{options.login} may sign in at /office/\n")
    return 0


def read_password(path: Path | None) -> str:
    """The first line of `path`, or what is typed twice at the terminal. Raises NoPasswordError."""
    if path:
        try:
            password = (path.read_text("utf-8").splitlines() or [""])[0]
        except OSError as error:
            raise NoPasswordError(f"{path}: {error.strerror}") from error
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise NoPasswordError("the passwords differ")
    else:
        raise NoPasswordError("no terminal to ask for the password at: give --password-file")
    if not password:
        raise NoPasswordError("the password is empty")
    return password

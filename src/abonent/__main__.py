"""The `abonent` command: `python -m abonent` is the same."""

import argparse
import importlib
import inspect
import signal
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from django.db.utils import OperationalError

from abonent.base.database_url import DatabaseUrlError
from abonent.base.errors import DomainError
from abonent.base.patience import take_as_long_as_it_takes
from abonent.base.postgres import EmbeddedPostgresError
from abonent.interfaces.cli.surroundings import database, set_up_django, take_settings_in_force


@dataclass(frozen=True)
class Command:
    """A module with `add_arguments(parser)` and `run(options) -> int`, loaded by name when it is called: some
    stand on upper floors. It imports models inside `run`, once Django is ready. A subcommand's
    own `needs_portal`, a default of its arguments, goes before the command's."""

    module: str
    summary: str
    example: str
    needs_portal: bool = True


COMMANDS = {
    "serve": Command(
        "abonent.interfaces.cli.serve",
        "Serve the portal over HTTP.",
        "abonent serve --host 0.0.0.0 --port 8000 --workers 4",
    ),
    "worker": Command(
        "abonent.interfaces.cli.worker",
        "Send letters and do other waiting work.",
        "abonent worker --once",
    ),
    "migrate": Command(
        "abonent.interfaces.cli.migrate",
        "Bring database, translations and static files to this version.",
        "DATABASE_URL=postgresql://abonent@db/abonent abonent migrate",
    ),
    "import": Command(
        "abonent.exchange.cli",
        "Load a bundle of the billing system's files.",
        "abonent import bundle.zip --dry-run",
    ),
    "payments": Command(
        "abonent.exchange.registries.cli",
        "Take registries of payments from banks, or list what of them waits.",
        "abonent payments load EPS_2026-11-05.zip --dry-run",
    ),
    "export": Command(
        "abonent.exchange.outgoing.cli",
        "Write readings that customers submitted, or payments booked here, into files for billing.",
        "abonent export readings --to /var/spool/abonent-export",
    ),
    "bills": Command(
        "abonent.interfaces.cli.bills",
        "Publish the receipts of a month by mail, or print them by house.",
        "abonent bills publish --month 2026-10",
    ),
    "letters": Command(
        "abonent.interfaces.cli.letters",
        "Take in what the mail server says of letters that came back.",
        "abonent letters bounced < report.eml",
    ),
    "tariffs": Command(
        "abonent.interfaces.cli.tariffs",
        "Try a tariff's file, load it, or list what is loaded.",
        "abonent tariffs quote tariffs/almaty-flat.toml --from 2026-10-01 --to 2026-10-31 --scale 200",
    ),
    "check": Command(
        "abonent.interfaces.cli.check",
        "Say whether this deployment is sane, and what to do if not.",
        "ABONENT_PORTAL=/etc/abonent/portal.toml abonent check --json",
        needs_portal=False,
    ),
    "staff": Command(
        "abonent.interfaces.cli.staff",
        "Add a member of staff.",
        "abonent staff add alice --email alice@example.kz",
    ),
    "demo": Command(
        "abonent.demo.cli",
        "Show the portals with a made-up town each.",
        "ABONENT_PORTAL=pes abonent demo",
        needs_portal=False,
    ),
}

ENVIRONMENT = """\
environment:
  ABONENT_PORTAL      the profile: a name in portals/ or a path to a .toml file
  DATABASE_URL        postgresql://user:password@host:5432/name; without it the embedded server is started
  ABONENT_HOME        where files are kept (default: var/ of the project)
  ABONENT_EXPORT      the folder into which the worker writes readings and payments for billing
  ABONENT_SECRET_KEY  32 random characters or more (or ABONENT_SECRET_KEY_FILE); the demo makes its own

`abonent COMMAND --help` says what a command takes. All variables: docs/operations/settings.md
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 refused or failed with a message, 2 misused."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = _choose(arguments[:1])
    command = COMMANDS[name]
    module = importlib.import_module(command.module)
    parser = argparse.ArgumentParser(
        prog=f"abonent {name}", description=command.summary, epilog=f"example: {command.example}"
    )
    module.add_arguments(parser)
    options = parser.parse_args(arguments[1:])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    needs_portal = getattr(options, "needs_portal", command.needs_portal)
    try:
        with database() if needs_portal else nullcontext():
            if needs_portal:
                set_up_django()
                if name != "serve":
                    take_as_long_as_it_takes()
                if name != "migrate":  # which makes the tables that they stand in
                    take_settings_in_force()
            return int(module.run(options))
    except (DomainError, DatabaseUrlError, EmbeddedPostgresError, OperationalError) as error:
        sys.stderr.write(f"abonent {name}: {_explain(error)}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _choose(arguments: list[str]) -> str:
    lines = [
        f"  {name:<9} {command.summary}\n            {command.example}" for name, command in COMMANDS.items()
    ]
    parser = argparse.ArgumentParser(
        prog="abonent",
        description="Runs a utility's self-service portal.",
        usage="abonent COMMAND [options]",
        epilog="\n".join(["commands, each with an example:", *lines, "", ENVIRONMENT]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=list(COMMANDS), metavar="COMMAND", help=argparse.SUPPRESS)
    return str(parser.parse_args(arguments or ["--help"]).command)


def _explain(error: Exception) -> str:
    """What the error says, or what its kind means: a named error of the house may say nothing more."""
    return (
        "; ".join(str(part) for part in error.args).strip() or inspect.getdoc(error) or type(error).__name__
    )


def _leave(number: int, _: FrameType | None) -> NoReturn:
    """Leave through every `finally`, so that the embedded server stops with its last user."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())

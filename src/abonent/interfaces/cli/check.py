"""`abonent check`: is this deployment sane? A line for each thing, with what to do about it."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict

from abonent.base.database_url import DatabaseUrlError
from abonent.base.errors import DomainError
from abonent.base.postgres import EmbeddedPostgresError
from abonent.interfaces.cli.finding import FAIL, OK, Finding
from abonent.interfaces.cli.surroundings import database, set_up_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")


def run(options: argparse.Namespace) -> int:
    """Changes nothing. 1 when anything FAILs, 0 otherwise: a warning is for people."""
    findings = list(look_at_everything())
    if options.json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False) + "\n")
    else:
        for finding in findings:
            sys.stdout.write(str(finding) + "\n")
        count = Counter(finding.state for finding in findings)
        sys.stdout.write(", ".join(f"{number} {state}" for state, number in count.items()) + "\n")
    return 1 if any(finding.state == FAIL for finding in findings) else 0


def look_at_everything() -> Iterator[Finding]:
    """Every finding; after a profile or a server that cannot be used nothing else can be asked."""
    with ExitStack() as stack:
        try:
            stack.enter_context(database())
            set_up_django()
        except (DomainError, DatabaseUrlError, EmbeddedPostgresError) as error:
            yield Finding(FAIL, "settings", str(error), "see docs/operations/settings.md")
            return
        from django.conf import settings

        from abonent.interfaces.cli import check_configuration, check_database

        portal = settings.PORTAL
        yield Finding(OK, "profile", f"{portal.code}: {', '.join(portal.languages)}, {portal.currency}")
        yield from check_database.findings()
        yield from check_configuration.findings()

"""`abonent migrate`: bring database, translations and static files to this version of the code."""

import argparse
import sys

LOCK = 0x6D696772  # any number that nobody else takes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help="say what would be migrated and change nothing")


def run(options: argparse.Namespace) -> int:
    """Safe to repeat. Each migration is one transaction; of several that start at once one does the work."""
    from django.core.management import call_command
    from django.db import connection

    from abonent.base.catalogues import compile_stale
    from abonent.interfaces.cli.statics import collect_if_stale

    if options.plan:
        call_command("migrate", plan=True)
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        call_command("migrate", verbosity=1, interactive=False)
    finally:
        connection.close()
    sys.stdout.write(f"Translations compiled: {len(compile_stale())}\n")
    sys.stdout.write("Static files collected\n" if collect_if_stale() else "Static files are up to date\n")
    return 0

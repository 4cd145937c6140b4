"""`abonent bills`: receipts of a month, by mail and on paper."""

import argparse
from types import ModuleType

from abonent.interfaces.cli import bills_print, bills_publish

#: Modules with `SUMMARY`, `EXAMPLE`, `add_arguments(parser)` and `run(options) -> int`.
SUBCOMMANDS: dict[str, ModuleType] = {"publish": bills_publish, "print": bills_print}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(SUBCOMMANDS))
    for name, module in SUBCOMMANDS.items():
        action = actions.add_parser(
            name, help=module.SUMMARY, description=module.SUMMARY, epilog=f"example: {module.EXAMPLE}"
        )
        module.add_arguments(action)


def run(options: argparse.Namespace) -> int:
    return int(SUBCOMMANDS[options.action].run(options))

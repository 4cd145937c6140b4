"""`abonent tariffs`: what may be done with tables of rates."""

import argparse
from types import ModuleType

from abonent.interfaces.cli import tariffs_list, tariffs_load, tariffs_quote

#: Modules with `SUMMARY`, `EXAMPLE`, `NEEDS_PORTAL`, `add_arguments(parser)` and `run(options) -> int`.
SUBCOMMANDS: dict[str, ModuleType] = {"load": tariffs_load, "list": tariffs_list, "quote": tariffs_quote}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(SUBCOMMANDS))
    for name, module in SUBCOMMANDS.items():
        action = actions.add_parser(
            name, help=module.SUMMARY, description=module.SUMMARY, epilog=f"example: {module.EXAMPLE}"
        )
        module.add_arguments(action)
        action.set_defaults(needs_portal=module.NEEDS_PORTAL)


def run(options: argparse.Namespace) -> int:
    return int(SUBCOMMANDS[options.action].run(options))

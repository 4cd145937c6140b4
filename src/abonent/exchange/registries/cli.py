"""`abonent payments`: registries of banks come in, and what of them nobody's account fits."""

import argparse
import getpass
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abonent.payments.cli import add_reconcile, reconcile

if TYPE_CHECKING:
    from datetime import datetime

    from abonent.payments.operations.registries import RegistryReport, RowShown

_FORMATS = ("sberbank", "gorod", "client_bank", "acquirer")
_STATES = ("booked", "matched", "repeated", "reversed", "unmatched", "set_aside")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    load = commands.add_parser("load", help="take registries of payments, each whole or not at all")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="as the bank sent it, also zipped")
    load.add_argument("--format", choices=_FORMATS, default="", help="(default: recognised)")
    load.add_argument(
        "--bank",
        type=_code,
        metavar="CODE",
        help="whose it is: a code of the profile, or one that stays the same (default: by format)",
    )
    load.add_argument("--day", type=_day, metavar="2026-11-05", help="of a format whose rows have none")
    load.add_argument(
        "--own-account", action="append", default=[], metavar="ACCOUNT", help="a bank account of ours"
    )
    load.add_argument(
        "--account-pattern", type=_pattern, metavar="REGEX", help="the account in a purpose: (…)"
    )
    load.add_argument("--dry-run", action="store_true", help="say what would become of it; write nothing")
    load.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    unmatched = commands.add_parser("unmatched", help="list the rows that wait for staff")
    unmatched.add_argument("--most", type=int, default=100, metavar="100", help="at most so many")
    unmatched.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    add_reconcile(commands)


def _code(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no code: a to z, digits and _")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-05") from None


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from None
    if not groups:
        raise argparse.ArgumentTypeError(f"{text!r} has no group (…) for the account")
    return text


def run(options: argparse.Namespace) -> int:
    """0: done, or taken before; 1: a file was refused (those before and after it are taken)."""
    from django.utils import timezone

    if options.command == "reconcile":
        return reconcile(options, timezone.now())
    return _load(options, timezone.now()) if options.command == "load" else _unmatched(options)


def _load(options: argparse.Namespace, now: "datetime") -> int:
    from abonent.exchange.registries.loading import Asked, load_file
    from abonent.payments.registry_file import BadRegistry

    asked = Asked(
        format=options.format,
        bank=options.bank or "",
        day=options.day,
        own_accounts=frozenset(options.own_account),
        account_pattern=options.account_pattern or "",
    )
    reports: list[RegistryReport] = []
    refused: list[BadRegistry] = []
    for path in options.files:
        try:
            reports += load_file(path, asked, loaded_by=_who(), dry_run=options.dry_run, now=now)
        except BadRegistry as error:
            refused.append(error)
    if options.json:
        told = {"registries": [_as_json(one) for one in reports], "refused": [_named(one) for one in refused]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        for report in reports:
            sys.stdout.write("\n".join(_lines(report, dry_run=options.dry_run)) + "\n")
        for one in refused:
            sys.stderr.write(f"abonent payments: {one}; nothing of it was taken\n")
    return 1 if refused else 0


def _who() -> str:
    """Who sits at the command line; a container may have nobody."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _lines(report: "RegistryReport", *, dry_run: bool) -> list[str]:
    how = "taken before, nothing done" if report.again else "a dry run" if dry_run else "taken"
    lines = [f"{report.name}: {report.source}, {_rows(report.rows)}, {report.total}: {how}"]
    for state in _STATES:
        if one := report.states.get(state):
            lines.append(f"  {state:<10}{one.rows:>8}  {one.total:>16}")
    lines += [f"  unmatched {_row(one)}" for one in report.unmatched]
    lines += [f"  other amount than ours {_row(one)}" for one in report.other_amounts]
    return lines


def _row(one: "RowShown") -> str:
    about = ", ".join(filter(None, [one.account, one.payer, one.note]))
    return f"line {one.line}: {one.operation}, {one.paid_on}, {one.amount}" + (f" ({about})" if about else "")


def _rows(many: int) -> str:
    return f"{many:,}".replace(",", " ") + (" row" if many == 1 else " rows")


def _as_json(report: "RegistryReport") -> dict[str, Any]:
    return {
        "name": report.name,
        "source": report.source,
        "rows": report.rows,
        "total": str(report.total),
        "again": report.again,
        "states": {
            state: {"rows": one.rows, "total": str(one.total)} for state, one in report.states.items()
        },
        "unmatched": [_row_as_json(one) for one in report.unmatched],
        "other_amounts": [_row_as_json(one) for one in report.other_amounts],
    }


def _row_as_json(one: "RowShown") -> dict[str, Any]:
    return one._asdict() | {"paid_on": str(one.paid_on), "amount": str(one.amount)}


def _named(error: Any) -> dict[str, Any]:
    return {name: getattr(error, name) for name in ("file", "line", "field", "value", "reason", "remedy")}


def _unmatched(options: argparse.Namespace) -> int:
    """The oldest first: they have waited longest."""
    from abonent.payments.operations.registries.reports import waiting_rows

    rows, many = waiting_rows(most=options.most)
    if options.json:
        listed = [{"registry": one.registry, "row": one.row_id} | _row_as_json(one.row) for one in rows]
        sys.stdout.write(json.dumps({"unmatched": many, "rows": listed}, ensure_ascii=False) + "\n")
        return 0
    for one in rows:
        sys.stdout.write(f"{one.registry} {_row(one.row)}\n")
    sys.stdout.write(f"{_rows(many)} wait for staff: /office/registries/\n" if many else "Nothing waits.\n")
    return 0

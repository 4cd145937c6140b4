"""`abonent payments reconcile`: a day three ways, at the command line."""

import argparse
import json
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from abonent.payments.operations.reconciling import Reconciled
    from abonent.payments.reconciliation import Found, Totals

_COLUMNS = ("gateway", "portal", "told", "confirmed")


def add_reconcile(commands: Any) -> None:
    """The subcommand, beside those of registries."""
    parser = commands.add_parser("reconcile", help="compare a day: gateways, portal, billing")
    parser.add_argument("--day", type=_day, metavar="2026-11-20", help="of payment (default: yesterday)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-20") from None


def reconcile(options: argparse.Namespace, now: "datetime") -> int:
    """0: all agree; 1: something is open, or a gateway's list could not be had."""
    from django.utils import timezone

    from abonent.payments.operations import reconciling

    day = options.day or timezone.localtime(now).date() - timedelta(days=1)
    found = reconciling.reconcile(day=day, now=now)
    if options.json:
        sys.stdout.write(json.dumps(_as_json(found), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(found)) + "\n")
    return 1 if found.open or found.statements.unavailable else 0


def _lines(found: "Reconciled") -> list[str]:
    head = f"{found.day!s:<26}" + "".join(f"{name:>16}" for name in _COLUMNS)
    rows = [
        f"{one.source:<26}" + "".join(f"{amount:>16}" for amount in _amounts(one)) for one in found.totals
    ]
    silent = [f"{method}: no list: {why}" for method, why in found.statements.unavailable.items()]
    said = f"Open: {len(found.open)} ({found.new} new). Settled: {found.settled}."
    return [
        head,
        *rows,
        *silent,
        *map(_line, found.open),
        said if found.open or found.settled else "No difference.",
    ]


def _amounts(one: "Totals") -> list[str]:
    return [_shown(getattr(one, name)) for name in _COLUMNS]


def _shown(amount: "Decimal | None") -> str:
    return "—" if amount is None else str(amount)


def _line(one: "Found") -> str:
    return (
        f"{one.kind} (to act: {one.owner}): {one.source} {one.reference}:"
        f" here {_shown(one.ours)}, there {_shown(one.theirs)}"
    )


def _as_json(found: "Reconciled") -> dict[str, Any]:
    return {
        "day": str(found.day),
        "sources": [{"source": one.source, **_texts(one, _COLUMNS)} for one in found.totals],
        "open": [
            {"kind": one.kind, "owner": one.owner, "source": one.source, "reference": one.reference}
            | _texts(one, ("ours", "theirs"))
            for one in found.open
        ],
        "new": found.new,
        "settled": found.settled,
        "unavailable": found.statements.unavailable,
    }


def _texts(one: object, names: tuple[str, ...]) -> dict[str, str | None]:
    amounts = {name: getattr(one, name) for name in names}
    return {name: None if amount is None else str(amount) for name, amount in amounts.items()}

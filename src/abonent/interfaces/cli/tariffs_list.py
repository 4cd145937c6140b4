"""`abonent tariffs list`: every version that was loaded, and which of them is in force."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abonent.tariffs.queries import Catalogue, TariffVersionFacts

SUMMARY = "List the tariffs that were loaded, with their versions."
EXAMPLE = "abonent tariffs list --json"
NEEDS_PORTAL = True

HEAD = ("tariff", "version", "service", "default", "state", "takes effect", "loaded", "by", "file")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="a JSON list instead of a table")


def run(options: argparse.Namespace) -> int:
    """Changes nothing."""
    from django.utils import timezone

    from abonent.tariffs.queries import loaded

    catalogue, today = loaded(), timezone.localdate()
    if options.json:
        rows = [_as_dict(one, catalogue, today) for one in catalogue.versions]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_table(catalogue, today)) + "\n")
    return 0


def _state(one: "TariffVersionFacts", catalogue: "Catalogue", today: date) -> str:
    if one.takes_effect_on > today:
        return "waits"
    return "in force" if catalogue.in_force(one.code, today) is one else "replaced"


def _table(catalogue: "Catalogue", today: date) -> Iterator[str]:
    from django.utils import timezone

    if not catalogue.versions:
        yield "No tariff is loaded: `abonent tariffs load FILE`."
        return
    rows: list[Sequence[str]] = [HEAD]
    for one in sorted(catalogue.versions, key=lambda one: (one.service, one.code, one.number)):
        rows.append(
            (
                one.code,
                str(one.number),
                one.service,
                "yes" if one.is_own else "",
                _state(one, catalogue, today),
                one.takes_effect_on.isoformat(),
                f"{timezone.localtime(one.loaded_at):%Y-%m-%d %H:%M}",
                one.loaded_by,
                one.filename,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _as_dict(one: "TariffVersionFacts", catalogue: "Catalogue", today: date) -> dict[str, Any]:
    return {
        "code": one.code,
        "version": one.number,
        "service": one.service,
        "default": one.is_own,
        "state": _state(one, catalogue, today),
        "takes_effect_on": one.takes_effect_on.isoformat(),
        "loaded_at": one.loaded_at.isoformat(),
        "loaded_by": one.loaded_by,
        "file": one.filename,
        "sha256": one.sha256,
    }

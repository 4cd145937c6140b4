"""`abonent tariffs load FILE`: keep a tariff, after a look at what it will do."""

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abonent.base.money import round_half_up
from abonent.tariffs.calculator import TariffError

if TYPE_CHECKING:
    from abonent.consumption.loading import LoadReport
    from abonent.consumption.preview import Preview
    from abonent.consumption.quoting import Why

SUMMARY = "Keep a tariff's file as its next version, previewed against last month's volumes."
EXAMPLE = "abonent tariffs load tariffs/almaty-levels.toml --takes-effect 2026-12-01 --dry-run"
NEEDS_PORTAL = True

WHY: "dict[Why, str]" = {
    "no_tariff": "no tariff is loaded for them",
    "before_rates": "the tariff has no rates for that month",
    "scales": "the tariff has no rates for a meter with these scales",
    "residents": "the number of residents is not known, and the tariff counts by it",
    "no_volume": "the volume is not known",
    "refused": "the tariff has no answer for this household",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a tariff: docs/domain/tariffs.md")
    parser.add_argument(
        "--takes-effect",
        type=_day,
        metavar="DAY",
        help="until then the version before stays in force (default: today)",
    )
    parser.add_argument("--dry-run", action="store_true", help="look at what it will do; write nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written 2026-12-01, not {text!r}") from None


def run(options: argparse.Namespace) -> int:
    """0: loaded, looked at, or known already; 1: refused with file, key and reason, and nothing written."""
    from django.utils import timezone

    from abonent.consumption.loading import load_with_preview

    bar = _Bar() if sys.stderr.isatty() else None
    try:
        report = load_with_preview(
            text=_text(options.file),
            filename=options.file.name,
            by=_user(),
            takes_effect_on=options.takes_effect,
            dry_run=options.dry_run,
            now=timezone.now(),
            progress=bar,
        )
    finally:
        if bar:
            bar.clear()
    said = (
        json.dumps(as_dict(report), ensure_ascii=False, indent=2) if options.json else "\n".join(told(report))
    )
    sys.stdout.write(said + "\n")
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise TariffError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TariffError(f"{path}: not UTF-8: {error}") from error


def _user() -> str:
    """Who runs the command, by the name the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def told(report: "LoadReport") -> Iterator[str]:
    """The report as lines of text."""
    seen = report.preview
    if seen.volumes_of is None:
        yield f"{seen.code}: nothing was billed for {seen.service} yet: there is nothing to preview against."
    else:
        yield (
            f"{seen.code} ({seen.service}) against the volumes of {seen.volumes_of},"
            f" reckoned as {seen.reckoned_as}"
        )
        yield from _who(seen)
        yield ""
        yield from _sums(seen)
        yield from _most(seen)
        yield from _failed(seen)
    yield ""
    yield _ending(report)


def _who(seen: "Preview") -> Iterator[str]:
    if seen.everybody:
        yield "Nobody is charged by it yet: reckoned is everybody with the service, whatever they pay by now."
    elif seen.on_other_tariffs:
        yield f"On other tariffs, and not concerned: {_number(seen.on_other_tariffs)}."


def _sums(seen: "Preview") -> Iterator[str]:
    per_cent = "" if seen.per_cent is None else f"  ({_signed(seen.per_cent)} %)"
    same = seen.accounts - seen.more - seen.less
    rows = [
        ("accounts reckoned", _number(seen.accounts)),
        ("by what is in force", _money(seen.before)),
        ("by the new tariff", _money(seen.after)),
        ("difference", _signed(seen.difference) + per_cent),
        ("pay more, less, the same", f"{_number(seen.more)}, {_number(seen.less)}, {_number(same)}"),
    ]
    yield from (f"{label:<25} {value}" for label, value in rows)


def _most(seen: "Preview") -> Iterator[str]:
    if seen.most:
        yield ""
        yield "who pays more by most:"
        for one in seen.most:
            amounts = f"{_money(one.before)} -> {_money(one.after)}"
            yield f"  {one.account:<20} {amounts}  {_signed(one.difference)}"


def _failed(seen: "Preview") -> Iterator[str]:
    if seen.not_reckoned:
        yield ""
        yield f"could not be reckoned: {_number(sum(seen.not_reckoned.values()))}"
        for why, count in sorted(seen.not_reckoned.items(), key=lambda one: -one[1]):
            examples = ", ".join(seen.examples[why])
            more = ", …" if count > len(seen.examples[why]) else ""
            yield f"  {_number(count)}: {WHY[why]} ({examples}{more})"


def _ending(report: "LoadReport") -> str:
    if report.loaded is None:
        return "A dry run: nothing was written."
    one = report.loaded.version
    if not report.loaded.is_new:
        return (
            f"Nothing to do: this is version {one.number} of {one.code}, in force from {one.takes_effect_on}."
        )
    return f"Loaded: version {one.number} of {one.code}, in force from {one.takes_effect_on}."


def as_dict(report: "LoadReport") -> dict[str, Any]:
    """For JSON: amounts are strings, days and months ISO."""
    seen, done = report.preview, report.loaded
    return {
        "code": seen.code,
        "service": seen.service,
        "volumes_of": str(seen.volumes_of) if seen.volumes_of else None,
        "reckoned_as": str(seen.reckoned_as),
        "everybody": seen.everybody,
        "on_other_tariffs": seen.on_other_tariffs,
        "accounts": seen.accounts,
        "before": str(seen.before),
        "after": str(seen.after),
        "difference": str(seen.difference),
        "per_cent": None if seen.per_cent is None else str(round_half_up(seen.per_cent)),
        "more": seen.more,
        "less": seen.less,
        "most": [
            {"account": one.account, "before": str(one.before), "after": str(one.after)} for one in seen.most
        ],
        "not_reckoned": [
            {"why": why, "reason": WHY[why], "accounts": count, "examples": list(seen.examples[why])}
            for why, count in seen.not_reckoned.items()
        ],
        "version": done.version.number if done else None,
        "takes_effect_on": done.version.takes_effect_on.isoformat() if done else None,
        "is_new": done.is_new if done else None,
    }


def _number(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ")


def _signed(amount: Decimal) -> str:
    rounded = round_half_up(amount)
    return f"{rounded:+,.2f}".replace(",", " ") if rounded else "0.00"


class _Bar:
    """One line on a terminal: how many accounts are reckoned."""

    def __call__(self, done: int, total: int) -> None:
        sys.stderr.write(f"\r\x1b[2K{done / max(1, total):4.0%} {_number(done)} of {_number(total)} accounts")
        sys.stderr.flush()

    def clear(self) -> None:
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()

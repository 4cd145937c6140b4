"""Sberbank's registry: windows-1251 (or UTF-8), `;`, a trailer with count and totals.

15 fields: day, time, branch, cashier, operation, account, payer, address, period, sum for the service, two
free, total, transferred, commission. Without the sum and the free ones: 12 (unsourced). With readings:
account twice, address, period, groups of serial, service, scale, value, then two marks, a free one, total,
transferred, commission. The trailer is a line `=` and `count;total;transfer;commission;…`, or all of it on
one line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from abonent.exchange.registries.values import RegistryFile, amount, check, day, decoded
from abonent.payments.registry_file import BadRegistry, RowGiven

NAME = "sberbank"
_FULL, _SHORT, _GROUP = 15, 12, 4
_MARKS = {"", "!", "[!]"}
_SUM = re.compile(r"\s*[-+]?[0-9]+([.,][0-9]*)?\s*")
_FIRST = re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4};[0-9]{2}-[0-9]{2}-[0-9]{2};|=")


@dataclass(slots=True)
class _Totals:
    """What the trailer has to say."""

    count: int = 0
    sums: dict[str, Decimal] = field(
        default_factory=lambda: dict.fromkeys(("total", "transfer", "commission"), Decimal(0))
    )

    def add(self, fields: list[str], line: int) -> None:
        self.count += 1
        for name, text in zip(self.sums, fields[-3:], strict=True):
            self.sums[name] += amount(text, line=line, field=name)


def looks_like(data: bytes) -> bool:
    first = next((line for line in data.split(b"\n", 20) if line.strip()), b"")
    return bool(_FIRST.match(first.removeprefix(b"\xef\xbb\xbf").decode("cp1251", "replace")))


def rows(file: RegistryFile) -> Iterator[RowGiven]:
    """The payments; at the end the trailer is compared with them. Raises BadRegistry."""
    totals = _Totals()
    lines = (
        (at, line) for at, line in enumerate(decoded(file.data, "cp1251").splitlines(), 1) if line.strip()
    )
    for at, line in lines:
        if line.lstrip().startswith("="):
            _check_trailer(at, line.strip()[1:], lines, totals)
            return
        fields = _fields(line, at)
        totals.add(fields, at)
        yield _row(fields, at)
    raise BadRegistry("has no trailer: the file is not whole", remedy="ask the bank for the file anew")


def _fields(line: str, at: int) -> list[str]:
    fields = [one.strip() for one in line.split(";")]
    for given in (fields, fields[:-1]):
        if len(given) == _SHORT or (len(given) >= _FULL and (len(given) - _FULL) % _GROUP == 0):
            return given
        if fields[-1]:
            break
    raise BadRegistry(
        "are neither 12 nor 15 nor those with readings",
        line=at,
        field="fields",
        value=str(len(fields)),
        remedy="look whether it is Sberbank's registry",
    )


def _row(fields: list[str], at: int) -> RowGiven:
    with_sum = len(fields) == _FULL and bool(_SUM.fullmatch(fields[9]))
    with_readings = len(fields) >= _FULL and not with_sum
    if with_readings and not _MARKS.issuperset(fields[-6:-3]):
        raise BadRegistry("is no sum like 1234.56", line=at, field="sum", value=fields[-6])
    return RowGiven(
        line=at,
        operation=fields[4],
        paid_on=day(fields[0], line=at, field="day"),
        account=fields[5],
        amount=amount(fields[9] if with_sum else fields[-3], line=at, field="sum"),
        payer="" if with_readings else fields[6],
        purpose=_purpose(fields, with_readings),
        commission=amount(fields[-1], line=at, field="commission"),
    )


def _purpose(fields: list[str], with_readings: bool) -> str:
    """The period, and readings as the payer told them: kept for people, not taken as readings."""
    groups = fields[9:-6] if with_readings else []
    readings = ["/".join(groups[at : at + _GROUP]) for at in range(0, len(groups), _GROUP)]
    return " ".join(one for one in [fields[8], *readings] if one)


def _check_trailer(at: int, said: str, lines: Iterator[tuple[int, str]], totals: _Totals) -> None:
    if not said:
        at, said = next(lines, (at, ""))
    fields = [one.strip() for one in said.split(";")]
    if len(fields) < len(totals.sums) + 1 or not re.fullmatch(r"[0-9]{1,9}", fields[0]):
        reason = "is no trailer like 3;1734,57;1717,22;17,35;number;day"
        raise BadRegistry(
            reason, line=at, field="trailer", value=said, remedy="ask the bank for the file anew"
        )
    check(int(fields[0]), totals.count, line=at, field="count")
    for (name, found), text in zip(totals.sums.items(), fields[1:], strict=False):
        check(amount(text, line=at, field=name), found, line=at, field=name)
    for after, line in lines:
        raise BadRegistry("stands after the trailer", line=after, field="text", value=line)

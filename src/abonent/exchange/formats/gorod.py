"""The registry of the «Город» system: `#FILESUM`, `#TYPE 7`, `#SERVICE`, then
`name;address;account;sum;text`.

windows-1251 or UTF-8. Rows have neither a day nor an operation's number: the day is named by the caller or
stands in the file's name, and an operation is named from what its row says.
"""

from collections.abc import Iterator
from decimal import Decimal

from abonent.exchange.registries.values import (
    OperationNames,
    RegistryFile,
    amount,
    check,
    day_in_name,
    decoded,
)
from abonent.payments.registry_file import BadRegistry, RowGiven

NAME = "gorod"
_FEWEST = 4
_TYPE = "7"


def looks_like(data: bytes) -> bool:
    return (
        data.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith((b"#FILESUM", b"#TYPE", b"#SERVICE"))
    )


def rows(file: RegistryFile) -> Iterator[RowGiven]:
    """The payments; at the end their sum is compared with #FILESUM. Raises BadRegistry."""
    paid_on = file.day or day_in_name(file.name)
    if paid_on is None:
        raise BadRegistry("says no day, and there is none in its name", remedy="name it: --day 2026-11-05")
    names, head, total = OperationNames(), dict[str, tuple[int, str]](), Decimal(0)
    for at, line in enumerate(decoded(file.data, "cp1251").splitlines(), 1):
        if line.startswith("#"):
            name, _, value = line[1:].strip().partition(" ")
            head[name.upper()] = (at, value.strip())
        elif line.strip():
            fields = [one.strip() for one in line.split(";")]
            if len(fields) < _FEWEST:
                raise BadRegistry(
                    "is not name;address;account;sum", line=at, field="row", value=line, remedy=_LOOK
                )
            paid = amount(fields[3], line=at, field="sum")
            total += paid
            yield RowGiven(
                line=at,
                operation=names.name(f"{paid_on:%Y%m%d}", [*fields[:3], str(paid), *fields[4:]]),
                paid_on=paid_on,
                account=fields[2],
                amount=paid,
                payer=fields[0],
                purpose="; ".join(one for one in [*fields[4:], fields[1]] if one),
            )
    _check_head(head, total)


_LOOK = "look whether it is a registry of «Город»"


def _check_head(head: dict[str, tuple[int, str]], total: Decimal) -> None:
    if "FILESUM" not in head:
        raise BadRegistry("has no #FILESUM: the file is not whole", remedy="ask the bank for the file anew")
    at, said = head["FILESUM"]
    check(amount(said, line=at, field="FILESUM"), total, line=at, field="FILESUM")
    at, kind = head.get("TYPE", (0, _TYPE))
    if kind != _TYPE:
        raise BadRegistry("is a type that nobody here reads", line=at, field="TYPE", value=kind, remedy=_LOOK)

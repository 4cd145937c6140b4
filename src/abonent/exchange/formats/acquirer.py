"""An acquirer's registry of a day: UTF-8 CSV with `;`, column names in the first line, decimals with a comma.

`TRANSACTION_TYPE` is PAYMENT or REFUND, and a refund names its payment in `PARENT_TRANSACTION_ID`; the
other names
differ from bank to bank (unsourced), so several are known for each. A day without payments is an empty file.
"""

import csv
import io
from collections.abc import Iterator

from abonent.exchange.registries.values import RegistryFile, amount, day, decoded
from abonent.payments.registry_file import BadRegistry, RowGiven

NAME = "acquirer"
#: What a row may say, under which names; the first group must be there.
NAMES: dict[str, tuple[str, ...]] = {
    "type": ("TRANSACTION_TYPE", "OPERATION_TYPE"),
    "operation": ("TRANSACTION_ID", "OPERATION_ID", "PAYMENT_ID", "ID"),
    "day": ("TRANSACTION_DATE", "OPERATION_DATE", "DATE", "CREATED_AT"),
    "amount": ("TRANSACTION_AMOUNT", "AMOUNT", "SUM"),
    "parent": ("PARENT_TRANSACTION_ID",),
    "reference": ("ORDER_ID", "ORDER_NUMBER", "MERCHANT_ORDER_ID", "ORDER"),
    "commission": ("COMMISSION", "FEE", "TRANSACTION_FEE", "COMMISSION_AMOUNT"),
    "account": ("ACCOUNT", "PERSONAL_ACCOUNT", "CUSTOMER_ACCOUNT"),
    "payer": ("PAYER", "CLIENT_NAME"),
    "purpose": ("DESCRIPTION", "PURPOSE"),
}
_NEEDED = ("type", "operation", "day", "amount")
_KINDS = {"PAYMENT": 1, "REFUND": -1}


def looks_like(data: bytes) -> bool:
    first = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].upper()
    return any(name.encode() in first for name in NAMES["type"]) and b";" in first


def rows(file: RegistryFile) -> Iterator[RowGiven]:
    """The payments and refunds, in the file's order. Raises BadRegistry."""
    reader = csv.reader(io.StringIO(decoded(file.data, "cp1251"), newline=""), delimiter=";", strict=True)
    try:
        head = next(reader, [])
        if head:
            columns = _columns(head)
            for fields in reader:
                if any(one.strip() for one in fields):
                    yield _row(_facts(fields, columns, len(head), reader.line_num), reader.line_num)
    except csv.Error as error:
        raise BadRegistry(f"is no CSV: {error}", line=reader.line_num, remedy=_ANEW) from error


_ANEW = "ask the bank for the file anew"


def _columns(head: list[str]) -> dict[str, int]:
    given = {name.strip().strip('"').upper(): at for at, name in enumerate(head)}
    found = {
        what: next((given[name] for name in names if name in given), -1) for what, names in NAMES.items()
    }
    for what in _NEEDED:
        if found[what] < 0:
            raise BadRegistry(
                f"is missing: one of {', '.join(NAMES[what])}",
                line=1,
                field="column",
                value=what,
                remedy=_ANEW,
            )
    return {what: at for what, at in found.items() if at >= 0}


def _facts(fields: list[str], columns: dict[str, int], wanted: int, line: int) -> dict[str, str]:
    if len(fields) != wanted:
        reason = f"are here, and the first line names {wanted}"
        raise BadRegistry(reason, line=line, field="columns", value=str(len(fields)), remedy=_ANEW)
    return dict.fromkeys(NAMES, "") | {what: fields[at].strip() for what, at in columns.items()}


def _row(facts: dict[str, str], line: int) -> RowGiven:
    kind = facts["type"].upper()
    if kind not in _KINDS:
        raise BadRegistry("is neither PAYMENT nor REFUND", line=line, field="type", value=facts["type"])
    if kind == "REFUND" and not facts["parent"]:
        raise BadRegistry("is empty for a refund", line=line, field="PARENT_TRANSACTION_ID", remedy=_ANEW)
    commission = facts["commission"]
    return RowGiven(
        line=line,
        operation=facts["operation"],
        paid_on=day(facts["day"], line=line, field="day"),
        amount=abs(amount(facts["amount"], line=line, field="amount")) * _KINDS[kind],
        account=facts["account"],
        reference=facts["reference"],
        parent=facts["parent"] if kind == "REFUND" else "",
        payer=facts["payer"],
        purpose=facts["purpose"],
        commission=amount(commission, line=line, field="commission") if commission else None,
    )

"""Registries as banks write them: what the parsers must read back."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from abonent.payments.registry_file import RowGiven


def comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def sberbank(rows: Sequence[RowGiven], *, one_line: bool = False, short: bool = False) -> str:
    """15 fields or 12, the trailer on a line of its own or not."""
    lines, total, fees = [], Decimal(0), Decimal(0)
    for row in rows:
        fee = row.commission or Decimal(0)
        total, fees = total + row.amount, fees + fee
        middle = [] if short else [f"{row.amount:.2f}", "", ""]
        fields = [
            f"{row.paid_on:%d-%m-%Y}",
            "08-44-10",
            "8647",
            "8647999V",
            row.operation,
            row.account,
            row.payer,
        ]
        fields += ["", row.purpose, *middle, comma(row.amount), comma(row.amount - fee), comma(fee)]
        lines.append(";".join(fields))
    trailer = f"{len(rows)};{comma(total)};{comma(total - fees)};{comma(fees)};123456;07-11-2026"
    return "\r\n".join([*lines, f"={trailer}" if one_line else f"=\r\n{trailer}", ""])


def gorod(rows: Iterable[RowGiven]) -> str:
    rows = list(rows)
    lines = [f"{row.payer};;{row.account};{row.amount:.2f};{row.purpose}" for row in rows]
    return "\r\n".join(
        [f"#FILESUM {sum(row.amount for row in rows):.2f}", "#TYPE 7", "#SERVICE 12345", *lines, ""]
    )


OURS = "40702810900000000001"
THEIRS = "40817810000000000002"


def client_bank(rows: Iterable[RowGiven], *, coding: str = "Windows", leaving: Sequence[str] = ()) -> str:
    """A statement of OURS; `leaving` are sums that went out."""
    rows = list(rows)
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={coding}", f"РасчСчет={OURS}"]
    lines += ["СекцияРасчСчет", f"РасчСчет={OURS}", f"ВсегоПоступило={sum(r.amount for r in rows):.2f}"]
    lines += ["КонецРасчСчет"]
    for at, row in enumerate(rows, 1):
        lines += _document(str(at), row, THEIRS, OURS)
    for amount in leaving:
        lines += ["СекцияДокумент=Платежное поручение", "Номер=7", "Дата=05.11.2026", f"Сумма={amount}"]
        lines += [f"ПлательщикСчет={OURS}", f"ПолучательСчет={THEIRS}", "КонецДокумента"]
    return "\r\n".join([*lines, "КонецФайла", ""])


def _document(number: str, row: RowGiven, payer: str, payee: str) -> list[str]:
    return [
        "СекцияДокумент=Платежное поручение",
        f"Номер={number}",
        f"Дата={row.paid_on:%d.%m.%Y}",
        f"Сумма={row.amount:.2f}",
        f"ПлательщикСчет={payer}",
        f"Плательщик1={row.payer}",
        f"ПолучательСчет={payee}",
        f"НазначениеПлатежа={row.purpose}",
        "КонецДокумента",
    ]


def acquirer(rows: Iterable[RowGiven]) -> str:
    names = (
        "TRANSACTION_ID TRANSACTION_TYPE PARENT_TRANSACTION_ID TRANSACTION_DATE AMOUNT COMMISSION ORDER_ID"
    )
    lines = [";".join([*names.split(), "ACCOUNT"])]
    for row in rows:
        kind = "PAYMENT" if row.amount > 0 else "REFUND"
        fee = "" if row.commission is None else comma(row.commission)
        fields = [row.operation, kind, row.parent, f"{row.paid_on} 10:20:30", comma(abs(row.amount)), fee]
        lines.append(";".join([*fields, row.reference, row.account]))
    return "\n".join([*lines, ""])

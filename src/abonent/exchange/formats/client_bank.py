"""1CClientBankExchange: the payee's bank statement, `Ключ=Значение` in sections.

`Кодировка=Windows` is cp1251 and `DOS` cp866, and what is UTF-8 is read as that whatever it says. Only
money that
came in is taken: the payee's account is the statement's, the payer's is none of ours. The personal account
stands somewhere in `НазначениеПлатежа`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from abonent.exchange.registries.values import OperationNames, RegistryFile, amount, check, day, decoded
from abonent.payments.registry_file import LONGEST_PURPOSE, BadRegistry, RowGiven

NAME = "client_bank"
_FIRST = "1CClientBankExchange"
# «л/с 0012345», «ЛС: 12345», «лицевой счёт № 00-000017», «лиц.сч. 17345», «дербес шот 12345», «ж/ш 12345»
_ACCOUNT = re.compile(
    r"(?<![\w])(?:л\s?/\s?сч?|лсч?|лиц(?:евой|евого|евому|\.)?\s?сч(?:[её]т\w?|\.)?|дербес\s+шот\w*|ж\s?/\s?ш)\.?"
    r"[\s:]*(?:№|n|no|#)?\.?[\s:]*(?P<account>[0-9](?:[0-9-]{0,28}[0-9])?)(?![\w])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Section:
    """One document, or one account: its keys and where it began."""

    kind: str
    line: int
    values: dict[str, str] = field(default_factory=dict)

    def first(self, *keys: str) -> str:
        return next((found for key in keys if (found := self.values.get(key, "").strip())), "")


def looks_like(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_FIRST.encode())


def rows(file: RegistryFile) -> Iterator[RowGiven]:
    """What came in; at the end it is compared with `ВсегоПоступило`, where the bank says so. Raises
    BadRegistry."""
    accounts, documents = _read(_text(file.data))
    stated = _stated(accounts, file.own_accounts)
    find = _finder(file.account_pattern)
    names, came = OperationNames(), Decimal(0)
    for one in documents:
        if one.first("ПолучательРасчСчет", "ПолучательСчет") in stated:
            came += amount(one.first("Сумма"), line=one.line, field="Сумма")
            if one.first("ПлательщикРасчСчет", "ПлательщикСчет") not in stated | file.own_accounts:
                yield _row(one, names, find)
    said = [(one, text) for one in accounts if (text := one.first("ВсегоПоступило"))]
    if said:
        expected = sum(
            (amount(text, line=one.line, field="ВсегоПоступило") for one, text in said), start=Decimal(0)
        )
        check(expected, came, line=said[0][0].line, field="ВсегоПоступило")


def _text(data: bytes) -> str:
    dos = re.search(r"Кодировка=DOS".encode("cp866"), data[:2000], re.IGNORECASE)
    return decoded(data, "cp866" if dos else "cp1251")


def _read(text: str) -> tuple[list[_Section], list[_Section]]:
    """The accounts (the first: what stands before any section) and the documents."""
    head, ended = _Section("", 1), False
    accounts, documents, current = [head], list[_Section](), head
    for at, line in enumerate(text.splitlines(), 1):
        key, _, value = (one.strip() for one in line.partition("="))
        if at == 1 and key != _FIRST:
            raise BadRegistry("does not begin with 1CClientBankExchange", line=1, remedy="look at --format")
        if key in {"СекцияРасчСчет", "СекцияДокумент"}:
            current = _Section(value, at)
            (accounts if key == "СекцияРасчСчет" else documents).append(current)
        elif key in {"КонецРасчСчет", "КонецДокумента"}:
            current = _Section("", at)
        elif key == "КонецФайла":
            ended = True
        elif key:
            current.values[key] = value
    if not ended:
        raise BadRegistry("has no КонецФайла: the file is not whole", remedy="ask the bank for the file anew")
    return accounts, documents


def _stated(accounts: list[_Section], own: frozenset[str]) -> frozenset[str]:
    """The accounts whose statement it is: they must be ours."""
    stated = {one.first("РасчСчет"): one.line for one in accounts if one.first("РасчСчет")}
    for account, line in stated.items():
        if own and account not in own:
            raise BadRegistry(
                "is no account of an organisation here",
                line=line,
                field="РасчСчет",
                value=account,
                remedy="import the organisation's bank_account, or name it: --own-account",
            )
    if not stated and not own:
        raise BadRegistry("says of no account that it is the statement's", remedy="name it: --own-account")
    return frozenset(stated) or own


def _row(one: _Section, names: OperationNames, find: re.Pattern[str]) -> RowGiven:
    payer = one.first("ПлательщикРасчСчет", "ПлательщикСчет")
    written = one.first("ДатаПоступило", "Дата")
    paid_on = day(written, line=one.line, field="Дата")
    paid = amount(one.first("Сумма"), line=one.line, field="Сумма")
    purpose = one.first("НазначениеПлатежа") or " ".join(
        found for at in range(1, 7) if (found := one.first(f"НазначениеПлатежа{at}"))
    )
    number = one.first("Номер")[:12]
    return RowGiven(
        line=one.line,
        operation=names.name(f"{paid_on:%Y%m%d}-{number}", [payer, str(paid), purpose]),
        paid_on=paid_on,
        amount=paid,
        account=_account_in(purpose, find),
        payer=one.first("Плательщик1", "Плательщик"),
        purpose=purpose,
    )


def _finder(pattern: str) -> re.Pattern[str]:
    try:
        found = re.compile(pattern, re.IGNORECASE) if pattern else _ACCOUNT
    except re.error as error:
        raise BadRegistry(f"is no regular expression: {error}", field="pattern", value=pattern) from error
    if not found.groups:
        raise BadRegistry("has no group for the account", field="pattern", value=pattern, remedy="write (…)")
    return found


def _account_in(purpose: str, find: re.Pattern[str]) -> str:
    """The account that the purpose names; nothing when it names several, or is longer than any bank's."""
    if len(purpose) > LONGEST_PURPOSE:
        return ""
    found = {match[1].strip() for match in find.finditer(purpose) if match[1]}
    return found.pop() if len(found) == 1 else ""

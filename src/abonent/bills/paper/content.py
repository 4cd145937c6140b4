"""The dataclasses of `document` -> the plain data a template receives (docs/domain/receipts.md describes it).

Figures arrive at the template formatted, words in the paper's languages: an organisation that edits its
template lays out, and neither formats nor translates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from abonent.bills.paper.document import (
    Back,
    Brand,
    Customer,
    LinkCode,
    MeterLine,
    Payee,
    Receipt,
    ReceiptLine,
    Statement,
    Text,
    Totals,
)
from abonent.bills.paper.figures import DASH, column, day, money
from abonent.bills.paper.labels import LABELS, LANGUAGES, month_name
from abonent.bills.paper.order import bill_order
from abonent.bills.paper.payment_qr import PaymentOrder, draw, payload

Words = list[str]
Content = dict[str, Any]


def words(text: Text, languages: Sequence[str]) -> Words:
    """The text in each of the paper's languages, without repeats; in another when it has none of these."""
    if isinstance(text, str):
        return [text] if text else []
    found = [text[language] for language in languages if text.get(language)]
    return list(dict.fromkeys(found)) or [value for value in text.values() if value][:1]


@cache
def labels(languages: tuple[str, ...]) -> Mapping[str, Words]:
    """The paper's own words in these languages; an unknown language is a ValueError."""
    if unknown := [language for language in languages if language not in LANGUAGES]:
        raise ValueError(f"the paper has no words in {', '.join(unknown)}")
    return {key: words(text, languages) for key, text in LABELS.items()}


def _months(receipt: Receipt | Statement, month: Any) -> Words:
    return [month_name(month.year, month.number, language) for language in receipt.languages]


def brand_content(brand: Brand, languages: Sequence[str]) -> Content:
    """Who sends the paper."""
    return {
        "name": words(brand.name, languages),
        "accent": brand.accent,
        "logo": brand.logo,
        "contacts": [
            {"label": words(contact.label, languages), "value": words(contact.value, languages)}
            for contact in brand.contacts
        ],
    }


def _customer(customer: Customer) -> Content:
    return {
        "account": customer.account,
        "name": customer.name,
        "address": customer.address,
        "residents": None if customer.residents is None else str(customer.residents),
        "area": None if customer.area is None else column([customer.area])[0],
    }


def _standing(balance: Decimal) -> str:
    """Which label tells what the balance is."""
    return "debt" if balance > 0 else "overpayment" if balance < 0 else "no_debt"


def _totals(totals: Totals) -> Content:
    figures = {field.name: money(getattr(totals, field.name)) for field in fields(totals)}
    return {
        **figures,
        "opening_is": _standing(totals.opening),
        "closing_is": _standing(totals.closing),
        "corrected": totals.corrections != 0,
    }


def _requisites(payee: Payee, said: Mapping[str, Words]) -> list[tuple[Words, str]]:
    """Label and value, in the order of a payment form; Kazakh or Russian by the account."""
    kazakh = payee.account.upper().startswith("KZ")
    if kazakh:
        pairs = [("bin", payee.tax_id), ("iban", payee.account), ("bic_kz", payee.bic)]
    else:
        pairs = [
            ("inn", payee.tax_id), ("kpp", payee.kpp), ("bank_account", payee.account),
            ("bic", payee.bic), ("correspondent", payee.correspondent_account),
        ]  # fmt: skip
    return [(said[key], value) for key, value in pairs if value]


def _payee(payee: Payee, languages: tuple[str, ...]) -> Content:
    return {
        "name": words(payee.name, languages),
        "bank": words(payee.bank, languages),
        "requisites": _requisites(payee, labels(languages)),
    }


def _meters(meters: Sequence[MeterLine], languages: Sequence[str], missing: str) -> list[Content]:
    previous = column([meter.previous for meter in meters], missing=missing)
    current = column([meter.current for meter in meters], missing=missing)
    consumption = column([meter.consumption for meter in meters])
    return [
        {
            "service": words(meter.service, languages),
            "serial": meter.serial,
            "scale": words(meter.scale, languages),
            "unit": words(meter.unit, languages),
            "verified_on": day(meter.verified_on),
            "verify_by": day(meter.verify_by),
            "previous": previous[row],
            "current": current[row],
            "consumption": consumption[row],
        }
        for row, meter in enumerate(meters)
    ]


def _part_name(line: ReceiptLine, languages: Sequence[str]) -> Words:
    """A nested line says that it is a part («в т.ч. …»), unless billing has said so already."""
    names = words(line.name, languages)
    if not line.level:
        return names
    said = [LABELS["including"][language] for language in LANGUAGES]
    prefixes = words(LABELS["including"], languages)
    return [
        name if any(name.lower().startswith(prefix) for prefix in said) else f"{prefix} {name}"
        for name, prefix in zip(names, prefixes, strict=False)
    ]


_MONEY = (
    "opening", "accrued", "corrections", "paid", "closing", "undelivered_amount", "within_norm", "to_pay",
)  # fmt: skip


def _numbers(lines: Sequence[ReceiptLine]) -> list[str]:
    """1, 2, 3 for the services; nothing for their parts."""
    numbered, count = [], 0
    for line in lines:
        count += line.level == 0
        numbered.append("" if line.level else str(count))
    return numbered


def _lines(lines: Sequence[ReceiptLine], languages: Sequence[str], missing: str) -> list[Content]:
    numbers = _numbers(lines)
    columns = {
        "quantity": column([line.quantity for line in lines]),
        "price": column([line.price for line in lines], at_least=2),
        "undelivered_days": column([line.undelivered_days for line in lines]),
        "previous_reading": column([line.previous_reading for line in lines], missing=missing),
        "reading": column([line.reading for line in lines], missing=missing),
    }
    return [
        {
            "no": numbers[row],
            "level": line.level,
            "name": _part_name(line, languages),
            "supplier": words(line.supplier, languages),
            "unit": words(line.unit, languages),
            **{key: values[row] for key, values in columns.items()},
            **{key: money(getattr(line, key)) for key in _MONEY},
        }
        for row, line in enumerate(lines)
    ]


def payment_order(receipt: Receipt) -> PaymentOrder | None:
    """The payment of this bill; None without Russian requisites."""
    payee = next((payee for payee in receipt.payees if payee.takes_payment_qr), None)
    if payee is None:
        return None
    return bill_order(
        payee,
        month=receipt.month,
        amount=receipt.to_pay,
        customer=receipt.customer,
        number=receipt.number,
    )


def _qr(receipt: Receipt) -> Content | None:
    order = payment_order(receipt) if receipt.payment_qr else None
    if order is None:
        return None
    drawing = draw(payload(order))
    return {"svg": drawing.svg(), "path": drawing.path, "modules": drawing.modules}


def _dated(key: str, when: date | None, languages: tuple[str, ...]) -> Words:
    """A label with its date in the place that the language gives it; nothing without a date."""
    return [] if when is None else [text.format(day(when)) for text in labels(languages)[key]]


def _link_code(code: LinkCode | None, languages: tuple[str, ...]) -> Content | None:
    if code is None:
        return None
    return {"code": code.shown, "validity": _dated("valid_until", code.valid_until, languages)}


def _has(receipt: Receipt) -> dict[str, bool]:
    """Which columns and blocks hold anything: a template leaves out the rest."""
    lines = receipt.lines
    return {
        "readings": any(line.reading is not None or line.previous_reading is not None for line in lines),
        "suppliers": any(line.supplier for line in lines),
        "balances": any(line.closing is not None or line.opening is not None for line in lines),
        "verified": any(meter.verified_on for meter in receipt.meters),
        "verify_by": any(meter.verify_by for meter in receipt.meters),
        "consumption": any(meter.consumption is not None for meter in receipt.meters),
    }


def _column_totals(lines: Sequence[ReceiptLine]) -> dict[str, str]:
    """Sums of the money columns over services (parts are inside them); a dash for a column nobody fills."""
    sums = {}
    for key in _MONEY:
        given = [getattr(line, key) for line in lines if line.level == 0 and getattr(line, key) is not None]
        sums[key] = money(sum(given, Decimal(0))) if given else DASH
    return sums


def receipt_content(receipt: Receipt) -> Content:
    """What a bill's template receives for one receipt."""
    languages = receipt.languages
    missing = " / ".join(labels(languages)["missing"])
    return {
        "number": receipt.number,
        "month": _months(receipt, receipt.month),
        "issued_on": day(receipt.issued_on),
        "due_on": day(receipt.due_on),
        "payments_until": _dated("payments_until", receipt.payments_until, languages),
        "currency": receipt.currency,
        "to_pay": money(receipt.to_pay),
        "nothing_to_pay": receipt.to_pay == 0,
        "brand": brand_content(receipt.brand, languages),
        "customer": _customer(receipt.customer),
        "totals": _totals(receipt.totals),
        "lines": _lines(receipt.lines, languages, missing),
        "sums": _column_totals(receipt.lines),
        "meters": _meters(receipt.meters, languages, missing),
        "payees": [_payee(payee, languages) for payee in receipt.payees],
        "notes": [words(note, languages) for note in receipt.notes],
        "link_code": _link_code(receipt.link_code, languages),
        "qr": _qr(receipt),
        "has": _has(receipt),
    }


def _tariff(tariff: Decimal | tuple[Decimal, ...] | None) -> str:
    given = tariff if isinstance(tariff, tuple) else (tariff,)
    return " / ".join(column(given, at_least=2)) if given else DASH


def statement_content(statement: Statement) -> Content:
    """What the statement's template receives."""
    languages = statement.languages
    return {
        "service": words(statement.service, languages),
        "supplier": words(statement.supplier, languages),
        "first": _months(statement, statement.first),
        "last": _months(statement, statement.last),
        "printed_on": day(statement.printed_on),
        "currency": statement.currency,
        "brand": brand_content(statement.brand, languages),
        "customer": _customer(statement.customer),
        "totals": _totals(statement.totals),
        "lines": [
            {
                "month": f"{line.month.number:02d}/{line.month.year}",
                "tariff": _tariff(line.tariff),
                **{key: money(getattr(line, key)) for key in _MONEY[:5]},
            }
            for line in statement.lines
        ],
    }


def back_content(back: Back) -> Content:
    """What the back's template receives; «Как читать счёт» closes it."""
    languages = back.languages
    return {
        "brand": brand_content(back.brand, languages),
        "due_on": day(back.due_on),
        "landscape": back.landscape,
        "sections": [
            {
                "title": words(section.title, languages),
                "paragraphs": [words(paragraph, languages) for paragraph in section.paragraphs],
            }
            for section in back.sections
        ],
        "how_to_read": [words(text, languages) for text in back.how_to_read],
        "offices": [
            {
                "name": words(office.name, languages),
                "address": words(office.address, languages),
                "hours": words(office.hours, languages),
                "phone": office.phone,
            }
            for office in back.offices
        ],
    }


def sheet_content(
    kind: str, title: str, languages: tuple[str, ...], items: Iterable[Content], back: Back | None = None
) -> Content:
    """The whole document: what it is called, its languages and words, its receipts, statement or back."""
    return {
        "kind": kind,
        "title": title,
        "languages": list(languages),
        "labels": labels(languages),
        "items": list(items),
        "back": back and back_content(back),
    }

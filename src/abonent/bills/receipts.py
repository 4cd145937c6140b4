"""The receipt of a month: what the rooms below know about it, put on paper.

A receipt can be had at any time for any month that was charged; nothing is kept, the figures are billing's.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.conf import settings

from abonent.accounts.codes import VALID, issued_on
from abonent.accounts.link_queries import code_for_bill
from abonent.accounts.queries import HeldAccount
from abonent.base.money import CENT, ZERO
from abonent.base.months import Month
from abonent.bills.brand import portal_brand
from abonent.bills.paper import (
    Back,
    BackOffice,
    BackSection,
    Customer,
    LinkCode,
    MeterLine,
    Payee,
    Receipt,
    ReceiptLine,
    Text,
    Totals,
    render_back,
    render_receipt,
)
from abonent.ledger.bill_lines import BillLine, bill_lines
from abonent.metering.month_readings import ScaleReading, readings_of_month
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.profile import Language
from abonent.portal.queries import ServiceFacts, services

SCALES: dict[str, Text] = {
    "total": "",
    "day": {"kk": "күндіз", "ru": "день", "en": "day"},
    "night": {"kk": "түн", "ru": "ночь", "en": "night"},
    # doubtful: қарбалас / жартылай қарбалас
    "peak": {"kk": "қарбалас", "ru": "пик", "en": "peak"},
    "half_peak": {"kk": "жартылай қарбалас", "ru": "полупик", "en": "half-peak"},
}
HOW_TO_PAY: Text = {"kk": "Қалай төлеуге болады", "ru": "Как оплатить", "en": "How to pay"}
#: The layout whose page lies, and whose columns are those of order 43/пр.
_LYING = "housing"


def paper_languages(language: str) -> tuple[str, ...]:
    """In which languages the paper is printed for a reader of `language`.

    Kazakhstan's bill is bilingual, Kazakh first (language law, art. 21); whoever reads English gets English.
    """
    languages = portal().languages
    if language not in ("kk", "ru"):
        return (language,)
    return ("kk", "ru") if {"kk", "ru"} <= set(languages) else (language,)


def receipt_pdf(account: HeldAccount, month: Month, *, language: str, today: date) -> bytes | None:
    """The receipt of `month` as PDF; None when nothing was charged in it. Six queries at most."""
    found = receipt(account, month, language=language, today=today)
    return render_receipt(found, template=bill_template()) if found else None


def back_pdf(month: Month, *, language: str) -> bytes:
    """«Оборотная сторона счёта» of `month`: how to pay, offices, how to read the bill."""
    return render_back(back(month, language=language))


def receipt(account: HeldAccount, month: Month, *, language: str, today: date) -> Receipt | None:
    """What is printed for `month`; None when nothing was charged. Amounts are the supplier's own."""
    charged = bill_lines(account.id, month)
    if not charged:
        return None
    profile = portal()
    languages = paper_languages(language)
    known = [services(language=one, version=account.data_version) for one in languages]
    charged.sort(key=lambda line: known[0][line.service_id].place)
    texts = {line.service_id: _Words(line.service_id, languages, known) for line in charged}
    readings = readings_of_month(account.id, month)
    keeper = Organisation.objects.get(pk=account.organisation_id)
    roots = [line for line in charged if texts[line.service_id].facts.parent_id is None]
    shape = _Shape(roots, readings, keeper.name(languages[0]))
    return Receipt(
        month=month,
        customer=Customer(
            account=account.number,
            name=account.payer,
            address=account.address,
            residents=account.residents,
            area=account.area,
        ),
        brand=portal_brand(),
        lines=tuple(_line(line, texts[line.service_id], shape) for line in charged),
        totals=_totals(roots),
        languages=languages,
        currency=profile.currency_symbol,
        meters=tuple(_meter(one, languages, known) for one in readings),
        payees=_payees(keeper, charged),
        issued_on=issued_on(month),
        due_on=profile.bill.due_on(month),
        payments_until=profile.bill.counted_until(month),
        rounding=Decimal(1) if profile.bill.round_to_whole else CENT,
        link_code=_link_code(account, month, today),
        payment_qr=profile.bill.payment_qr,
    )


def back(month: Month, *, language: str) -> Back:
    """The back of the bill, from the profile."""
    profile = portal()
    return Back(
        brand=portal_brand(),
        sections=(BackSection(title=HOW_TO_PAY, paragraphs=tuple(map(_text, profile.bill.back))),),
        offices=tuple(
            BackOffice(
                name=_text(office.name),
                address=_text(office.address),
                hours=_text(office.hours),
                phone=office.phone or "",
            )
            for office in profile.offices
        ),
        languages=paper_languages(language),
        due_on=profile.bill.due_on(month),
        landscape=profile.bill.template == _LYING,
    )


def _text(text: Mapping[Language, str]) -> Text:
    return {str(code): said for code, said in text.items()}


class _Shape:
    """What the lines of this bill show besides quantity, price and amount.

    One service: its readings, for the balances stand above. Several: the balances and who supplies, for the
    readings stand in a table of their own. The housing bill (order 43/пр) shows the debt after payments, and
    recalculation apart from underdelivery.
    """

    def __init__(self, charged: list[BillLine], readings: list[ScaleReading], own: str) -> None:
        self.lying = portal().bill.template == _LYING
        self.balances = self.lying or len(charged) > 1
        single = len(charged) == 1 and len(readings) == 1
        self.readings = {one.service_id: one for one in readings} if single and not self.lying else {}
        self._own = own

    def supplier(self, words: "_Words") -> str:
        """Named where it is not the one who keeps the account; once, in the paper's first language."""
        said = words.facts.supplier
        return said if self.balances and said != self._own else ""


class _Words:
    """A service's name, unit and supplier in the paper's languages."""

    def __init__(
        self, service_id: int, languages: tuple[str, ...], known: list[dict[int, ServiceFacts]]
    ) -> None:
        each = [(language, one[service_id]) for language, one in zip(languages, known, strict=True)]
        self.facts = each[0][1]
        self.name: Text = {language: one.name for language, one in each}
        self.unit: Text = {language: one.unit for language, one in each}
        self.supplier: Text = {language: one.supplier for language, one in each}


def _line(line: BillLine, words: _Words, shape: _Shape) -> ReceiptLine:
    reading = shape.readings.get(line.service_id)
    shown = line if shape.balances else None
    return ReceiptLine(
        name=words.name,
        level=words.facts.level,
        supplier="" if words.facts.level else shape.supplier(words),
        unit=words.unit,
        quantity=line.volume,
        price=line.tariff,
        previous_reading=reading.previous if reading else None,
        reading=reading.current if reading else None,
        accrued=line.accrued,
        opening=shown and (line.opening - line.paid if shape.lying else line.opening),
        corrections=shown and line.corrections + (line.undelivered_amount or ZERO) * shape.lying,
        paid=shown and line.paid,
        closing=shown and line.closing,
        undelivered_days=line.undelivered_days,
        undelivered_amount=line.undelivered_amount,
        within_norm=line.within_norm,
        to_pay=line.closing,
    )


def _totals(lines: Iterable[BillLine]) -> Totals:
    rows = list(lines)
    names = ("opening", "accrued", "corrections", "paid", "closing")
    return Totals(**{name: sum((getattr(row, name) for row in rows), ZERO) for name in names})


def _meter(one: ScaleReading, languages: tuple[str, ...], known: list[dict[int, ServiceFacts]]) -> MeterLine:
    words = _Words(one.service_id, languages, known)
    return MeterLine(
        service=words.name,
        serial=one.serial,
        scale=SCALES[one.scale],
        unit=words.unit,
        verified_on=one.verified_on,
        verify_by=one.next_verification_on,
        previous=one.previous,
        current=one.current,
        consumption=one.consumption,
    )


def _payees(keeper: Organisation, charged: list[BillLine]) -> tuple[Payee, ...]:
    """Who is paid. With a payment QR, which is one payment, the organisation that keeps the account, when it
    has bank details; else every supplier on the bill that has them."""
    if portal().bill.payment_qr and keeper.bank_account:
        return (_payee(keeper),)
    suppliers = Organisation.objects.filter(services__in=[line.service_id for line in charged])
    found = list(suppliers.exclude(bank_account="").order_by("id").distinct())
    return tuple(_payee(one) for one in found or [keeper])


def _payee(organisation: Organisation) -> Payee:
    return Payee(
        name={"kk": organisation.name("kk"), "ru": organisation.name("ru"), "en": organisation.name("en")},
        tax_id=organisation.tax_number,
        account=organisation.bank_account,
        bank=organisation.bank_name,
        bic=organisation.bank_code,
        kpp=organisation.tax_reason_code,
        correspondent_account=organisation.correspondent_account,
    )


def _link_code(account: HeldAccount, month: Month, today: date) -> LinkCode | None:
    code = code_for_bill(account_id=account.id, month=month, today=today)
    return LinkCode(code=code, valid_until=issued_on(month) + VALID) if code else None


def bill_template() -> str:
    """One of ours by name, or the organisation's own file beside its profile."""
    template = portal().bill.template
    return str(settings.PORTAL_PATH.parent / template) if template.endswith(".typ") else template

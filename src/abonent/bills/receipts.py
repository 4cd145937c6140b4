"""The receipt of a month: what the rooms below know about it, put on paper.

A receipt can be had at any time for any month that was charged; nothing is kept, the figures are billing's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.conf import settings

from abonent.accounts.codes import VALID, issued_on
from abonent.accounts.link_queries import codes_for_bills
from abonent.accounts.queries import HeldAccount
from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.bills.brand import portal_brand
from abonent.bills.paper import (
    Back,
    BackOffice,
    BackSection,
    Customer,
    LinkCode,
    MeterLine,
    Receipt,
    ReceiptLine,
    Text,
    Totals,
    render_back,
    render_receipt,
)
from abonent.bills.payees import payees
from abonent.ledger.bill_lines import BillLine, bill_lines_of
from abonent.metering.month_readings import ScaleReading, readings_of_accounts
from abonent.portal.current import portal
from abonent.portal.models import Organisation, Service
from abonent.portal.profile import Language
from abonent.portal.queries import ServiceFacts, services

SCALES: dict[str, Text] = {
    "total": "",
    "day": {"kk": "күндіз", "ru": "день", "en": "day"},
    "night": {"kk": "түнде", "ru": "ночь", "en": "night"},
    # doubtful: «қарбалас» or the grids' «ең жоғары жүктеме»
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


class Payer(Protocol):
    """Whose receipt it is: `accounts.queries.HeldAccount` for a page, `BilledAccount` for many at once."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def residents(self) -> int | None: ...
    @property
    def area(self) -> Decimal | None: ...
    @property
    def organisation_id(self) -> int: ...


def receipt(account: HeldAccount, month: Month, *, language: str, today: date) -> Receipt | None:
    """What is printed for `month`; None when nothing was charged. Amounts are the supplier's own."""
    found = receipts([account], month, language=language, version=account.data_version, today=today)
    return found.get(account.id)


def receipts(
    accounts: Sequence[Payer], month: Month, *, language: str, version: int, today: date
) -> dict[int, Receipt]:
    """The receipts of many accounts, by account and in their order; without those that were not charged.

    Six queries at most, however many they are; all of them are held in memory. `version` is that of the data
    (portal.queries.data_version)."""
    ids = [account.id for account in accounts]
    charged = bill_lines_of(ids, month)
    if not charged:
        return {}
    languages = paper_languages(language)
    batch = _Batch(
        month=month,
        languages=languages,
        services=[services(language=one, version=version) for one in languages],
        keepers=Organisation.objects.in_bulk({account.organisation_id for account in accounts}),
        suppliers=_suppliers(charged),
        readings=readings_of_accounts(ids, month),
        codes=codes_for_bills(account_ids=ids, month=month, today=today),
    )
    return {
        account.id: _receipt(account, charged[account.id], batch)
        for account in accounts
        if account.id in charged
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What is known of the accounts whose receipts are made together."""

    month: Month
    languages: tuple[str, ...]
    services: list[dict[int, ServiceFacts]]
    keepers: dict[int, Organisation]
    suppliers: dict[int, Organisation]
    """By service."""
    readings: dict[int, list[ScaleReading]]
    codes: dict[int, str]


def _suppliers(charged: Mapping[int, list[BillLine]]) -> dict[int, Organisation]:
    ids = {line.service_id for lines in charged.values() for line in lines}
    found = Service.objects.filter(pk__in=ids).select_related("organisation")
    return {service.pk: service.organisation for service in found}


def _receipt(account: Payer, charged: list[BillLine], batch: _Batch) -> Receipt:
    profile, known = portal(), batch.services
    charged.sort(key=lambda line: known[0][line.service_id].place)
    texts = {line.service_id: _Words(line.service_id, batch.languages, known) for line in charged}
    readings = batch.readings.get(account.id, [])
    keeper = batch.keepers[account.organisation_id]
    roots = [line for line in charged if texts[line.service_id].facts.parent_id is None]
    shape = _Shape(roots, readings, keeper.name(batch.languages[0]))
    return Receipt(
        month=batch.month,
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
        languages=batch.languages,
        currency=profile.currency_symbol,
        meters=tuple(_meter(one, batch.languages, known) for one in readings),
        payees=payees(keeper, [batch.suppliers[line.service_id] for line in charged]),
        issued_on=issued_on(batch.month),
        due_on=profile.bill.due_on(batch.month),
        payments_until=profile.bill.counted_until(batch.month),
        rounding=profile.bill.unit,
        link_code=_link_code(batch.codes.get(account.id), batch.month),
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


def _link_code(code: str | None, month: Month) -> LinkCode | None:
    return LinkCode(code=code, valid_until=issued_on(month) + VALID) if code else None


def bill_template() -> str:
    """One of ours by name, or the organisation's own file beside its profile."""
    template = portal().bill.template
    return str(settings.PORTAL_PATH.parent / template) if template.endswith(".typ") else template

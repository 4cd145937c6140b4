"""A bill as its page shows it: from the bill's values to rows, words and links."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from abonent.accounts.queries import HeldAccount
from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.bills.bill import Bill, BillRow, Standing
from abonent.bills.paper.payment_qr import PaymentOrder, draw_lines, payload
from abonent.interfaces.resident.cabinet import address
from abonent.interfaces.resident.labels import label
from abonent.interfaces.resident.on_their_way import coming
from abonent.interfaces.resident.receipts.changes_page import changes
from abonent.interfaces.resident.rows import amounts, explained, odd_lines, question_link, service_cell
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.tables import column
from abonent.ledger.queries import Charged, Line
from abonent.portal.current import portal


def bill_values(account: HeldAccount, bill: Bill) -> dict[str, Any]:
    """What `receipts/_bill.html` takes."""
    charged = [Charged(_line(bill, row), row.service) for row in bill.rows]
    corrected = any(row.line.corrections for row in bill.rows)
    return {
        "bill": bill,
        "standing": bill.standing,
        "columns": _columns(corrected),
        "rows": [
            [
                _service(row, account, bill.month),
                *_shown(explained(one, amounts(one), address("why", account)), corrected),
            ]
            for row, one in zip(bill.rows, charged, strict=True)
        ],
        "levels": [row.service.level for row in bill.rows],
        "totals": _totals(bill, corrected),
        "made_of": list(_made_of(bill)),
        "odd": odd_lines(charged),
        "coming": coming(bill.standing.came.expected) if bill.standing else [],
        "pay_href": _pay(account, bill.standing),
        "pay_word": label("pay", _("Pay")),
        "view_word": label("view_receipt", _("View")),
        "changes": [changes(one) for one in bill.against],
        "qr": _qr(bill.standing),
    }


def _line(bill: Bill, row: BillRow) -> Line:
    line = row.line
    return Line(
        bill.month.first_day,
        line.service_id,
        line.opening,
        line.accrued,
        line.corrections,
        line.paid,
        line.closing,
        line.tariff,
    )


def _columns(corrected: bool) -> list[Any]:
    return [
        column(_("Service"), kind="html", head=True),
        column(_("Opening balance"), kind="amount"),
        column(_("Accrued"), kind="amount"),
        *([column(_("Corrections"), kind="amount")] if corrected else []),
        column(_("Paid"), kind="amount"),
        column(_("Closing balance"), kind="amount", strong=True),
    ]


def _shown(row: list[Any], corrected: bool) -> list[Any]:
    return row if corrected else [*row[:2], *row[3:]]


def _totals(bill: Bill, corrected: bool) -> list[Any] | None:
    return [_("Total"), *_shown([*bill.totals], corrected)] if len(bill.rows) > 1 else None


def _service(row: BillRow, account: HeldAccount, month: Month) -> Markup:
    """The service, and beneath it the volume and the tariff that made the amount, and the way to ask."""
    how = _volume(row)
    below = Markup('<small class="how">{}</small>').format(how) if how else ""
    return service_cell(row.service) + below + question_link(account, month, row.service)


def _volume(row: BillRow) -> str:
    line, unit = row.line, row.service.unit
    volume = "" if line.volume is None else f"{formatting.quantity(line.volume)} {unit}".strip()
    tariff = "" if line.tariff is None else f"{formatting.quantity(line.tariff)} {portal().currency_symbol}"
    return " × ".join(part for part in (volume, tariff) if part)


def _made_of(bill: Bill) -> Iterator[tuple[str, str]]:
    """The bill as an addition, row by row; what comes off has its minus."""
    sums, until = bill.totals, formatting.date(bill.counted_until)
    yield _("Opening balance"), _money(sums.opening)
    yield _("Accrued"), _money(sums.accrued)
    if sums.corrections:
        yield _("Corrections"), _money(sums.corrections)
    yield _("Paid up to %(day)s") % {"day": until}, _money(-sums.paid)
    yield (
        _("Closing balance on %(day)s") % {"day": formatting.date(bill.month.last_day)},
        _money(sums.closing),
    )
    if bill.standing:
        yield from _since(bill.standing, until)
        if ZERO <= bill.standing.due != sums.closing:
            yield _("Left to pay"), _money(bill.standing.due)


def _since(standing: Standing, until: str) -> Iterator[tuple[str, str]]:
    later = sum((one.amount for one in standing.came.later), ZERO)
    if later:
        yield _("Received after %(day)s") % {"day": until}, _money(-later)
    if standing.came.on_its_way:
        yield _("On its way"), _money(-standing.came.on_its_way)
    if standing.voluntary:
        yield _("Of it voluntary"), _money(-standing.voluntary)


def _money(amount: Any) -> str:
    return formatting.money(amount, portal().currency_symbol)


def _pay(account: HeldAccount, standing: Standing | None) -> str | None:
    """Where the bill is paid; nothing where nobody can pay, or nothing is owed."""
    if standing is None or standing.due <= ZERO or not portal().paying.methods or account.looking:
        return None
    try:
        page = reverse("pay")
    except NoReverseMatch:
        return None
    return f"{page}?{urlencode({'account': account.public_id, 'what': 'bill'})}"


def _qr(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None or standing.order is None:
        return None
    drawing = draw_lines(payload(standing.order))
    return {
        "path": drawing.path,
        "modules": drawing.modules,
        "amount": standing.due,
        "requisites": list(_requisites(standing.order)),
    }


def _requisites(order: PaymentOrder) -> Iterable[tuple[str, str]]:
    """What the code says, to be copied: in the order of a bank's form."""
    rows = (
        (_("Payee"), order.name),
        (_("Tax number (INN)"), order.payee_inn),
        (_("KPP"), order.kpp),
        (_("Settlement account"), order.account),
        (_("Bank"), order.bank_name),
        (_("BIC"), order.bic),
        (_("Correspondent account"), order.correspondent_account),
        (_("Personal account"), order.customer_account),
        (_("Purpose of payment"), order.purpose),
        (_("Sum"), _money(order.amount)),
    )
    return ((term, value) for term, value in rows if value)

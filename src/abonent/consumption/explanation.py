"""«Почему такая сумма»: what billing charged for a service in a month, unfolded, and what we make of it.

The supplier's figure is the truth and is never put right here; ours stands beside it, and a difference is
said (docs/domain/tariffs.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.accounts.queries import households
from abonent.base.money import round_half_up
from abonent.base.months import Month
from abonent.consumption import words
from abonent.consumption.own_quote import Billed, OwnQuote, own_quote
from abonent.consumption.quoting import ReckonedLine
from abonent.consumption.usage import UsageMonth, counted_months
from abonent.ledger.bill_lines import BillLine, bill_lines
from abonent.metering.charged import charged_meters
from abonent.metering.usage import usage_by_month
from abonent.portal.queries import ServiceFacts, services
from abonent.tariffs.queries import TariffVersionFacts, known


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line that billing sent: volume x tariff x factor = product, rounded half up, beside what was accrued.

    `words` say how the amount came about; `difference` is accrued less product, None where billing sent no
    volume or no price.
    """

    service: ServiceFacts
    volume: Decimal | None
    tariff: Decimal | None
    factor: Decimal | None
    product: Decimal | None
    accrued: Decimal
    difference: Decimal | None
    corrections: Decimal
    words: str
    parts: tuple["ExplainedLine", ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    month: Month
    service: ServiceFacts
    line: ExplainedLine
    used: UsageMonth
    """What the meters counted in the month."""
    corrections: Decimal
    undelivered_days: Decimal | None
    undelivered_amount: Decimal | None
    within_norm: Decimal | None
    tariff_name: str
    ours: tuple[ReckonedLine, ...]
    notes: tuple[str, ...]
    """The rules by which ours was reckoned."""
    our_total: Decimal | None
    difference: Decimal | None
    """The supplier's accrued amount less ours."""
    words: tuple[str, ...]

    @property
    def agrees(self) -> bool | None:
        """None when there is nothing to compare with."""
        return None if self.difference is None else not self.difference


def explanation(
    account_id: int, *, month: Month, service: str, language: str, version: int, today: date
) -> Explanation | None:
    """The charge of a service (its code; a part's code gives the whole) in a month, with its parts as billing
    sent them. None when nothing was charged. Constant queries: three, and those of `metering.usage`.

    It needs no tariff: without one `words` say so, and the lines unfold to what billing told.
    """
    names = services(language=language, version=version)
    root = next((names[one.root_id] for one in names.values() if one.code == service), None)
    lines = {one.service_id: one for one in bill_lines(account_id, month)}
    if root is None or root.id not in lines:
        return None
    charged = [
        one
        for one in charged_meters([account_id], first=month.first_day, last=month.last_day)
        if names[one.service_id].root_id == root.id
    ]
    used = [
        one
        for one in usage_by_month([account_id], first=month, last=month)
        if names[one.service_id].root_id == root.id
    ]
    by_code = charged[-1].tariff if charged else ""
    tariff = known(version=version).charged_by(root.code, by_code, today)
    whole, counted = lines[root.id], counted_months(used).get(month, UsageMonth(month))
    by_scale = {one.scale: one.volume for one in counted.scales}
    billed = Billed(whole.volume, whole.accrued, bool(charged), by_scale)
    ours = own_quote(tariff, month, billed, households([account_id])[account_id], language)
    line = _line(root, lines, names, _raising_factor(tariff, month, metered=bool(charged)))
    return Explanation(
        month=month,
        service=root,
        line=line,
        used=counted,
        corrections=whole.corrections,
        undelivered_days=whole.undelivered_days,
        undelivered_amount=whole.undelivered_amount,
        within_norm=whole.within_norm,
        tariff_name=tariff.name(language) if tariff else "",
        ours=ours.lines,
        notes=ours.notes,
        our_total=ours.total,
        difference=None if ours.total is None else whole.accrued - ours.total,
        words=tuple(_sentences(whole, root, counted, ours)),
    )


def _raising_factor(tariff: TariffVersionFacts | None, month: Month, *, metered: bool) -> Decimal | None:
    """Where a meter could be installed but was not; whether that is so only billing knows."""
    period = tariff.tariff.period_on(month.first_day) if tariff and not metered else None
    return period.raising_factor if period else None


def _line(
    service: ServiceFacts,
    lines: Mapping[int, BillLine],
    names: Mapping[int, ServiceFacts],
    factor: Decimal | None,
) -> ExplainedLine:
    sent = lines[service.id]
    parts = tuple(
        _line(one, lines, names, factor)
        for one in names.values()
        if one.parent_id == service.id and one.id in lines
    )
    product, by = _product(sent, factor)
    said = _of_parts(sent, parts) if product is None and parts else _said(sent, product, by)
    return ExplainedLine(
        service=service,
        volume=sent.volume,
        tariff=sent.tariff,
        factor=by,
        product=product,
        accrued=sent.accrued,
        difference=None if product is None else sent.accrued - product,
        corrections=sent.corrections,
        words=said,
        parts=parts,
    )


def _of_parts(sent: BillLine, parts: tuple[ExplainedLine, ...]) -> str:
    total = sum((one.accrued for one in parts), Decimal(0))
    if total == sent.accrued:
        return _("The sum of the lines below")
    return _("The lines below make %(sum)s, the supplier accrued %(accrued)s.") % {
        "sum": words.money(total),
        "accrued": words.money(sent.accrued),
    }


def _product(sent: BillLine, factor: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """volume x tariff, and with the raising factor where that alone gives what was accrued."""
    if sent.volume is None or sent.tariff is None:
        return None, None
    plain = sent.volume * sent.tariff
    if factor and round_half_up(plain) != sent.accrued == round_half_up(plain * factor):
        return sent.accrued, factor
    return round_half_up(plain), None


def _said(sent: BillLine, product: Decimal | None, factor: Decimal | None) -> str:
    if product is None:
        return _("Billing told no volume or no price for this line.")
    if factor:
        return _("Volume × tariff × raising factor %(factor)s: a meter could be installed but was not") % {
            "factor": words.number(factor)
        }
    if product == sent.accrued:
        return _("Volume × tariff")
    return _("Volume × tariff makes %(product)s, the supplier accrued %(accrued)s.") % {
        "product": words.money(product),
        "accrued": words.money(sent.accrued),
    }


def _sentences(whole: BillLine, root: ServiceFacts, used: UsageMonth, ours: OwnQuote) -> Iterator[str]:
    yield from _about_volume(whole, root, used)
    if ours.total is None:
        yield _("We have no figure of our own to compare with. %(reason)s") % {"reason": ours.why_not}
    elif ours.total == whole.accrued:
        yield _("The tariff gives the same amount as the supplier's.")
    else:
        facts = {"ours": words.money(ours.total), "by": words.money(abs(whole.accrued - ours.total))}
        more = whole.accrued > ours.total
        yield (
            _("By the tariff we make it %(ours)s: the supplier's amount is %(by)s more.")
            if more
            else _("By the tariff we make it %(ours)s: the supplier's amount is %(by)s less.")
        ) % facts
        yield _("The supplier's amount is the one that counts. If you doubt it, ask the supplier.")
    yield from _about_changes(whole)


def _about_volume(whole: BillLine, root: ServiceFacts, used: UsageMonth) -> Iterator[str]:
    if used.metered is not None and whole.volume is not None and used.metered != whole.volume:
        yield _("By the readings %(metered)s %(unit)s were used; %(billed)s %(unit)s were charged.") % {
            "metered": words.number(used.metered),
            "billed": words.number(whole.volume),
            "unit": root.unit,
        }
    if used.estimated:
        yield _("Some of the volume is an estimate: the next reading puts it right.")


def _about_changes(whole: BillLine) -> Iterator[str]:
    undelivered = whole.undelivered_amount or Decimal(0)
    if whole.corrections:
        yield _("Corrections of %(amount)s come on top: recalculations and the like.") % {
            "amount": words.money(whole.corrections)
        }
    if undelivered:
        days = whole.undelivered_days
        yield (
            _("Of them %(amount)s for %(days)s days of underdelivery.")
            if days
            else _("Of them %(amount)s for underdelivery.")
        ) % {"amount": words.money(undelivered), "days": words.number(days or Decimal(0))}
    if whole.within_norm is not None:
        yield _("Within the social norm it costs %(amount)s.") % {"amount": words.money(whole.within_norm)}

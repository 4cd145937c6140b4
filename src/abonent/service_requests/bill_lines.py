"""The line of a bill that a question is about, as the customer saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.ledger.bill_lines import BillLine, bill_lines
from abonent.portal.current import portal
from abonent.portal.queries import services


@dataclass(frozen=True, slots=True)
class BillLineAsked:
    """Amounts as in `ledger.models.Charge`; texts of numbers, so that they are kept to the last digit."""

    month: Month
    service_id: int
    name: Mapping[str, str]
    """By language, as `unit`."""
    unit: Mapping[str, str]
    figures: Mapping[str, str]
    """`opening`, `volume`, `tariff`, `accrued`, `corrections`, `paid` and `to_pay`; what was not said is not
    there."""

    def as_json(self) -> dict[str, Any]:
        return {
            "month": str(self.month),
            "name": dict(self.name),
            "unit": dict(self.unit),
            **self.figures,
        }


def bill_line(account: HeldAccount, month: Month, service_id: int) -> BillLineAsked | None:
    """The line of this service in the bill of `month`; None when the bill has none. One query, and one for
    each language when the services were not read before."""
    line = next((one for one in bill_lines(account.id, month) if one.service_id == service_id), None)
    if line is None:
        return None
    named = {
        language: services(language=language, version=account.data_version)[service_id]
        for language in portal().languages
    }
    return BillLineAsked(
        month=month,
        service_id=service_id,
        name={language: service.name for language, service in named.items()},
        unit={language: service.unit for language, service in named.items()},
        figures=_figures(line),
    )


def _figures(line: BillLine) -> dict[str, str]:
    shown: dict[str, Decimal | None] = {
        "opening": line.opening,
        "volume": line.volume,
        "tariff": line.tariff,
        "accrued": line.accrued,
        "corrections": line.corrections,
        "paid": line.paid,
        "to_pay": line.closing,
    }
    return {name: str(value) for name, value in shown.items() if value is not None}

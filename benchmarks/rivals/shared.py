"""What both rivals of benchmarks/receipts.py draw: the housing bill, its columns and its facts.

Both get the content that our templates get, the same two faces of the same font, the same QR path.
"""

from typing import Any, Protocol

Content = dict[str, Any]

HEADS = (
    "no", "name", "paid_before", "recalculation", "debt_or_overpayment", "unit", "volume", "tariff_per_unit",
    "accrued_this_month", "undelivered", "", "within_norm", "accrued_to_pay",
)  # fmt: skip
KEYS = (
    "no", "name", "paid", "corrections", "opening", "unit", "quantity", "price", "accrued",
    "undelivered_days", "undelivered_amount", "within_norm", "to_pay",
)  # fmt: skip
SUMMED = ("paid", "corrections", "opening", "accrued", "undelivered_amount", "within_norm", "to_pay")
WIDTHS = (7, 57, 22, 21, 21, 15, 18, 18, 22, 11, 16, 21, 24)
METER_HEADS = ("service", "meter", "verify_by", "opening_reading", "closing_reading", "consumption")
METER_KEYS = ("service", "serial", "verify_by", "previous", "current", "consumption")


class Rival(Protocol):
    def draw(self, sheet: Content) -> bytes: ...


def text(value: Any) -> str:
    return " / ".join(value) if isinstance(value, list) else str(value or "")


def facts(sheet: Content, bill: Content) -> list[tuple[str, str]]:
    said, customer = sheet["labels"], bill["customer"]
    return [
        (text(said["payment_code"]), customer["account"]),
        (text(said["owner"]), customer["name"]),
        (text(said["address"]), customer["address"]),
        (text(said["area"]), f"{customer['area']} м²"),
        (text(said["residents"]), customer["residents"]),
    ]

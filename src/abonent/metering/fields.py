"""What the form of readings shows: plain values, filled by `reading_form` and judged by `checks`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from abonent.metering.windows import Rules, WindowState
from abonent.portal.queries import ServiceFacts

#: The scales of a meter by how many it has.
SCALES = {1: ("total",), 2: ("day", "night"), 3: ("peak", "half_peak", "night")}
#: In which they are shown, of any meter.
SCALE_ORDER = ("total", "day", "peak", "half_peak", "night")
DAYS_OF_A_MONTH = Decimal("30.4375")


def key_of(meter_id: int, scale: str) -> str:
    """The name of a value in `values`, `problems` and `questions`."""
    return f"{meter_id}-{scale}"


@dataclass(frozen=True, slots=True)
class SentValue:
    """What was submitted for a scale in this window, and where it is now."""

    id: int
    submission_id: int
    submission_number: str
    value: Decimal
    taken_on: date
    state: str
    """`received`, `sent`, `accepted` or `used`."""
    submitted_at: datetime
    by_you: bool
    can_be_corrected: bool


@dataclass(frozen=True, slots=True)
class ScaleField:
    scale: str
    previous: Decimal | None
    previous_on: date | None
    previous_source: str | None
    """The latest reading of any source, also one that was submitted in an earlier window."""
    usual_per_day: Decimal | None
    """The customer's own: the median of the last 12 months, in the service's unit (ratio applied)."""
    sent: SentValue | None

    @property
    def usual_per_month(self) -> Decimal | None:
        """In the service's unit, whole when ten or more."""
        if self.usual_per_day is None:
            return None
        month = self.usual_per_day * DAYS_OF_A_MONTH
        return month.quantize(Decimal(1) if month >= 10 else Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class MeterField:
    id: int
    service: ServiceFacts
    serial: str
    digits: int
    ratio: Decimal
    next_verification_on: date | None
    planned_replacement_on: date | None
    installed_on: date | None
    overdue: bool
    """Past its verification date today."""
    refused: bool
    """Overdue, and the organisation takes no readings of such."""
    scales: tuple[ScaleField, ...]

    @property
    def capacity(self) -> int:
        """What it shows at most, and one: 100000 for five digits."""
        return int(10**self.digits)

    @property
    def sent(self) -> tuple[SentValue, ...]:
        """What was submitted in this window: of every scale, or nothing."""
        return tuple(scale.sent for scale in self.scales if scale.sent)


@dataclass(frozen=True, slots=True)
class ReadingForm:
    """One page of readings of one account, at one moment."""

    account_id: int
    account_number: str
    account_public_id: str
    organisation_id: int
    rules: Rules
    window: WindowState
    cut_off: datetime | None
    """Until when what is received now may be corrected; None while the window is closed."""
    meters: tuple[MeterField, ...]
    seen: int
    """Goes back with the form: tells whether somebody has submitted since it was shown."""
    kept: Mapping[str, str]
    """What this person typed while the window was closed, by `<meter id>-<scale>`."""
    kept_on: date | None
    today: date
    """The organisation's."""
    closed_on: date | None
    """When the account was closed, if it was."""

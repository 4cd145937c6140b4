"""What a line or a note says: a code with values, and its text, which the rooms above translate."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """Marks a text for the translators; the calculator itself speaks English."""
    return text


TEXTS: Mapping[str, str] = {
    # Rules of a line
    "one_rate": gettext_noop("One rate for any volume"),
    "exempt": gettext_noop("Exempt from levels and ranges: everything at the rate of the first"),
    "level_up_to": gettext_noop("Level {level}: up to {limit} inclusive"),
    "level_between": gettext_noop("Level {level}: above {above}, up to {limit} inclusive"),
    "level_above": gettext_noop("Level {level}: above {above}"),
    "range_up_to": gettext_noop("Range {level}: up to {limit} inclusive"),
    "range_between": gettext_noop("Range {level}: above {above}, up to {limit} inclusive"),
    "range_above": gettext_noop("Range {level}: above {above}"),
    "norm": gettext_noop("Without a meter: {residents} × the norm {norm} a month"),
    "raised": gettext_noop(
        "A meter could be installed but was not: the norm × {factor}, here what is above the norm"
    ),
    # Notes of a quote
    "tariff_changed": gettext_noop(
        "The tariff changed on {date}: volume and limits are divided by days before and after"
    ),
    "divided_by_months": gettext_noop("Volume and limits are divided at the ends of months, by days"),
    "limits_per_resident": gettext_noop("Limits a month for each resident: {limits}; residents: {residents}"),
    "limits_per_account": gettext_noop("Limits a month for the account: {limits}"),
    "limits_whole": gettext_noop("Whole months have whole limits; months: {months}"),
    "limits_by_average_month": gettext_noop("Not a whole month: limits / {month_days} × {days} days"),
    "limits_by_calendar": gettext_noop("Not a whole month: limits × days / days of the month"),
    "limits_rounded": gettext_noop("Limits of a part of a month are rounded half up to {step}"),
    "scales_in_proportion": gettext_noop(
        "Each scale fills the ranges in proportion to its share of the whole volume"
    ),
    "vat_inside": gettext_noop(
        "VAT ({percent} %) is inside the rate, which is rounded before it is multiplied"
    ),
    "norm_by_days": gettext_noop("Not a whole month: the norm for {days} days"),
    "made_up": gettext_noop("Rates of {date} are made up for demonstrations: nobody published them"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that was applied: `TEXTS[code]` with `params` filled in."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """In plain English."""
        return TEXTS[self.code].format(**self.params)

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "params": dict(self.params), "text": self.text}

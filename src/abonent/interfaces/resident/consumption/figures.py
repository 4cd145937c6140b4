"""Consumption as a picture and a sentence: from the domain's months to what the page draws."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.consumption.usage import ServiceUsage, UsageMonth
from abonent.interfaces.ui.charts import Bar, Chart, Group, bar_chart
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import NBSP, counted, money, month, month_label, quantity
from abonent.metering import scale_names
from abonent.portal.current import portal

#: The colour of a scale: the day's is the main one wherever it stands.
_KINDS = {"night": "second", "peak": "third"}
_WHOLE = Decimal(100)


def scale_name(scale: str) -> str:
    """«День», as the head of a column or a legend has it."""
    return scale_names.scale_name(scale).capitalize()


def rounded(value: Decimal) -> str:
    """A figure of the picture: whole from a hundred up, else two places; the table has every place."""
    return quantity(round(value) if abs(value) >= _WHOLE else round(value, 2))


@dataclass(frozen=True, slots=True)
class Shown:
    """A service's year in units or in money: the same page either way."""

    usage: ServiceUsage
    cost: bool

    @property
    def months(self) -> tuple[UsageMonth, ...]:
        return self.usage.months

    @property
    def scales(self) -> tuple[str, ...]:
        """Those that are told apart: of a meter with several, and not in money."""
        return () if self.cost or len(self.usage.scales) < 2 else self.usage.scales

    @property
    def unit(self) -> str:
        return portal().currency_symbol if self.cost else self.usage.service.unit

    @property
    def pairs(self) -> list[tuple[UsageMonth, UsageMonth]]:
        """Each month with the same one a year before."""
        return list(zip(self.months, self.usage.before, strict=True))

    @property
    def comparable(self) -> bool:
        """Whether every month that is known was known a year before."""
        return all(self.value(then) is not None for now, then in self.pairs if self.value(now) is not None)

    def value(self, one: UsageMonth) -> Decimal | None:
        return one.cost if self.cost else one.volume

    def said(self, value: Decimal | None) -> str:
        if value is None:
            return _("no data")
        return money(value, self.unit) if self.cost else f"{quantity(value)}{NBSP}{self.unit}".strip()

    @property
    def known(self) -> list[UsageMonth]:
        return [one for one in self.months if self.value(one) is not None]

    def title(self) -> str:
        words = _("Cost by month") if self.cost else _("Consumption by month")
        return f"{words}, {self.unit}" if self.unit else words

    def names(self) -> list[str]:
        """The series of the picture in the words of its legend."""
        if self.scales:
            return [scale_name(scale) for scale in self.scales]
        return [_("Accrued") if self.cost else _("Consumption")]

    def chart(self) -> Chart:
        groups = [
            Group(
                label=month_label(now.month, language()),
                title=self._title(now, before),
                now=self._bar(now),
                before=self._bar_before(before),
            )
            for now, before in self.pairs
        ]
        return bar_chart(groups, rounded, [_KINDS.get(scale, "main") for scale in self.scales] or ["main"])

    def _bar(self, one: UsageMonth) -> Bar | None:
        value = self.value(one)
        if value is None:
            return None
        counted_by = {scale.scale: scale.volume for scale in one.scales}
        if self.scales and counted_by:
            return Bar(tuple(counted_by.get(scale, Decimal(0)) for scale in self.scales), one.estimated)
        rest = (Decimal(0),) * (len(self.scales) - 1)
        return Bar((value, *rest), one.estimated)

    def _bar_before(self, one: UsageMonth) -> Bar | None:
        value = self.value(one)
        return None if value is None else Bar((value,), one.estimated)

    def _title(self, now: UsageMonth, before: UsageMonth) -> str:
        parts = [f"{month(now.month, language())}: {self.said(self.value(now))}"]
        if self.scales and now.scales:
            parts[0] += f" ({', '.join(self._scales_said(now))})"
        if now.estimated:
            parts.append(_("Estimated"))
        if self.value(before) is not None:
            parts.append(f"{month(before.month, language())}: {self.said(self.value(before))}")
        return ". ".join(parts)

    def _scales_said(self, one: UsageMonth) -> Iterator[str]:
        for scale in one.scales:
            yield f"{scale_name(scale.scale)} {quantity(scale.volume)}"

    def description(self) -> str:
        """What the picture shows, for who does not see it."""
        known = self.known
        if not known:
            return _("There are no data for these months.")
        most = max(known, key=self._rank)
        least = min(known, key=self._rank)
        if self.value(most) == self.value(least):
            return _("The same in every month: %(sum)s.") % {"sum": self.said(self.value(most))}
        return _("Most in %(most)s: %(high)s. Least in %(least)s: %(low)s.") % {
            "most": month(most.month, language()),
            "high": self.said(self.value(most)),
            "least": month(least.month, language()),
            "low": self.said(self.value(least)),
        }

    def _rank(self, one: UsageMonth) -> Decimal:
        return self.value(one) or Decimal(0)

    def sentence(self) -> str:
        """The sum of the months, and how it compares with the year before where that is known of each."""
        known = self.known
        total = sum((self._rank(one) for one in known), Decimal(0))
        said = {"months": counted(len(known), "month", language()), "sum": self.said(total)}
        if not known or not self.comparable:
            return _("In %(months)s: %(sum)s.") % said
        before = (self._rank(then) for now, then in self.pairs if self.value(now) is not None)
        more = total - sum(before, Decimal(0))
        said["difference"] = self.said(abs(more))
        if more == 0:
            return _("In %(months)s: %(sum)s, as much as a year before.") % said
        if more > 0:
            return _("In %(months)s: %(sum)s. That is %(difference)s more than a year before.") % said
        return _("In %(months)s: %(sum)s. That is %(difference)s less than a year before.") % said

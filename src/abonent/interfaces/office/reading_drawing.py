"""A reading of the queue as the page draws it: reasons in words, table and chart of what was before."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from abonent.interfaces.office.reading_words import SOURCES, WAYS, risk_badge, sign_words
from abonent.interfaces.ui.charts import Bar, Chart, Group, bar_chart
from abonent.interfaces.ui.formatting import NBSP, date, quantity
from abonent.metering.review_queries import EarlierReading, ReviewItem, ReviewScale
from abonent.metering.scale_names import scale_name

#: Pixels: twenty charts stand on a page.
HEIGHT = 112


@dataclass(frozen=True, slots=True)
class DrawnScale:
    name: str
    """Empty for a meter of one scale."""
    facts: tuple[tuple[str, str | None], ...]
    reasons: tuple[str, ...]
    chart: Chart | None
    described: str
    history: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class DrawnReading:
    id: str
    """Of its card, and what `next` names."""
    key: str
    """`<submission>-<meter>`, what a form names."""
    following: str
    """The card after it."""
    item: ReviewItem
    way: str
    risk: tuple[str, str]
    scales: tuple[DrawnScale, ...]


def drawn(items: Iterable[ReviewItem]) -> list[DrawnReading]:
    """The page's cards, each knowing the one after it."""
    shown = list(items)
    ids = [f"reading-{_key(item)}" for item in shown]
    return [
        DrawnReading(
            id=own,
            key=_key(item),
            following=following,
            item=item,
            way=str(WAYS.get(item.way, item.way)),
            risk=risk_badge(item.risk),
            scales=tuple(_scale(item, one) for one in item.scales),
        )
        for item, own, following in zip(shown, ids, [*ids[1:], ""], strict=False)
    ]


def _key(item: ReviewItem) -> str:
    return f"{item.which.submission_id}-{item.which.meter_id}"


def _scale(item: ReviewItem, one: ReviewScale) -> DrawnScale:
    unit = item.service.unit
    groups = [_group(each, unit) for each in one.history if each.use is not None]
    now = Group(
        "●", f"{date(item.taken_on)}: {_with_unit(one.use, unit)}", Bar((one.use or Decimal(0),), True)
    )
    return DrawnScale(
        name=scale_name(one.scale).capitalize() if one.scale != "total" else "",
        facts=tuple(_facts(item, one)),
        reasons=tuple(sign_words(sign) for sign in one.signs),
        chart=bar_chart([*groups, now], quantity, height=HEIGHT) if groups else None,
        described="; ".join(group.title for group in [*groups, now]),
        history=tuple(_row(each) for each in reversed(one.history)),
    )


def _facts(item: ReviewItem, one: ReviewScale) -> Iterable[tuple[str, str | None]]:
    unit = item.service.unit
    on = one.history[-1].taken_on if one.history else None
    yield _("Before"), f"{quantity(one.previous)} ({date(on)})" if one.previous is not None else "—"
    yield _("Submitted"), f"{quantity(one.value)} ({date(item.taken_on)})"
    if one.use is not None:
        yield _("Used"), _with_unit(one.use, unit)
    if one.usual is not None:
        yield _("Usual for such a time"), _with_unit(one.usual.quantize(Decimal("0.1")), unit)


def _with_unit(volume: Decimal | None, unit: str) -> str:
    return f"{quantity(volume)}{NBSP}{unit}" if volume is not None else "—"


def _group(each: EarlierReading, unit: str) -> Group:
    use = each.use or Decimal(0)
    return Group(f"{each.taken_on:%m}", f"{date(each.taken_on)}: {_with_unit(use, unit)}", Bar((use,)))


def _row(each: EarlierReading) -> tuple[Any, ...]:
    return (each.taken_on, each.value, each.use, str(SOURCES.get(each.source, each.source)))

"""The geometry of a chart of bars by month: plain numbers in, places on the paper out. Pure.

Widths are per cent of the paper and heights are pixels, so one picture serves a phone and a wide screen and
its letters keep their size (`chart.html` draws it, `chart.css` colours it).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

#: Pixels: the room of the bars, what is kept free above them for a figure.
HEIGHT, ABOVE = 224, 22
#: Fewer bars than this leave the rest of the paper empty instead of growing into walls.
_SLOTS = 6
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
#: A figure above a bar fits into its month up to so many characters; a phone shows none of so many months.
_FITS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A month's figure by series, bottom up (the scales of a meter); `estimated` draws it hatched."""

    values: tuple[Decimal, ...]
    estimated: bool = False

    @property
    def total(self) -> Decimal:
        return sum(self.values, Decimal(0))


@dataclass(frozen=True, slots=True)
class Group:
    """A month: `label` under it, `title` what a pointer reads there, this year's bar and last year's."""

    label: str
    title: str
    now: Bar | None
    before: Bar | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle: `x` and `width` in per cent, `y` and `height` in pixels; `kind` names its colour."""

    kind: str
    x: str
    y: str
    width: str
    height: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A month on the paper: its ground, its bars, the figure above this year's bar ("" where none fits).

    `place` counts from the last month back: a small screen writes every other label, one with large letters
    every fourth, and both the last.
    """

    x: str
    width: str
    middle: str
    label: str
    title: str
    place: int
    value: str
    value_x: str
    value_y: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the axis with its round number."""

    y: str
    label: str
    zero: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything `chart.html` draws. `gutter` is the room of the axis' numbers, in characters."""

    height: int
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    gutter: int
    kinds: tuple[str, ...]
    has_before: bool
    has_estimated: bool

    @property
    def crowded(self) -> bool:
        """Whether a small screen has no room for every label."""
        return len(self.columns) > 6


def axis(low: Decimal, high: Decimal, lines: int = 5) -> tuple[Decimal, ...]:
    """Round numbers (1, 2 or 5 with zeros) from below `low` to above `high`, zero among them.

    There are hardly more steps than `lines`; equal ends give 0 and 1.
    """
    low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        return (Decimal(0), Decimal(1))
    step = _step((high - low) / lines)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(first), int(last) + 1))


def _step(least: Decimal) -> Decimal:
    power = Decimal(10) ** least.adjusted()
    return next(power * step for step in _STEPS if power * step >= least)


def _number(value: Decimal) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True, slots=True)
class _Paper:
    """From figures to places."""

    bottom: Decimal
    top: Decimal
    height: int = HEIGHT

    def y(self, value: Decimal) -> Decimal:
        return ABOVE + (self.top - value) * self.height / (self.top - self.bottom)

    def piece(
        self, kind: str, x: Decimal, width: Decimal, ends: tuple[Decimal, Decimal], hatched: bool
    ) -> Piece:
        top, bottom = self.y(max(ends)), self.y(min(ends))
        return Piece(kind, _number(x), _number(top), _number(width), _number(bottom - top), hatched)


def _stack(values: Iterable[Decimal]) -> list[tuple[int, tuple[Decimal, Decimal]]]:
    """(series, from where to where): what is positive grows up from zero, what is negative down."""
    up = down = Decimal(0)
    pieces = []
    for index, value in enumerate(values):
        if value > 0:
            pieces.append((index, (up, up := up + value)))
        elif value < 0:
            pieces.append((index, (down, down := down + value)))
    return pieces


def _ends(bar: Bar | None) -> tuple[Decimal, Decimal]:
    values = bar.values if bar else ()
    return (
        sum((value for value in values if value < 0), Decimal(0)),
        sum((value for value in values if value > 0), Decimal(0)),
    )


def _widths(slot: Decimal, has_before: bool) -> tuple[Decimal, Decimal, Decimal]:
    """Where last year's bar begins in its month, where this year's does, and how wide each is."""
    if has_before:
        return slot * Decimal("0.12"), slot * Decimal("0.52"), slot * Decimal("0.36")
    return slot * Decimal("0.2"), slot * Decimal("0.2"), slot * Decimal("0.6")


@dataclass(frozen=True, slots=True)
class _Places:
    """What all months share: the paper, a month's width, whether last year stands beside, the colours."""

    paper: _Paper
    slot: Decimal
    has_before: bool
    kinds: tuple[str, ...]
    shown: Callable[[Decimal], str]

    def column(self, group: Group, index: int, place: int) -> Column:
        left = self.slot * index
        _, now_at, width = _widths(self.slot, self.has_before)
        return Column(
            x=_number(left),
            width=_number(self.slot),
            middle=_number(left + self.slot / 2),
            label=group.label,
            title=group.title,
            place=place,
            value=self._figure(group.now),
            value_x=_number(left + now_at + width / 2),
            value_y=_number(self.paper.y(_ends(group.now)[1]) - 6),
            pieces=tuple(self._pieces(group, left)),
        )

    def _figure(self, bar: Bar | None) -> str:
        text = self.shown(bar.total) if bar is not None and bar.total else ""
        return text if len(text) <= _FITS else ""

    def _pieces(self, group: Group, left: Decimal) -> Iterator[Piece]:
        before_at, now_at, width = _widths(self.slot, self.has_before)
        if group.before is not None and group.before.total:
            ends = (Decimal(0), group.before.total)
            yield self.paper.piece("before", left + before_at, width, ends, group.before.estimated)
        if group.now is not None:
            for index, ends in _stack(group.now.values):
                yield self.paper.piece(self.kinds[index], left + now_at, width, ends, group.now.estimated)


def bar_chart(
    groups: Sequence[Group],
    shown: Callable[[Decimal], str],
    kinds: Sequence[str] = ("main",),
    *,
    height: int = HEIGHT,
) -> Chart:
    """Place the bars of some months, oldest first; `height` pixels are the bars' room.

    `shown` writes a figure of the axis and above a bar (`ui.formatting`). `kinds` name the colours of the
    series, bottom up: `main`, `second`, `third`; there are as many as a bar has values.
    """
    bars = [bar for group in groups for bar in (group.now, group.before) if bar is not None]
    ends = [_ends(bar) for bar in bars] or [(Decimal(0), Decimal(0))]
    lines_wanted = 5 if height >= HEIGHT else 3
    ticks = axis(min(low for low, _ in ends), max(high for _, high in ends), lines_wanted)
    has_before = any(group.before is not None and group.before.total for group in groups)
    slot = Decimal(100) / max(len(groups), _SLOTS)
    places = _Places(_Paper(ticks[0], ticks[-1], height), slot, has_before, tuple(kinds), shown)
    lines = tuple(Line(_number(places.paper.y(tick)), shown(tick), tick == 0) for tick in ticks)
    return Chart(
        height=ABOVE + height,
        lines=lines,
        columns=tuple(
            places.column(group, index, len(groups) - 1 - index) for index, group in enumerate(groups)
        ),
        gutter=max(len(line.label) for line in lines),
        kinds=tuple(kinds),
        has_before=has_before,
        has_estimated=any(bar.estimated for bar in bars),
    )

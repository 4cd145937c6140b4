"""The chart: round axes, bars where they belong, and a picture that says what it shows."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from abonent.interfaces.ui.charts import ABOVE, HEIGHT, Bar, Chart, Group, axis, bar_chart
from abonent.interfaces.ui.formatting import quantity
from tests.interfaces.ui.conftest import render
from tests.interfaces.ui.markup import faults, parse

figures = st.decimals(min_value=-10_000, max_value=1_000_000, places=2)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        ("0", "0", "0 1"),
        ("0", "0.3", "0 0.1 0.2 0.3"),
        ("0", "1", "0 0.2 0.4 0.6 0.8 1.0"),
        ("0", "7", "0 2 4 6 8"),
        ("0", "210", "0 50 100 150 200 250"),
        ("0", "8", "0 2 4 6 8"),
        ("0", "4321.5", "0 1000 2000 3000 4000 5000"),
        ("-731", "5642", "-2000 0 2000 4000 6000"),
        ("-3", "0", "-3 -2 -1 0"),
    ],
)
def test_the_axis_has_round_numbers(low: str, high: str, ticks: str) -> None:
    assert list(axis(Decimal(low), Decimal(high))) == [Decimal(one) for one in ticks.split()]


@given(figures, figures)
def test_the_axis_holds_every_figure_in_a_handful_of_equal_steps(one: Decimal, other: Decimal) -> None:
    ticks = axis(min(one, other), max(one, other))
    assert ticks[0] <= min(one, other)
    assert max(one, other) <= ticks[-1]
    assert Decimal(0) in ticks
    assert len({later - earlier for earlier, later in pairwise(ticks)}) == 1
    assert 2 <= len(ticks) <= 8


def _group(*values: str, before: str | None = None, estimated: bool = False) -> Group:
    return Group(
        "окт.",
        "октябрь",
        Bar(tuple(Decimal(one) for one in values), estimated) if values else None,
        Bar((Decimal(before),)) if before else None,
    )


def _places(chart: Chart) -> list[tuple[str, ...]]:
    return [
        (one.kind, one.x, one.y, one.width, one.height) for column in chart.columns for one in column.pieces
    ]


@pytest.mark.parametrize(
    ("groups", "places"),
    [
        ([], []),
        ([_group()], []),
        ([_group("0")], []),
        # a single month does not become a wall: its sixth of the paper, three fifths of that
        ([_group("8")], [("main", "3.33", "22", "10", "224")]),
        (
            [_group("4", "4")],
            [("main", "3.33", "134", "10", "112"), ("second", "3.33", "22", "10", "112")],
        ),
        (
            [_group("4", before="8")],
            [("before", "2", "22", "6", "224"), ("main", "8.67", "134", "6", "112")],
        ),
        # a correction: below the line, which is no longer the lowest
        (
            [_group("6"), _group("-2")],
            [("main", "3.33", "22", "10", "168"), ("main", "20", "190", "10", "56")],
        ),
    ],
)
def test_bars_stand_where_they_belong(groups: list[Group], places: list[tuple[str, ...]]) -> None:
    assert _places(bar_chart(groups, quantity, ("main", "second"))) == places


@given(st.lists(st.tuples(figures, figures), min_size=1, max_size=24))
def test_no_bar_leaves_the_paper_and_heights_keep_their_proportion(
    rows: list[tuple[Decimal, Decimal]],
) -> None:
    chart = bar_chart([Group("", "", Bar(row)) for row in rows], quantity, ("main", "second"))
    top, bottom = Decimal(ABOVE), Decimal(ABOVE + HEIGHT)
    scale = max(abs(value) for row in rows for value in row)
    for row, column in zip(rows, chart.columns, strict=True):
        assert len(column.pieces) == sum(1 for value in row if value)
        for piece in column.pieces:
            assert Decimal(piece.x) >= 0
            assert Decimal(piece.x) + Decimal(piece.width) <= Decimal("100.02")
            assert Decimal(piece.y) >= top - 1
            assert Decimal(piece.y) + Decimal(piece.height) <= bottom + 1
    heights = {
        piece.kind + str(index): Decimal(piece.height)
        for index, column in enumerate(chart.columns)
        for piece in column.pieces
    }
    tallest = max(heights.values(), default=Decimal(0))
    for index, row in enumerate(rows):
        for kind, value in zip(("main", "second"), row, strict=True):
            if value:
                assert abs(heights[kind + str(index)] - tallest * abs(value) / scale) <= Decimal("0.03")


def test_a_figure_stands_above_a_bar_only_where_it_fits() -> None:
    chart = bar_chart([_group("210"), _group("1234.56"), _group()], quantity)
    assert [column.value for column in chart.columns] == ["210", "", ""]


def test_a_small_screen_always_writes_the_last_month() -> None:
    chart = bar_chart([_group("1")] * 12, quantity)
    assert chart.crowded
    assert [column.place for column in chart.columns] == list(range(11, -1, -1))
    assert not bar_chart([_group("1")] * 6, quantity).crowded


DRAW = (
    '{% from "ui/chart.html" import chart %}'
    '{{ chart(drawn, "Потребление", "Два месяца.", names, before="Год назад",'
    ' estimated="По среднему", id="usage") }}'
)


def test_labels_are_dropped_where_there_is_no_room(ui: object) -> None:
    html = render(DRAW, drawn=bar_chart([_group("1")] * 12, quantity), names=["Начислено"])
    assert html.count('class="month"') == 3
    assert html.count('class="month half"') == 3
    assert html.count('class="month minor"') == 6


def _drawn() -> str:
    groups = [_group("150", "60", before="300"), _group("90", "30", estimated=True)]
    return render(DRAW, drawn=bar_chart(groups, quantity, ("main", "second")), names=["День", "<Ночь>"])


def test_the_picture_names_and_describes_itself(ui: object) -> None:
    page = parse(f"<main>{_drawn()}</main>")
    picture = next(one for one in page.all("svg") if one.attrs.get("role") == "img")
    ids = {one.attrs["id"]: one.text for one in page.elements if "id" in one.attrs}
    assert ids[picture.attrs["aria-labelledby"]] == "Потребление"
    assert ids[picture.attrs["aria-describedby"]] == "Два месяца."
    assert "usage-hatch" in ids
    assert [one.text.strip() for one in page.all("li")] == ["День", "<Ночь>", "Год назад", "По среднему"]


def test_an_estimated_bar_is_hatched_and_no_other(ui: object) -> None:
    html = _drawn()
    assert html.count('fill="url(#usage-hatch)"') == 3  # both scales of the month, and the legend
    assert "&lt;Ночь&gt;" in html
    assert "<Ночь>" not in html


def test_the_legend_says_nothing_of_what_is_not_there(ui: object) -> None:
    html = render(DRAW, drawn=bar_chart([_group("5")], quantity), names=["Начислено"])
    assert "Начислено" in html
    assert "Год назад" not in html
    assert "По среднему" not in html


def test_the_gallery_shows_it(client: Client) -> None:
    html = client.get("/ui/").content.decode()
    assert faults(html) == []
    assert html.count('class="chart-paper"') == 2

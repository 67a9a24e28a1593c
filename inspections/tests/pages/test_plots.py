"""Plots: axes, whiskers, bounds and gaps, with the values that are easily forgotten."""

import re
from datetime import date
from itertools import pairwise

import pytest
from django.utils import translation

from inspections.pages.plots import HEIGHT, Plot, Value, draw_plot

FLOOR = HEIGHT - 28


def value(year: int, amount: float | None, *spread: float, **more) -> Value:
    low, high = spread or (None, None)
    return Value(date(year, 5, 4), f"{year}", amount, low, high, **more)


def drawn(*values: Value, unit: str = "mm", whole: bool = False) -> Plot:
    plot = draw_plot(values, unit, whole=whole)
    assert plot is not None
    return plot


def test_nothing_known_is_no_plot() -> None:
    assert draw_plot([], "mm") is None
    assert draw_plot([value(2024, None), value(2025, None)], "mm") is None


def test_one_survey_stands_in_the_middle_and_is_joined_with_nothing() -> None:
    plot = drawn(value(2026, 0.42, 0.34, 0.50))
    (mark,) = plot.marks
    assert plot.left < float(mark.x) < plot.right
    assert (plot.lines, plot.breaks, plot.gaps) == ("", "", ())
    assert [tick.words for tick in plot.x_ticks] == ["May 2026"]


def test_all_zero_lies_on_the_floor_below_an_axis_to_one() -> None:
    plot = drawn(value(2024, 0), value(2025, 0), unit="", whole=True)
    assert {mark.y for mark in plot.marks} == {str(FLOOR)}
    assert [tick.words for tick in plot.y_ticks] == ["0", "1"]


def test_a_survey_without_a_value_is_a_gap_that_no_line_crosses() -> None:
    plot = drawn(value(2022, 1), value(2023, 2), value(2024, None), value(2025, 3), value(2026, 4))
    assert [gap.words for gap in plot.gaps] == ["2024"]
    pieces = re.findall(r"M([\d.]+) [\d.]+L([\d.]+) ", plot.lines)
    xs = [float(mark.x) for mark in plot.marks]
    assert [(float(a), float(b)) for a, b in pieces] == [(xs[0], xs[1]), (xs[2], xs[3])]


def test_what_cannot_be_compared_is_joined_apart() -> None:
    plot = drawn(value(2024, 1), value(2025, 2, joined=False), value(2026, 3))
    assert plot.breaks.count("M") == plot.lines.count("M") == 1


def test_a_bound_points_down_and_is_joined_with_nothing() -> None:
    plot = drawn(value(2024, 0.5, 0.4, 0.6), value(2025, 0.2, is_bound=True), value(2026, 0.5, 0.4, 0.6))
    assert [mark.is_bound for mark in plot.marks] == [False, True, False]
    assert plot.lines == plot.breaks == ""
    start, tip = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", plot.marks[1].whisker).groups()
    assert float(start) < float(tip) <= FLOOR


def test_whiskers_span_the_uncertainty_and_never_leave_the_sheet() -> None:
    plot = drawn(value(2024, 0.1, -0.2, 0.4), value(2025, 0.3, 0.3, 0.3))
    low, high = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", plot.marks[0].whisker).groups()
    assert float(low) == FLOOR, "less than nothing is not drawn"
    assert plot.top <= float(high) < float(plot.marks[0].y)
    assert plot.marks[1].whisker == "", "no uncertainty, no whisker"


@pytest.mark.parametrize(
    ("highest", "whole", "words"),
    [
        (0.42, False, ["0.0", "0.2", "0.4", "0.6"]),
        (1, True, ["0", "1"]),
        (3, True, ["0", "1", "2", "3"]),
        (40, True, ["0", "10", "20", "30", "40"]),
        (12345, True, ["0", "5 000", "10 000", "15 000"]),
        (0.0031, False, ["0.000", "0.001", "0.002", "0.003", "0.004"]),
    ],
)
def test_axes_have_few_round_steps(highest: float, whole: bool, words: list[str]) -> None:
    plot = drawn(value(2026, highest), whole=whole)
    assert [tick.words.replace("\u202f", " ") for tick in plot.y_ticks] == words
    assert float(plot.marks[0].y) >= plot.top


def test_surveys_of_one_day_stand_side_by_side() -> None:
    plot = drawn(value(2026, 1), value(2026, 2))
    assert float(plot.marks[0].x) < float(plot.marks[1].x)


def test_many_surveys_are_labelled_without_running_into_each_other() -> None:
    plot = drawn(*(value(1990 + n, n) for n in range(37)))
    places = [float(tick.at) for tick in plot.x_ticks]
    assert 2 <= len(places) <= 6
    assert min(b - a for a, b in pairwise(places)) >= 50
    assert plot.x_ticks[-1].words == "May 2026"


def test_coordinates_are_written_the_same_in_every_language() -> None:
    with translation.override("de"):
        plot = drawn(value(2024, 0.123, 0.1, 0.2), value(2026, 0.5))
    assert "," not in plot.lines + "".join(mark.x + mark.y + mark.whisker for mark in plot.marks)

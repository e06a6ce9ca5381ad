"""Answers as dots: what is asked for is drawn, differences apart, nothing for nothing."""

from __future__ import annotations

import itertools
from copy import deepcopy
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from artifact.report.figures import dots as module
from artifact.report.figures.dots import dots


@pytest.fixture
def answer(whole: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(whole["audit"]["carrying"])


def names(figure: Figure) -> list[tuple[str, list[str]]]:
    """Title and rows of each panel."""
    rows = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    return [(axes.get_title(loc="left"), of) for axes, of in zip(figure.axes, rows, strict=True)]


def test_a_panel_per_column_that_is_asked_for_and_differences_apart(
    answer: dict[str, Any], figures: list[Figure]
) -> None:
    assert dots(answer)
    assert names(figures[0]) == [
        ("noise", ["random"]),
        ("swell", [""]),
        ("noise", ["gain of another"]),
        ("swell", [""]),
    ]


def test_where_an_answer_has_seconds_alone_they_are_drawn(answer: dict[str, Any], figures: list[Figure]) -> None:
    answer["times"] = [["three tasks", *answer["rows"][0][1:]]]
    dots(answer)
    assert names(figures[0])[0] == ("noise", ["random"])
    answer["rows"] = []
    dots(answer)
    assert names(figures[1])[0] == ("noise", ["three tasks"])


def test_dots_and_intervals_are_the_cells(answer: dict[str, Any], figures: list[Figure]) -> None:
    answer["rows"][0][2] = {"mean": 0.7, "ci95": [0.65, 0.75], "runs": [0.7]}
    dots(answer)
    axes = figures[0].axes[1]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == [0.7]
    spans = [tuple(path.vertices[:, 0]) for of in axes.collections for path in of.get_paths()]
    assert (0.65, 0.75) in spans


@pytest.mark.parametrize(
    "change",
    [{"draws": []}, {"draws": ["no such column"]}, {"rows": []}, {"rows": [["a", 1, None], ["b", {"mean": None}, 2]]}],
)
def test_nothing_to_draw_is_no_picture(answer: dict[str, Any], change: dict[str, Any]) -> None:
    assert dots({**answer, **change}) is None


def test_an_answer_without_the_key_has_no_picture(answer: dict[str, Any]) -> None:
    del answer["draws"]
    assert dots(answer) is None


@pytest.mark.parametrize("count", [1, 4, 5, 9])
def test_no_line_has_more_panels_than_fit_and_none_is_lost(count: int, answer: dict[str, Any], figures: Any) -> None:
    columns = [f"column {number}" for number in range(count)]
    cell = answer["rows"][0][1]
    dots({**answer, "columns": ["row", *columns], "draws": columns, "rows": [["a", *[cell] * count]]})
    assert [axes.get_title(loc="left") for axes in figures[0].axes] == columns
    tops = [round(axes.get_position().y1, 6) for axes in figures[0].axes]
    assert max(tops.count(top) for top in tops) <= module.PER_LINE
    assert max(axes.get_position().x1 for axes in figures[0].axes) <= 1


def test_a_long_name_keeps_to_its_side_and_one_run_has_no_interval(answer: dict[str, Any], figures: Any) -> None:
    one = {"mean": 0.5, "ci95": None, "runs": [0.5]}
    dots({**answer, "rows": [["a very long name of a row " * 6, one, one], ["", one, None]]})
    figures[0].draw_without_rendering()
    label = figures[0].axes[0].get_yticklabels()[0].get_window_extent()
    assert label.x0 >= 0


def test_all_the_same_is_not_blown_up(answer: dict[str, Any], figures: list[Figure]) -> None:
    cell = {"mean": 1.0, "ci95": [1.0, 1.0], "runs": [1.0, 1.0]}
    dots({**answer, "rows": [["a", cell, cell], ["b", {**cell, "mean": 1.0 - 1e-15}, cell]]})
    low, high = figures[0].axes[0].get_xlim()
    assert high - low >= 0.02


def test_the_same_answer_has_the_same_bytes(answer: dict[str, Any]) -> None:
    assert dots(answer) == dots(answer)


@pytest.mark.parametrize("panels", [3, 4])
def test_numbers_of_neighbouring_panels_keep_apart(panels: int, figures: list[Figure]) -> None:
    """Where an axis ends in 1.000 and the next begins with 0.00; and where a small negative bound takes much room."""
    spans = ([0.0, 0.0019], [0.8, 0.999], [0.0, 0.16], [-0.9, 0.0])
    rows = [[f"row {k}", *({"mean": of[k], "ci95": of, "runs": of} for of in spans[:panels])] for k in (0, 1)]
    columns = [f"measure {k}" for k in range(panels)]
    assert dots({"columns": ["of", *columns], "draws": columns, "rows": rows})
    FigureCanvasAgg(figures[0]).draw()
    shown = [label.get_window_extent() for axes in figures[0].axes for label in axes.get_xticklabels()]
    assert len(shown) >= 2 * panels
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(shown))

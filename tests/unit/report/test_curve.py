"""Specification curves: every dot at its value, sorted, its choice marked below, the base among them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from artifact.report.figures.curve import BASE, curve, specifications
from artifact.report.figures.style import AMBER, BLUE, INK


@pytest.fixture
def claim(whole: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(whole["claims"][3])


def test_specifications_are_sorted_with_the_base_among_them(claim: dict[str, Any]) -> None:
    names = [of["variation"] for of in specifications(claim)]
    assert names == ["ties_normal", "ties_coin", BASE, "trunk_half"]


def test_each_dot_stands_above_its_choice(claim: dict[str, Any], figures: list[Figure]) -> None:
    assert curve(claim)
    above, below = figures[0].axes
    dots = {
        line.get_color(): np.column_stack(line.get_data()).tolist()
        for line in above.lines
        if line.get_marker() in ("o", "s", "D") and len(line.get_xdata())
    }
    assert dots == {AMBER: [[0, -0.02]], INK: [[1, 0.09], [3, 0.11]], BLUE: [[2, 0.1]]}
    rows = [label.get_text() for label in below.get_yticklabels()]
    marks = {int(line.get_xdata()[0]): rows[int(line.get_ydata()[0])] for line in below.lines}
    assert marks == {0: "ties", 1: "ties", 2: BASE, 3: "trunk"}
    assert [label.get_text() for label in below.get_xticklabels()] == ["ties normal", "ties coin", BASE, "trunk half"]


def test_intervals_are_those_of_the_claim(claim: dict[str, Any], figures: list[Figure]) -> None:
    curve(claim)
    spans = [tuple(path.vertices.ravel()) for of in figures[0].axes[0].collections for path in of.get_paths()]
    low_high = {(x, low, high) for x, low, again, high in spans if x == again}
    assert {(0, -0.03, 0.0), (2, 0.08, 0.12)} <= {(int(x), round(low, 6), round(high, 6)) for x, low, high in low_high}
    assert len([of for of in low_high if of[0] in (0, 1, 2, 3)]) == 3  # trunk_half has none


@pytest.mark.parametrize("under", [[], [{"variation": "a", "choice": "b", "mean": None, "ci90": None, "turns": False}]])
def test_nothing_varied_has_no_picture(claim: dict[str, Any], under: list[Any]) -> None:
    assert curve({**claim, "under": under}) is None


@pytest.mark.parametrize(
    "change", [{"accept": None}, {"published": None}, {"ci90": None}, {"accept": [2.0, 3.0]}, {"reproduced": None}]
)
def test_what_is_not_there_is_not_drawn(claim: dict[str, Any], change: dict[str, Any]) -> None:
    assert curve({**claim, **change})


def test_the_same_value_everywhere_has_a_picture(claim: dict[str, Any]) -> None:
    for of in claim["under"]:
        of.update(mean=0.0, ci90=[0.0, 0.0])
    assert curve({**claim, "reproduced": 0.0, "ci90": [0.0, 0.0], "published": 0.0})


def test_the_same_curve_has_the_same_bytes(claim: dict[str, Any]) -> None:
    assert curve(claim) == curve(claim)


def test_no_name_of_a_choice_is_cut(claim: dict[str, Any], figures: list[Figure]) -> None:
    claim["under"] = [{**of, "choice": "what the network learns from"} for of in claim["under"]]
    assert curve(claim)
    FigureCanvasAgg(figures[0]).draw()
    assert min(label.get_window_extent().x0 for label in figures[0].axes[1].get_yticklabels()) > 0

"""The stretch: a lane for each approach, a bar for each run of labels, silence left empty."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from matplotlib.figure import Figure

from artifact.report.figures.stretch import stretch


@pytest.fixture
def results(whole: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(whole)


def bars(axes: Any, lane: int) -> list[tuple[float, float]]:
    """Begin and end of each bar in a lane."""
    found = []
    for of in axes.collections:
        for path in of.get_paths():
            (x0, y0), (x1, y1) = path.get_extents().get_points()
            if y0 < lane < y1 and y1 - y0 < 0.8:
                found.append((x0, x1))
    return found


def test_a_bar_covers_each_run_of_labels(results: dict[str, Any], figures: list[Figure]) -> None:
    labels = [0] * 60
    for ping in (0, 10, 11, 12, 59):
        labels[ping] = 1
    results["stretch"]["labels"]["single_task"]["noise"] = labels
    assert stretch(results)
    noise = figures[0].axes[1]
    assert noise.get_title(loc="left") == "noise"
    assert bars(noise, 1) == [(1199.5, 1200.5), (1209.5, 1212.5), (1258.5, 1259.5)]


def test_a_silent_approach_has_an_empty_lane_and_an_absent_one_none(
    results: dict[str, Any], figures: list[Figure]
) -> None:
    stretch(results)
    noise, outage = figures[0].axes[1:3]
    said = [[label.get_text() for label in axes.get_yticklabels()] for axes in (noise, outage)]
    assert said[0] == ["What was added", "Single-task label models", "Multi-task network", "Rule of thumb"]
    assert said[1] == said[0][:3]
    assert bars(noise, 2) == []
    assert bars(noise, 0) != []


@pytest.mark.parametrize("part", [None, {"ping_ms": [], "begin": 0, "labels": {}, "titles": {}, "seed": 0}])
def test_no_stretch_is_no_picture(results: dict[str, Any], part: Any) -> None:
    assert stretch({**results, "stretch": part}) is None


def test_results_without_one_have_no_picture(results: dict[str, Any]) -> None:
    del results["stretch"]
    assert stretch(results) is None


def test_the_same_stretch_has_the_same_bytes(results: dict[str, Any]) -> None:
    assert stretch(results) == stretch(results)

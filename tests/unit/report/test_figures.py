"""Figures: the right column in the right colour, readable as text, the same bytes twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from artifact.paths import ResultPaths
from artifact.report import figures
from artifact.results import read_results


@pytest.fixture(scope="module")
def results(small_results: Path) -> dict[str, Any]:
    return read_results(ResultPaths(small_results).results)


@pytest.fixture(scope="module")
def series(small_results: Path) -> pd.DataFrame:
    return pd.read_csv(ResultPaths(small_results).run(0).series)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, dict[str, Any]]]:
    """What the figures hand to matplotlib."""
    calls: list[tuple[str, Any, dict[str, Any]]] = []
    for name in ("plot", "scatter"):
        original = getattr(Axes, name)

        def record(self: Axes, *given: Any, _name: str = name, _original: Any = original, **options: Any) -> Any:
            calls.append((_name, given, options))
            return _original(self, *given, **options)

        monkeypatch.setattr(Axes, name, record)
    return calls


def test_figure_3_draws_the_single_task_labels_in_the_papers_colours(
    results: dict[str, Any], series: pd.DataFrame, drawn: list[Any], tmp_path: Path
) -> None:
    figures.figure3(tmp_path / "f.svg", series, results)
    dots = {options["label"].split()[0]: (given[0], options) for name, given, options in drawn if name == "scatter"}
    colours = {"noise": "#2ca02c", "swell": "#1f77b4", "outage": "#d62728"}  # green, blue, red
    assert {task: options["color"] for task, (_, options) in dots.items()} == colours
    assert len({options["marker"] for _, options in dots.values()}) == 3
    for task, (at, _) in dots.items():
        assert np.array_equal(at, np.flatnonzero(series[f"{task}_single_task"] == 1))


def test_figure_1_draws_the_base_above_the_properties(
    results: dict[str, Any], series: pd.DataFrame, drawn: list[Any], tmp_path: Path
) -> None:
    figures.figure1(tmp_path / "f.svg", series, results)
    above, below = (given[0] for name, given, _ in drawn if name == "plot")
    assert np.array_equal(above, series["base_ms"])
    assert np.array_equal(below, series["ping_ms"])


def test_the_same_figure_has_the_same_bytes(results: dict[str, Any], series: pd.DataFrame, tmp_path: Path) -> None:
    for name, draw in (("1", figures.figure1), ("3", figures.figure3)):
        draw(tmp_path / f"a{name}.svg", series, results)
        draw(tmp_path / f"b{name}.svg", series, results)
        first = (tmp_path / f"a{name}.svg").read_bytes()
        assert first == (tmp_path / f"b{name}.svg").read_bytes()
        assert b"<dc:date>" not in first


def test_counts_are_those_of_the_asked_side(series: pd.DataFrame) -> None:
    assert figures.counts(series, ["noise"], "gold") == {"noise": int(series["noise_gold"].sum())}
    assert figures.counts(series, ["outage"], "multi_task") == {"outage": int(series["outage_multi_task"].sum())}

"""Figures 1 and 3 and Table 1: the right column in the right colour, readable as text, the same bytes twice."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle

from artifact.report.figures import accuracies as of_table1
from artifact.report.figures import series as of_series
from artifact.report.figures.accuracies import accuracies
from artifact.report.figures.series import DOT_PT, counts, figure1, figure3
from artifact.report.looks import MARKERS, Look, looks
from artifact.results import read_results
from artifact.store.paths import CellPaths, ResultPaths


class Drawn(NamedTuple):
    name: str
    given: tuple[Any, ...]
    options: dict[str, Any]
    made: Any


@pytest.fixture(scope="module")
def results(small_results: Path) -> dict[str, Any]:
    return read_results(ResultPaths(small_results).results)


@pytest.fixture(scope="module")
def series(small_results: Path, results: dict[str, Any]) -> pd.DataFrame:
    return pd.read_csv(CellPaths(small_results / results["provenance"]["first_run"]["folder"]).series)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Drawn]:
    """What the figures hand to matplotlib, and what it makes of it."""
    calls: list[Drawn] = []
    for name in ("plot", "scatter", "vlines"):
        original = getattr(Axes, name)

        def record(self: Axes, *given: Any, _name: str = name, _original: Any = original, **options: Any) -> Any:
            made = _original(self, *given, **options)
            calls.append(Drawn(_name, given, options, made))
            return made

        monkeypatch.setattr(Axes, name, record)
    return calls


@pytest.fixture
def figure(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures as they are saved, last one last."""
    saved: list[Figure] = []
    original = of_series.save

    def keep(figure: Figure, path: Path, **options: Any) -> None:
        original(figure, path, **options)
        saved.append(figure)

    for module in (of_series, of_table1):
        monkeypatch.setattr(module, "save", keep)
    return saved


def described(tasks: int, name: str = "a_property") -> dict[str, Any]:
    """As much of results.json as the figures read, for tasks without a look of their own."""
    names = [f"{name}_{number}" for number in range(tasks)]
    score = {"accuracy": {"mean": 0.8, "ci95": [0.7, 0.9], "runs": [0.75, 0.85]}}
    cells = {name: deepcopy(score) for name in names}
    return {
        "tasks": [{"name": name, "colour": None, "marker": ""} for name in names],
        "rows": {"train": 180, "validation": 60, "test": 60},
        "titles": {"one": "The first approach"},
        "table1": {side: {**deepcopy(cells), "time_s": {"mean": 1.0}} for side in ("one", "two")},
        "approaches": {"majority": deepcopy(cells)},
        "published": {"table1": {"one": {names[0]: 0.81}}},
    }


def labelled(described: dict[str, Any], labels: Any) -> pd.DataFrame:
    columns = {f"{task['name']}_single_task": labels[:, k] for k, task in enumerate(described["tasks"])}
    return pd.DataFrame({"ping_ms": np.linspace(5, 50, len(labels)), **columns})


def places(drawn: list[Drawn], look: Look) -> Any:
    """Where one task's dots are, as (ping, points above the bottom), whatever they are moved by."""
    found = []
    for _, given, options, made in (call for call in drawn if call.name == "scatter"):
        if options["color"] == look.colour:
            shown = made.get_offset_transform().transform(made.get_offsets())
            found.append(np.column_stack([given[0], shown[:, 1] * 72 / made.figure.dpi]))
    return np.concatenate(found)


def assert_readable(figure: Figure, entries: int) -> None:
    """The legend has so many entries, lies inside the picture and touches no axes, title or tick label."""
    figure.draw_without_rendering()  # saving measured text for another renderer
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert len(legend.get_texts()) == entries
    assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1
    assert box.y1 <= figure.bbox.y1
    for axes in figure.axes:
        whole = axes.get_tightbbox()
        assert not whole.overlaps(box)
        assert figure.bbox.x0 <= whole.x0 <= whole.x1 <= figure.bbox.x1
        ticks = [label.get_window_extent() for label in axes.get_yticklabels()]
        assert not any(one.overlaps(other) for one, other in pairwise(ticks))


def test_figure_3_draws_the_single_task_labels_in_the_papers_colours(
    results: dict[str, Any], series: pd.DataFrame, drawn: list[Drawn], tmp_path: Path
) -> None:
    figure3(tmp_path / "f.svg", series, results)
    colours = {"noise": "#2ca02c", "swell": "#1f77b4", "outage": "#d62728"}  # green, blue, red
    markers = {}
    for task, colour in colours.items():
        labels = np.flatnonzero(series[f"{task}_single_task"] == 1)
        dots = [call for call in drawn if call.name == "scatter" and call.options["color"] == colour]
        assert np.array_equal(np.sort(np.concatenate([call.given[0] for call in dots])), labels)
        assert all(np.array_equal(call.given[1], series["ping_ms"][call.given[0]]) for call in dots)
        (lane,) = (call for call in drawn if call.name == "vlines" and call.options["color"] == colour)
        assert np.array_equal(lane.given[0], labels)
        markers[task] = {call.options["marker"] for call in dots}
    assert markers == {"noise": {"o"}, "swell": {"s"}, "outage": {"X"}}


@pytest.mark.parametrize(
    ("share", "name"), [(1.0, "a_property"), (0.5, "p"), (1.0, "a_property_with_a_very_long_name")]
)
def test_figure_3_shows_every_label_of_ten_tasks_on_the_same_pings(
    share: float, name: str, drawn: list[Drawn], figure: list[Figure], tmp_path: Path
) -> None:
    ten = described(10, name)
    labels = (np.random.default_rng(0).random((300, 10)) < share).astype(int)
    figure3(tmp_path / "f.svg", labelled(ten, labels), ten)

    dots = [places(drawn, look) for look in looks(ten["tasks"])]
    assert [len(at) for at in dots] == labels.sum(axis=0).tolist()
    for ping in range(len(labels)):
        heights = np.sort(np.concatenate([at[at[:, 0] == ping, 1] for at in dots]))
        assert len(heights) == labels[ping].sum()
        assert (np.diff(heights) > DOT_PT - 1e-6).all()
    lanes = sorted((call.given[1], call.given[2]) for call in drawn if call.name == "vlines")
    assert len(lanes) == 10
    assert all(end < start for (_, end), (start, _) in pairwise(lanes))
    above = figure[-1].axes[0].get_window_extent()
    assert max(at[:, 1].max() for at in dots) * figure[-1].dpi / 72 < above.y1
    assert_readable(figure[-1], 10)


@pytest.mark.parametrize("marker", [*MARKERS, "x", "+", "|", ".", "d", "H"])
def test_no_dot_is_larger_than_its_place_in_the_stack(marker: str) -> None:
    dot = of_series._dot(Look("#000000", marker))
    style = MarkerStyle(marker)
    unit = style.get_path().transformed(style.get_transform()).get_extents()
    assert max(unit.width, unit.height) * np.sqrt(dot["s"]) < DOT_PT + 1e-6
    assert ("edgecolors" in dot) == style.is_filled()


def test_figure_3_names_a_task_without_labels(figure: list[Figure], tmp_path: Path) -> None:
    two = described(2)
    figure3(tmp_path / "f.svg", labelled(two, np.array([[0, 1]] * 300)), two)
    assert [text.get_text() for text in figure[-1].legends[0].get_texts()] == ["a_property_0 (0)", "a_property_1 (300)"]


@pytest.mark.parametrize("tasks", [1, 3, 10])
def test_accuracies_have_a_row_per_approach_and_task(tasks: int, figure: list[Figure], tmp_path: Path) -> None:
    some = described(tasks)
    accuracies(tmp_path / "f.svg", some)
    assert [axes.get_title(loc="left") for axes in figure[-1].axes] == ["The first approach", "two"]
    for axes in figure[-1].axes:
        assert [label.get_text() for label in axes.get_yticklabels()] == [task["name"] for task in some["tasks"]]
    says = [text.get_text() for text in figure[-1].legends[0].get_texts()]
    assert says == ["one run", "mean, 95 % interval", "majority", "published"]
    assert_readable(figure[-1], 4)


def test_accuracies_of_one_run_show_no_interval_and_no_baseline_that_is_not_there(
    drawn: list[Drawn], figure: list[Figure], tmp_path: Path
) -> None:
    one = described(3)
    for cells in one["table1"].values():
        for task in one["tasks"]:
            cells[task["name"]]["accuracy"] = {"mean": 0.8, "ci95": [0.8, 0.8], "runs": [0.8]}
    del one["approaches"]["majority"]
    accuracies(tmp_path / "f.svg", one)
    assert [text.get_text() for text in figure[-1].legends[0].get_texts()] == ["the one run", "published"]
    assert all(np.size(call.given[0]) == 1 for call in drawn)


def test_figure_1_draws_the_base_above_the_properties(
    results: dict[str, Any], series: pd.DataFrame, drawn: list[Drawn], tmp_path: Path
) -> None:
    figure1(tmp_path / "f.svg", series, results)
    above, below = (call.given[0] for call in drawn if call.name == "plot")
    assert np.array_equal(above, series["base_ms"])
    assert np.array_equal(below, series["ping_ms"])


def test_the_same_figure_has_the_same_bytes(results: dict[str, Any], series: pd.DataFrame, tmp_path: Path) -> None:
    for draw, given in ((figure1, (series, results)), (figure3, (series, results)), (accuracies, (results,))):
        for again in "ab":
            draw(tmp_path / f"{again}.svg", *given)
        first = (tmp_path / "a.svg").read_bytes()
        assert first == (tmp_path / "b.svg").read_bytes()
        assert b"<dc:date>" not in first


def test_only_figure_3_stays_on_white(results: dict[str, Any], series: pd.DataFrame, tmp_path: Path) -> None:
    for draw, given, dark in ((figure1, (series, results), True), (figure3, (series, results), False)):
        draw(tmp_path / "f.svg", *given)
        assert ("prefers-color-scheme" in (tmp_path / "f.svg").read_text(encoding="utf-8")) == dark


def test_counts_are_those_of_the_asked_side(series: pd.DataFrame) -> None:
    assert counts(series, ["noise"], "gold") == {"noise": int(series["noise_gold"].sum())}
    assert counts(series, ["outage"], "multi_task") == {"outage": int(series["outage_multi_task"].sum())}

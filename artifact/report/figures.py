"""The paper's figures, redrawn from the first run's series, and Table 1 as a picture."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from artifact.report.looks import Look, looks
from artifact.store.files import write_with

STYLE: dict[str, Any] = {
    # Without a fixed salt and with a date, the same picture would have other bytes each time.
    "svg.hashsalt": "artifact",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
}
Labels = NDArray[np.bool_]
"""Which ping carries which task's label, shape (pings, tasks)."""
INK, FAINT = "#333333", "#8a8a8a"
DOT_PT = 3.7
"""Size of a mark in Figure 3, and how far the next one on the same ping is moved up."""


def figure1(path: Path, series: pd.DataFrame, results: Mapping[str, Any]) -> None:
    """Draw Figure 1: the base measurements above, the same with properties added below (RTT in ms)."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        _line(above, series["base_ms"], "base")
        _line(below, series["ping_ms"], f"with {_listed(task['name'] for task in results['tasks'])} added")
        below.set_xlabel("ping number")
        _save(figure, path)


def figure3(path: Path, series: pd.DataFrame, results: Mapping[str, Any]) -> None:
    """Draw Figure 3: the single-task labels as dots on the series, stacked where a ping has several, and in lanes."""
    names = [task["name"] for task in results["tasks"]]
    labels = np.column_stack([series[f"{name}_single_task"] == 1 for name in names])
    shown = looks(results["tasks"])
    says = [f"{name} ({count:,})" for name, count in zip(names, labels.sum(axis=0), strict=True)]
    lanes_in = 0.2 * len(names)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 4.6 + lanes_in + _legend_in(says)), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, lanes_in))
        above.plot(series["ping_ms"].to_numpy(), color=FAINT, linewidth=0.3, zorder=1)
        _dots(above, series["ping_ms"].to_numpy(), labels, shown)
        above.set_ylabel("RTT (ms), 0 = no reply")
        _lanes(below, labels, names, shown)
        _splits(above, below, results["rows"])
        handles = [
            Line2D([], [], linestyle="", marker=look.marker, color=look.colour, markersize=1.8 * DOT_PT)
            for look in shown
        ]
        _legend(figure, handles, says)
        _save(figure, path)


def accuracies(path: Path, results: Mapping[str, Any]) -> None:
    """Draw Table 1's accuracies: published, reproduced with 95 % interval and every run, majority baseline."""
    # A study without the paper's tasks has no Table 1; the same approaches are shown on its own.
    shown = results["table1"] or {side: results["approaches"][side] for side in results["published"]["table1"]}
    table = {side: [task for task in cells if task != "time_s"] for side, cells in shown.items()}
    heights = [len(tasks) for tasks in table.values()]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.4 * sum(heights) + 0.4 * len(table) + 1.2), layout="constrained")
        panels = figure.subplots(len(table), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        seen: dict[str, Any] = {}
        for axes, (side, tasks) in zip(panels, table.items(), strict=True):
            for row, task in enumerate(tasks):
                _cell(axes, row, (side, task), shown[side][task]["accuracy"], results)
            axes.set_title(_title(results, side), loc="left", fontsize=11)
            axes.set_yticks(range(len(tasks)), tasks)
            axes.set_ylim(len(tasks) - 0.5, -0.5)
            axes.grid(axis="x", color="#dddddd", linewidth=0.6)
            handles, says = axes.get_legend_handles_labels()
            seen |= dict(zip(says, handles, strict=True))
        panels[-1].set_xlabel("accuracy on the testing rows")
        _legend(figure, list(seen.values()), list(seen))
        _save(figure, path)


def _dots(axes: Axes, ping_ms: NDArray[np.float64], labels: Labels, shown: Sequence[Look]) -> None:
    ranks = labels.cumsum(axis=1) - 1
    # Of neighbouring pings the later drawn covers the earlier: the rarer labels go on top.
    for column in np.argsort(-labels.sum(axis=0), kind="stable"):
        for rank in np.unique(ranks[labels[:, column], column]):
            at = np.flatnonzero(labels[:, column] & (ranks[:, column] == rank))
            up = ScaledTranslation(0, rank * DOT_PT / 72, axes.figure.dpi_scale_trans)
            # Dots by the thousand would make the page heavy; they are drawn as pixels inside the vector picture.
            axes.scatter(
                at,
                ping_ms[at],
                transform=axes.transData + up,
                rasterized=True,
                zorder=2,
                **_dot(shown[column]),
            )
    _headroom(axes, ping_ms, int(labels.sum(axis=1).max()))


def _headroom(axes: Axes, ping_ms: NDArray[np.float64], dots: int) -> None:
    """Leave room for a stack of so many dots on the highest ping; the axes are at least 220 points high."""
    taken = (dots + 1) * DOT_PT / 220
    low, high = float(ping_ms.min()), float(ping_ms.max())
    span = max(high - low, 1.0)
    axes.set_ylim(low - 0.05 * span, high + span * taken / (1 - taken - 0.05))


def _dot(look: Look) -> dict[str, Any]:
    marker = MarkerStyle(look.marker)
    # A diamond, a square on its tip, would be higher than its size and reach into the next mark of the stack.
    size = DOT_PT / max(1, *marker.get_path().transformed(marker.get_transform()).get_extents().size)
    edge = {"edgecolors": "white", "linewidths": 0.2} if marker.is_filled() else {"linewidths": 0.8}
    return {"s": size**2, "marker": look.marker, "color": look.colour, **edge}


def _lanes(axes: Axes, labels: Labels, names: Sequence[str], shown: Sequence[Look]) -> None:
    # As wide as a ping over some 500 points, but never so thin that a single label would fade.
    width = float(np.clip(500 / len(labels), 0.4, 2))
    for lane, look in enumerate(shown):
        at = np.flatnonzero(labels[:, lane])
        axes.vlines(at, lane - 0.4, lane + 0.4, color=look.colour, linewidth=width, rasterized=True)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel("ping number")


def _cell(axes: Axes, row: int, cell: tuple[str, str], accuracy: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    side, task = cell
    runs = accuracy["runs"]
    if len(runs) == 1:
        axes.plot(accuracy["mean"], row, "o", color=INK, label="the one run", zorder=3)
    else:
        axes.plot(runs, [row] * len(runs), "|", color=FAINT, markersize=9, label="one run", zorder=1)
        axes.plot(accuracy["ci95"], [row, row], color=INK, linewidth=2.5, zorder=2)
        axes.plot(accuracy["mean"], row, "o", color=INK, label="mean, 95 % interval", zorder=3)
    if "majority" in results["approaches"]:
        majority = results["approaches"]["majority"][task]["accuracy"]["mean"]
        says = _title(results, "majority")
        axes.plot(majority, row, "x", color="#b35900", markersize=8, label=says, zorder=3)
    published = results["published"]["table1"].get(side, {}).get(task)
    if published is not None:
        axes.plot(published, row, "D", mfc="none", mec="#0b5cad", markersize=9, label="published", zorder=4)


def _title(results: Mapping[str, Any], approach: str) -> str:
    return str(results.get("titles", {}).get(approach, approach))


def _legend(figure: Figure, handles: Sequence[Any], says: Sequence[str]) -> None:
    figure.legend(handles, says, loc="outside upper left", ncols=_columns(says), frameon=False)


def _legend_in(says: Sequence[str]) -> float:
    return 0.24 * math.ceil(len(says) / _columns(says))


def _columns(says: Sequence[str]) -> int:
    """Return in how many columns, five at most, a legend fits over a figure 9 inches wide."""
    # At 11 points a character is about 6 points wide; a handle with its gaps takes 53.
    widths = [6 * len(text) + 53 for text in says]
    for columns in range(min(5, len(says)), 1, -1):
        if sum(column.max() for column in np.array_split(widths, columns)) < 9 * 72:
            return columns
    return 1


def _line(axes: Axes, rtt_ms: pd.Series, says: str) -> None:
    axes.plot(rtt_ms.to_numpy(), color=INK, linewidth=0.4)
    axes.set_title(textwrap.fill(says, 90), loc="left", fontsize=11)
    axes.set_ylabel("RTT (ms)")
    axes.set_ylim(bottom=0)


def _splits(above: Axes, below: Axes, rows: Mapping[str, int]) -> None:
    border = 0
    for name, count in rows.items():
        above.text(border + count / 2, 1.01, name, transform=above.get_xaxis_transform(), ha="center", color=INK)
        border += count
        for axes in (above, below):
            axes.axvline(border - 0.5, color=FAINT, linewidth=0.8, linestyle=":")


def _listed(names: Any) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else str(last)


def _save(figure: Figure, path: Path) -> None:
    write_with(path, lambda beside: figure.savefig(beside, format="svg", dpi=200, metadata={"Date": None}))


def counts(series: pd.DataFrame, names: Sequence[str], side: str) -> dict[str, int]:
    """Return how many pings carry each task's label; ``side`` is "gold", "single_task" or "multi_task"."""
    return {name: int(np.count_nonzero(series[f"{name}_{side}"] == 1)) for name in names}

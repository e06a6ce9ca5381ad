"""The paper's Figures 1 and 3, drawn from the first run's series."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from artifact.report.figures.style import FAINT, INK, drawing, legend, legend_in, save
from artifact.report.looks import Look, looks

Labels = NDArray[np.bool_]
"""Which ping carries which task's label, shape (pings, tasks)."""
DOT_PT = 3.7
"""Size of a mark in Figure 3, and how far the next one on the same ping is moved up."""


def figure1(path: Path, series: pd.DataFrame, results: Mapping[str, Any]) -> None:
    """Draw Figure 1: the base measurements above, the same with properties added below (RTT in ms)."""
    with drawing(9, 6, layout="constrained") as figure:
        above, below = figure.subplots(2, 1, sharex=True)
        _line(above, series["base_ms"], "base")
        _line(below, series["ping_ms"], f"with {_listed(task['name'] for task in results['tasks'])} added")
        below.set_xlabel("ping number")
        save(figure, path)


def figure3(path: Path, series: pd.DataFrame, results: Mapping[str, Any]) -> None:
    """Draw Figure 3: the single-task labels as dots on the series, stacked where a ping has several, and in lanes."""
    names = [task["name"] for task in results["tasks"]]
    labels = np.column_stack([series[f"{name}_single_task"] == 1 for name in names])
    shown = looks(results["tasks"])
    says = [f"{name} ({count:,})" for name, count in zip(names, labels.sum(axis=0), strict=True)]
    lanes_in = 0.2 * len(names)
    with drawing(9, 4.6 + lanes_in + legend_in(says), layout="constrained") as figure:
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
        legend(figure, handles, says)
        # Dots are pixels, in the tasks' own colours; some of these need a light ground.
        save(figure, path, themed=False)


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


def counts(series: pd.DataFrame, names: Sequence[str], side: str) -> dict[str, int]:
    """Return how many pings carry each task's label; ``side`` is "gold", "single_task" or "multi_task"."""
    return {name: int(np.count_nonzero(series[f"{name}_{side}"] == 1)) for name in names}

"""The paper's figures, redrawn from the first run's series, and Table 1 as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from artifact.files import write_with

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
INK, FAINT = "#333333", "#8a8a8a"
SIDES = {"single_task": "single-task", "multi_task": "multi-task"}


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
    """Draw Figure 3: the series with the labels of the single-task models; a shape as well as a colour per task."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 5), layout="constrained")
        axes = figure.subplots()
        axes.plot(series["ping_ms"].to_numpy(), color=FAINT, linewidth=0.3, zorder=1)
        # Dots by the thousand would make the page heavy; they are drawn as pixels inside the vector picture.
        for task in results["tasks"]:
            labelled = series.index[series[f"{task['name']}_single_task"] == 1]
            axes.scatter(
                labelled,
                series["ping_ms"].loc[labelled],
                s=14,
                marker=task["marker"],
                color=task["colour"],
                edgecolors="white",
                linewidths=0.2,
                label=f"{task['name']} ({len(labelled):,})",
                rasterized=True,
                zorder=2,
            )
        _splits(axes, results["rows"])
        axes.set(xlabel="ping number", ylabel="RTT (ms), 0 = no reply")
        axes.legend(loc="upper left", bbox_to_anchor=(0, 1.14), ncols=4, frameon=False, markerscale=1.8)
        _save(figure, path)


def accuracies(path: Path, results: Mapping[str, Any]) -> None:
    """Draw Table 1's accuracies: published, reproduced with 95 % interval and every run, majority baseline."""
    cells = [(side, task["name"]) for side in SIDES for task in results["tasks"]]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.55 * len(cells) + 1.2), layout="constrained")
        axes = figure.subplots()
        for row, (side, task) in enumerate(reversed(cells)):
            _cell(axes, row, side, task, results)
        axes.set_yticks(range(len(cells)), [f"{SIDES[side]}, {task}" for side, task in reversed(cells)])
        axes.set_xlabel("accuracy on the testing rows")
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        handles, labels = axes.get_legend_handles_labels()
        seen = dict(zip(labels, handles, strict=True))
        figure.legend(seen.values(), seen.keys(), loc="outside upper left", ncols=4, frameon=False)
        _save(figure, path)


def _cell(axes: Axes, row: int, side: str, task: str, results: Mapping[str, Any]) -> None:
    accuracy = results["approaches"][side][task]["accuracy"]
    low, high = accuracy["ci95"]
    runs = accuracy["runs"]
    axes.plot(runs, [row] * len(runs), "|", color=FAINT, markersize=9, label="one run", zorder=1)
    axes.plot([low, high], [row, row], color=INK, linewidth=2.5, zorder=2)
    axes.plot(accuracy["mean"], row, "o", color=INK, label="mean, 95 % interval", zorder=3)
    majority = results["approaches"]["majority"][task]["accuracy"]["mean"]
    axes.plot(majority, row, "x", color="#b35900", markersize=8, label="always the majority", zorder=3)
    published = results["published"]["table1"][side].get(task)
    if published is not None:
        axes.plot(published, row, "D", mfc="none", mec="#0b5cad", markersize=9, label="published", zorder=4)


def _line(axes: Axes, rtt_ms: pd.Series, says: str) -> None:
    axes.plot(rtt_ms.to_numpy(), color=INK, linewidth=0.4)
    axes.set_title(says, loc="left", fontsize=11)
    axes.set_ylabel("RTT (ms)")
    axes.set_ylim(bottom=0)


def _splits(axes: Axes, rows: Mapping[str, int]) -> None:
    border = 0
    for name, count in rows.items():
        axes.text(
            border + count / 2, 0.99, name, transform=axes.get_xaxis_transform(), ha="center", va="top", color=INK
        )
        border += count
        axes.axvline(border - 0.5, color=FAINT, linewidth=0.8, linestyle=":")


def _listed(names: Any) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else str(last)


def _save(figure: Figure, path: Path) -> None:
    write_with(path, lambda beside: figure.savefig(beside, format="svg", dpi=200, metadata={"Date": None}))


def counts(series: pd.DataFrame, names: Sequence[str], side: str) -> dict[str, int]:
    """Return how many pings carry each task's label; ``side`` is "gold", "single_task" or "multi_task"."""
    return {name: int(np.count_nonzero(series[f"{name}_{side}"] == 1)) for name in names}

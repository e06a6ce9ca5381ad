"""Table 1 as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from artifact.report.figures.style import AMBER, BLUE, FAINT, INK, RULE, drawing, legend, save, title


def accuracies(path: Path, results: Mapping[str, Any]) -> None:
    """Draw Table 1's accuracies: published, reproduced with 95 % interval and every run, majority baseline."""
    # A study without the paper's tasks has no Table 1; the same approaches are shown on its own.
    shown = results["table1"] or {side: results["approaches"][side] for side in results["published"]["table1"]}
    table = {side: [task for task in cells if task != "time_s"] for side, cells in shown.items()}
    heights = [len(tasks) for tasks in table.values()]
    with drawing(9, 0.4 * sum(heights) + 0.4 * len(table) + 1.2, layout="constrained") as figure:
        panels = figure.subplots(len(table), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        seen: dict[str, Any] = {}
        for axes, (side, tasks) in zip(panels, table.items(), strict=True):
            for row, task in enumerate(tasks):
                _cell(axes, row, (side, task), shown[side][task]["accuracy"], results)
            axes.set_title(title(results, side), loc="left", fontsize=11)
            axes.set_yticks(range(len(tasks)), tasks)
            axes.set_ylim(len(tasks) - 0.5, -0.5)
            axes.grid(axis="x", color=RULE, linewidth=0.6)
            handles, says = axes.get_legend_handles_labels()
            seen |= dict(zip(says, handles, strict=True))
        panels[-1].set_xlabel("accuracy on the testing rows")
        legend(figure, list(seen.values()), list(seen))
        save(figure, path)


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
        says = title(results, "majority")
        axes.plot(majority, row, "x", color=AMBER, markersize=8, label=says, zorder=3)
    published = results["published"]["table1"].get(side, {}).get(task)
    if published is not None:
        axes.plot(published, row, "D", mfc="none", mec=BLUE, markersize=9, label="published", zorder=4)

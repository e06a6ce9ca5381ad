"""How seconds and memory grow with the series, both axes logarithmic: a straight line of slope 1 is proportional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from artifact.report.figures.style import AMBER, BLUE, FAINT, INK, RULE, drawing, legend, svg

COLOURS = {"votes": BLUE, "label models": AMBER, "network": FAINT, "all": INK}
MARKERS = {"votes": "o", "label models": "s", "network": "^", "all": "D"}


def scaling(grown: Mapping[str, Any]) -> str:
    """Return ``bench.json``'s seconds of each step, with its exponent, and peaks of memory as SVG."""
    with drawing(9.0, 3.6, layout="constrained") as figure:
        cost, memory = figure.subplots(1, 2, width_ratios=(3, 2))
        lines = []
        for step, seconds in grown["s"].items():
            style = {"color": COLOURS[step], "marker": MARKERS[step], "markersize": 5, "linewidth": 1.4}
            lines += cost.plot(grown["rows"], seconds, **style)
        _logarithmic(cost, "seconds")
        memory.plot(grown["rows"], grown["peak_mib"], color=INK, marker="D", markersize=5, linewidth=1.4)
        _logarithmic(memory, "peak of memory (MiB)")
        memory.set_ylim(10, max(2_000, 2 * max(grown["peak_mib"])))
        legend(figure, lines, [f"{step}: {of:.2f}" for step, of in grown["exponents"].items()])
        return svg(figure)


def _logarithmic(axes: Axes, says: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("pings")
    axes.set_ylabel(says)
    axes.grid(visible=True, which="major", color=RULE, linewidth=0.6)

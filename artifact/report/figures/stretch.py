"""One stretch of the series and what each approach says of it: silence and coin tossing are seen at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from artifact.report.figures.style import FAINT, INK, RULE, drawing, svg, title
from artifact.report.looks import Look, looks

GOLD = "gold"
WIDTH_IN, LEFT_IN, RIGHT_IN, SERIES_IN, LANE_IN, GAP_IN, FOOT_IN = 9.0, 2.5, 0.1, 1.5, 0.2, 0.32, 0.5


def stretch(results: Mapping[str, Any]) -> str | None:
    """Return the stretch's picture as SVG: the series above, then per task a lane of labels for each approach."""
    part = results.get("stretch")
    if not part or not part["ping_ms"]:
        return None
    names = [task["name"] for task in results["tasks"]]
    lanes = {name: [side for side, of in part["labels"].items() if of.get(name)] for name in names}
    lanes = {name: sides for name, sides in lanes.items() if sides}
    colours = dict(zip(names, looks(results["tasks"]), strict=True))
    height = SERIES_IN + FOOT_IN + sum(GAP_IN + LANE_IN * len(sides) for sides in lanes.values())
    x = np.arange(len(part["ping_ms"])) + part["begin"]
    with drawing(WIDTH_IN, height) as figure:

        def panel(top: float, tall: float) -> Axes:
            wide = (WIDTH_IN - LEFT_IN - RIGHT_IN) / WIDTH_IN
            axes = figure.add_axes((LEFT_IN / WIDTH_IN, (top - tall) / height, wide, tall / height))
            axes.set_xlim(x[0] - 0.5, x[-1] + 0.5)
            axes.tick_params(labelsize=8.5)
            return axes

        top = height - 0.08
        axes = panel(top, SERIES_IN - 0.1)
        _series(axes, x, np.array(part["ping_ms"], dtype=float))
        top -= SERIES_IN - 0.1
        for name, sides in lanes.items():
            axes.tick_params(labelbottom=False)
            axes = panel(top - GAP_IN, LANE_IN * len(sides))
            _lanes(axes, x[0], [part["labels"][side][name] for side in sides], colours[name])
            axes.set_yticks(range(len(sides)), [_called(results, side) for side in sides], fontsize=8.5)
            axes.set_title(name, loc="left", fontsize=9.5, pad=3, color=INK, fontweight="bold")
            top -= GAP_IN + LANE_IN * len(sides)
        axes.set_xlabel("ping number", fontsize=9)
        return svg(figure)


def _series(axes: Axes, x: Any, ping_ms: Any) -> None:
    axes.plot(x, ping_ms, color=INK, linewidth=0.7)
    axes.set_ylabel("RTT (ms)", fontsize=9)
    axes.set_ylim(bottom=0)


def _lanes(axes: Axes, begin: int, labels: Sequence[Sequence[int]], look: Look) -> None:
    """Draw a bar for each run of pings with the label; the first lane is gold, fainter ground sets it apart."""
    axes.axhspan(-0.5, 0.5, color=RULE, alpha=0.45, linewidth=0)
    axes.hlines(range(len(labels)), begin, begin + len(labels[0]), color=RULE, linewidth=0.5, zorder=0)
    for lane, of in enumerate(labels):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(of) == 1, [0]]).astype(int)))
        runs = [(begin + on - 0.5, off - on) for on, off in zip(edges[::2], edges[1::2], strict=True)]
        axes.broken_barh(runs, (lane - 0.36, 0.72), color=look.colour, linewidth=0.3)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
        axes.spines[side].set_linewidth(0.6)


def _called(results: Mapping[str, Any], side: str) -> str:
    titles = results["stretch"].get("titles", {})
    return str(titles.get(side) or ("Gold" if side == GOLD else title(results, side)))

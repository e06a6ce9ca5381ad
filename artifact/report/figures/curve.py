"""A specification curve: what a gain becomes under every other choice, sorted, the choices marked below.

The idea is that of Simonsohn, Simmons and Nelson, Specification curve analysis, Nature Human Behaviour 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from artifact.report.figures.style import AMBER, BLUE, FAINT, INK, RULE, drawing, svg

BASE = "as Table 1"
WIDTH_IN, LEFT_IN, RIGHT_IN, ABOVE_IN, CURVE_IN, ROW_IN = 9.0, 1.75, 0.15, 0.12, 2.3, 0.19
LETTER_IN, CHOICE_LETTER_IN = 0.062, 0.07
"""Width of a letter of the variations' names, which stand upright below the grid, and of the choices' left of it."""
Point = Mapping[str, Any]


def curve(claim: Mapping[str, Any]) -> str | None:
    """Return a claim's specification curve as SVG; None where nothing was varied or measured."""
    points = specifications(claim)
    if len(points) < 2:
        return None
    choices = list(dict.fromkeys(str(of["choice"]) for of in points if of["choice"] != BASE))
    rows = [BASE, *choices]
    grid_in = ROW_IN * len(rows)
    below_in = 0.15 + LETTER_IN * max(len(_short(of)) for of in points)
    height = ABOVE_IN + CURVE_IN + grid_in + below_in
    left_in = max(LEFT_IN, 0.1 + CHOICE_LETTER_IN * max(map(len, rows)))
    with drawing(WIDTH_IN, height) as figure:
        wide = (WIDTH_IN - left_in - RIGHT_IN) / WIDTH_IN
        left = left_in / WIDTH_IN
        above = figure.add_axes((left, (below_in + grid_in + 0.1) / height, wide, (CURVE_IN - 0.1) / height))
        below = figure.add_axes((left, below_in / height, wide, grid_in / height))
        _values(above, points, claim)
        _grid(below, points, rows)
        return svg(figure)


def specifications(claim: Mapping[str, Any]) -> list[Point]:
    """Return the claim as the study is and under each variation, by value."""
    base = {
        "variation": BASE,
        "choice": BASE,
        "mean": claim["reproduced"],
        "ci90": claim["ci90"],
        "turns": False,
    }
    points = [of for of in (base, *claim["under"]) if of["mean"] is not None]
    return sorted(points, key=lambda of: (of["mean"], of["choice"] != BASE, of["variation"]))


def _values(axes: Axes, points: Sequence[Point], claim: Mapping[str, Any]) -> None:
    low, high = _shown(points, claim)
    if claim["accept"]:
        accept = (max(claim["accept"][0], low), min(claim["accept"][1], high))
        if accept[0] < accept[1]:
            axes.axhspan(*accept, color=RULE, alpha=0.55, linewidth=0, zorder=0)
    axes.axhline(0, color=FAINT, linewidth=0.8, zorder=1)
    if claim["published"] is not None:
        axes.axhline(claim["published"], color=BLUE, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    placed = list(enumerate(points))
    _marks(axes, [of for of in placed if of[1]["choice"] != BASE and not of[1]["turns"]], INK, "o", 4.5)
    _marks(axes, [of for of in placed if of[1]["choice"] != BASE and of[1]["turns"]], AMBER, "s", 4.5)
    base = [of for of in placed if of[1]["choice"] == BASE]
    _marks(axes, base, BLUE, "D", 6.5)
    for at, _ in base:
        axes.axvline(at, color=BLUE, linewidth=7, alpha=0.15, zorder=0)
    axes.set_xlim(-0.7, len(points) - 0.3)
    axes.set_ylim(low, high)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", labelsize=9)
    axes.set_ylabel("difference", fontsize=9)


def _marks(axes: Axes, points: Sequence[tuple[int, Point]], colour: str, marker: str, size: float) -> None:
    spans = [(at, *of["ci90"]) for at, of in points if of["ci90"]]
    if spans:
        at, low, high = zip(*spans, strict=True)
        axes.vlines(at, low, high, color=colour, linewidth=1.5, zorder=2)
    means = [of["mean"] for _, of in points]
    axes.plot([at for at, _ in points], means, marker, color=colour, markersize=size, zorder=3)


def _shown(points: Sequence[Point], claim: Mapping[str, Any]) -> tuple[float, float]:
    """Return the range of the axis: all dots, intervals, zero and the published value, with room around them."""
    values = [value for of in points for value in (of["mean"], *(of["ci90"] or ()))] + [0.0]
    if claim["published"] is not None:
        values.append(claim["published"])
    room = 0.06 * (max(values) - min(values)) or 0.01
    return min(values) - room, max(values) + room


def _grid(axes: Axes, points: Sequence[Point], rows: Sequence[str]) -> None:
    lane = {choice: number for number, choice in enumerate(rows)}
    axes.hlines(range(len(rows)), -0.7, len(points) - 0.3, color=RULE, linewidth=0.6, zorder=0)
    for at, of in enumerate(points):
        colour = BLUE if of["choice"] == BASE else AMBER if of["turns"] else INK
        axes.plot(at, lane[str(of["choice"])], "s", color=colour, markersize=4.5)
    axes.set_xlim(-0.7, len(points) - 0.3)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), rows, fontsize=8.5)
    axes.set_xticks(range(len(points)), [_short(of) for of in points], rotation=90, fontsize=7.5)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _short(point: Point) -> str:
    name = str(point["variation"]).replace("_", " ")
    return name if len(name) <= 26 else name[:25] + "…"

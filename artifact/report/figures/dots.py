"""An answer of the audit as dots with intervals: a panel per column that it wants drawn, its rows below each other."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from artifact.report.figures.style import FAINT, INK, RULE, drawing, svg

DIFFERENCE = "gain"
"""How the names of rows begin that are differences of others; they have another scale, and panels of their own."""
PER_LINE = 4
WIDTH_IN, LEFT_IN, GAP_IN, HEAD_IN, FOOT_IN, LINE_IN = 9.0, 2.75, 0.22, 0.3, 0.34, 0.2
EDGE = 0.12
"""Share of a panel's width from whose edge a number would reach out of it."""
LETTERS = 38
"""Letters of a row's name that fit into one line left of the panels."""


class Band(NamedTuple):
    """Panels beside each other over the same rows: the names of the rows, and per column their measured cells."""

    names: list[str]
    columns: list[str]
    cells: list[list[Mapping[str, Any] | None]]


def dots(answer: Mapping[str, Any]) -> str | None:
    """Return an answer's picture as SVG; None where it wants none drawn, or measured nothing."""
    bands = _bands(answer)
    if not bands:
        return None
    heights = [_height_in(band) for band in bands]
    with drawing(WIDTH_IN, sum(heights)) as figure:
        top = sum(heights)
        for band, height in zip(bands, heights, strict=True):
            _draw(figure, band, top)
            top -= height
        return svg(figure)


def _bands(answer: Mapping[str, Any]) -> list[Band]:
    at = {column: place for place, column in enumerate(answer["columns"])}
    drawn = [column for column in answer.get("draws", ()) if column in at]
    # An answer of seconds alone has no other rows.
    listed = answer["rows"] or answer.get("times", ())
    rows = [row for row in listed if any(_measured(row[at[column]]) for column in drawn)]
    bands = []
    for columns in np.array_split(drawn, math.ceil(len(drawn) / PER_LINE)) if drawn else ():
        for differences in (False, True):
            of = [row for row in rows if str(row[0]).startswith(DIFFERENCE) == differences]
            cells = [[_measured(row[at[column]]) for column in columns] for row in of]
            if any(cell for row in cells for cell in row):
                bands.append(Band([_wrapped(str(row[0])) for row in of], list(columns), cells))
    return bands


def _measured(cell: Any) -> Mapping[str, Any] | None:
    if isinstance(cell, Mapping) and cell.get("mean") is not None:
        return cell
    return None


def _wrapped(name: str) -> str:
    return "\n".join(textwrap.wrap(name, LETTERS, max_lines=2, placeholder=" …"))


def _places(band: Band) -> list[float]:
    """Return how far below the top of a panel each row lies, in lines."""
    tall = np.array([1.1 + 0.75 * name.count("\n") for name in band.names])
    return list(tall.cumsum() - tall / 2)


def _lines(band: Band) -> float:
    return sum(1.1 + 0.75 * name.count("\n") for name in band.names) + 0.2


def _height_in(band: Band) -> float:
    return HEAD_IN + FOOT_IN + LINE_IN * _lines(band)


def _draw(figure: Figure, band: Band, top: float) -> None:
    whole_in, width = figure.get_figheight(), (WIDTH_IN - LEFT_IN) / max(len(band.columns), 2)
    at = _places(band)
    for number, column in enumerate(band.columns):
        box = (
            (LEFT_IN + number * width) / WIDTH_IN,
            (top - HEAD_IN - LINE_IN * _lines(band)) / whole_in,
            (width - GAP_IN) / WIDTH_IN,
            LINE_IN * _lines(band) / whole_in,
        )
        axes = figure.add_axes(box)
        _panel(axes, at, [row[number] for row in band.cells])
        _number(axes)
        axes.set_title(column, loc="left", fontsize=9.5, pad=4)
        axes.set_ylim(_lines(band), 0)
        axes.set_yticks(at, band.names if number == 0 else [""] * len(at), fontsize=8.5)


def _panel(axes: Axes, at: Sequence[float], cells: Sequence[Mapping[str, Any] | None]) -> None:
    there = [(y, cell) for y, cell in zip(at, cells, strict=True) if cell]
    axes.hlines(at, 0, 1, transform=axes.get_yaxis_transform(), color=RULE, linewidth=0.5, zorder=0)
    spans = [(y, *cell["ci95"]) for y, cell in there if cell["ci95"]]
    if spans:
        y, low, high = zip(*spans, strict=True)
        axes.hlines(y, low, high, color=INK, linewidth=1.8, zorder=2)
    axes.plot([cell["mean"] for _, cell in there], [y for y, _ in there], "o", color=INK, markersize=4.5, zorder=3)
    _range(axes, [value for _, cell in there for value in (cell["mean"], *(cell["ci95"] or ()))])
    axes.tick_params(axis="x", labelsize=8, length=2.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _number(axes: Axes) -> None:
    """Number the axis; its outermost numbers stand inside the panel, or they would run into the next one's."""
    low, high = axes.get_xlim()
    wanted = MaxNLocator(3, steps=[1, 2, 5, 10]).tick_values(low, high)
    axes.set_xticks([at for at in wanted if low <= at <= high])
    for label in axes.get_xticklabels():
        share = (label.get_position()[0] - low) / (high - low)
        label.set_horizontalalignment("left" if share < EDGE else "right" if share > 1 - EDGE else "center")


def _range(axes: Axes, values: Sequence[float]) -> None:
    """Show all values, and zero where they lie on both sides of it."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    # Values that are all but the same would otherwise be drawn as if they lay far apart.
    room = max(0.06 * (high - low), 0.01 * max(abs(low), abs(high)), 1e-3)
    axes.set_xlim(low - room, high + room)
    if low < 0 < high:
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=1)

"""A colour and a marker per task: its own where they are free, otherwise one that no other task has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# Chosen from Tol's, Okabe and Ito's and Petroff's palettes: each at least 13 (CIE76) from all others, from grey and
# from the green, blue and red of Figure 3, with full colour vision as without red or green cones; seven at least 18.
COLOURS = (
    "#332288",  # indigo
    "#66ccee",  # cyan
    "#ffa90e",  # orange
    "#882255",  # wine
    "#000000",  # black
    "#b9ac70",  # sand
    "#8c564b",  # brown
    "#ee3377",  # magenta
    "#832db6",  # purple
    "#d55e00",  # vermilion
)
MARKERS = ("^", "D", "P", "v", "*", "<", ">", "o", "s", "X")


class Look(NamedTuple):
    """How the figures draw one task."""

    colour: str
    marker: str


def looks(tasks: Sequence[Mapping[str, Any]]) -> list[Look]:
    """Return a look per task, no colour and no marker twice among up to ten tasks; past ten the palette begins again.

    A task keeps its own ``colour`` and ``marker`` unless an earlier one has them; neither needs to be given.
    """
    colours = _distinct([(task.get("colour") or "").lower() for task in tasks], COLOURS)
    markers = _distinct([task.get("marker") or "" for task in tasks], MARKERS)
    return [Look(*look) for look in zip(colours, markers, strict=True)]


def _distinct(wanted: Sequence[str], palette: Sequence[str]) -> list[str]:
    # What a later task brings along is not free either: it would lose its own to a task that has none.
    free = [value for value in palette if value not in wanted]
    given: list[str] = []
    for place, own in enumerate(wanted):
        if own and own not in given:
            given.append(own)
        else:
            given.append(free.pop(0) if free else palette[place % len(palette)])
    return given

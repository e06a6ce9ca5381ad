"""What all pictures share: letters, ink, legends, and an SVG that is as light or dark as the page around it."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from artifact.store.files import write_text

INK, FAINT, RULE = "#333333", "#8a8a8a", "#dddddd"
BLUE, AMBER = "#0b5cad", "#b35900"
STYLE: dict[str, Any] = {
    # Without a fixed salt and with a date, the same picture would have other bytes each time.
    "svg.hashsalt": "artifact",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    # What a study, a task or a variation is called may hold dollar signs.
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
}
NIGHT = (0x17, 0x18, 0x1B)
"""The page's ground in the dark, as in page.css."""
COLOUR = re.compile(r"(?<=: )#([0-9a-f]{6})")
PLACES = re.compile(r' (?:d|x|y)="[^"]*"|translate\([^)]*\)')
GROUP = re.compile(r'<g id="[^"]*"')
DIGITS = re.compile(r"(\.\d\d)\d+")
Rgb = tuple[int, int, int]


@contextmanager
def drawing(width_in: float, height_in: float, **options: Any) -> Iterator[Figure]:
    """Give a figure of so many inches in the style of all."""
    with mpl.rc_context(STYLE):
        yield Figure(figsize=(width_in, height_in), **options)


def save(figure: Figure, path: Path, *, themed: bool = True) -> None:
    """Write a figure as SVG; one that is not themed stays on white, for colours that need it."""
    write_text(path, svg(figure, themed=themed))


def svg(figure: Figure, *, themed: bool = True) -> str:
    """Return a figure as SVG that brings its own ground, dark where the reader's device is."""
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(out, format="svg", dpi=200, metadata={"Date": None})
    text = _lean(out.getvalue())
    return _themed(text) if themed else text


def title(results: Mapping[str, Any], approach: str) -> str:
    """Return how an approach is called."""
    return str(results.get("titles", {}).get(approach, approach))


def legend(figure: Figure, handles: Sequence[Any], says: Sequence[str]) -> None:
    """Put a legend above the axes, in as many columns as fit."""
    figure.legend(handles, says, loc="outside upper left", ncols=_columns(says), frameon=False)


def legend_in(says: Sequence[str]) -> float:
    """Return the height of a legend in inches."""
    return 0.24 * math.ceil(len(says) / _columns(says))


def _columns(says: Sequence[str]) -> int:
    """Return in how many columns, five at most, a legend fits over a figure 9 inches wide."""
    # At 11 points a character is about 6 points wide; a handle with its gaps takes 53.
    widths = [6 * len(text) + 53 for text in says]
    for columns in range(min(5, len(says)), 1, -1):
        if sum(column.max() for column in np.array_split(widths, columns)) < 9 * 72:
            return columns
    return 1


def _lean(text: str) -> str:
    """Drop what no eye sees: comments, names of groups, gaps between elements, digits below a hundredth of a point."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = GROUP.sub("<g", re.sub(r">\s+<", "><", text))
    return PLACES.sub(lambda found: DIGITS.sub(r"\1", re.sub(r"\s+", " ", found[0])), text)


def _themed(text: str) -> str:
    """Give every colour a name whose value hangs on the light; the ground is a colour too, so all stays readable."""
    used = sorted(set(COLOUR.findall(text)))
    day = "".join(f"--c{of}:#{of};" for of in used)
    night = "".join(f"--c{of}:#{_dark(of)};" for of in used)
    rules = f"<style>svg{{{day}}}@media(prefers-color-scheme:dark){{svg{{{night}}}}}</style>"
    # The colour behind the name is for a reader of SVG that knows no names.
    named = COLOUR.sub(r"var(--c\1,#\1)", text)
    return named.replace("</metadata>", f"</metadata>{rules}", 1)


def _dark(colour: str) -> str:
    red, green, blue = rgb = (int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16))
    if max(rgb) - min(rgb) < 16:
        grey = [round(0xEC - (0xEC - ground) * of / 255) for of, ground in zip(rgb, NIGHT, strict=True)]
        return _hex((grey[0], grey[1], grey[2]))
    # As much white is mixed in as makes a mark stand out from the dark ground (WCAG 2.2, 1.4.11: 3:1, with some room).
    for white in np.linspace(0, 1, 21):
        mixed = (_mixed(red, white), _mixed(green, white), _mixed(blue, white))
        if _contrast(mixed, NIGHT) >= 4.5:
            break
    return _hex(mixed)


def _mixed(channel: int, white: float) -> int:
    return round(channel + (255 - channel) * white)


def _hex(rgb: Rgb) -> str:
    return "".join(f"{of:02x}" for of in rgb)


def _contrast(one: Rgb, other: Rgb) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: Rgb) -> float:
    linear = [of / 3294.6 if of <= 10 else ((of / 255 + 0.055) / 1.055) ** 2.4 for of in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

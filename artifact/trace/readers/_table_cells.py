"""What stands in the cells of a table: RTTs with or without their unit, losses, times."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from artifact.trace.stamps import NO_TIME, STAMP, Clock

UNITS = {
    **{"us": 1.0, "µs": 1.0, "μs": 1.0, "usec": 1.0, "ns": 0.001},
    **{"ms": 1_000.0, "msec": 1_000.0, "milliseconds": 1_000.0, "s": 1e6, "sec": 1e6, "seconds": 1e6},
}
"""Microseconds per unit."""

_NUMBER = r"[+-]?(?:\d{1,20}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:[eE][+-]?\d{1,3})?"
_LOSS = r"none|null|nil|nan|n/?a|lost|loss|timeout|timed out|timedout|request timed out\.?|unreachable|\*|-|"
# Possessive throughout: a cell of 60,000 blanks must not be tried in every way to split it.
_CELL = re.compile(
    r"^ *+\"?+ *+(?:[A-Za-z_ ]{1,20}+[=<] ?|<)?+"
    rf"(?:({_NUMBER}) ?({'|'.join(UNITS)})?|(?i:({_LOSS}))) *+\"?+ *+$|^(.*)$",
    re.MULTILINE,
)
_WHOLE_STAMP = re.compile(rb"(?:%s)" % STAMP)


def is_rtt(cell: str) -> bool:
    """Tell whether a cell may hold an RTT or a loss."""
    found = _CELL.match(cell)
    return found is not None and found[4] is None


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number, with a unit or without."""
    found = _CELL.match(cell)
    return found is not None and found[1] is not None


def is_time(cell: str) -> bool:
    """Tell whether a cell holds a time of some form, a number of seconds since 1970 among them."""
    cell = cell.strip()
    if (
        re.fullmatch(r"\d+(?:\.\d+)?", cell)
        and not 1e8 < float(cell) < 2.2e9
        and not re.fullmatch(r"1\d{12}(\d{3})?", cell)
    ):
        return False
    return _WHOLE_STAMP.fullmatch(cell.encode()) is not None


def microseconds(cells: Sequence[str], us_per_unit: float, separator: str) -> NDArray[np.float64]:
    """Return whole microseconds: 0 for a loss, negative where the number is, NaN for what is no RTT."""
    found = _CELL.findall("\n".join(cell.replace("\n", " ") for cell in cells))
    number, unit, _, strange = zip(*found, strict=True)
    text = np.array(number, dtype="U72")
    if separator != ",":
        text = np.strings.replace(text, ",", ".")
    given = text != ""
    values = np.zeros(len(text))
    with np.errstate(over="ignore"):
        values[given] = _floats(text[given])
    scale = np.array([UNITS[one] if one else us_per_unit for one in unit]) if any(unit) else us_per_unit
    values = values * scale
    # A reply within less than half a microsecond is an answer; 0 would make it a loss.
    whole = np.where(values > 0, np.maximum(np.rint(values), 1), np.minimum(values, 0))
    whole[np.array([bool(one) for one in strange])] = np.nan
    return whole


def times(clock: Clock, cells: Sequence[str]) -> NDArray[np.int64]:
    """Return µs since 1970, or as seconds are counted otherwise; NO_TIME for what is no time."""
    try:
        seconds = np.array(cells, dtype="U32").astype(np.float64)
    except ValueError:
        return clock.read(cell.strip().encode() for cell in cells)
    known = np.abs(seconds) < 1e19
    scale = np.select([np.abs(seconds) < most for most in (1e11, 1e14, 1e17)], [1e6, 1e3, 1.0], 1e-3)
    found = np.full(len(seconds), NO_TIME)
    found[known] = np.rint(seconds[known] * scale[known]).astype(np.int64)
    return found


def _floats(text: NDArray[np.str_]) -> NDArray[np.float64]:
    try:
        return text.astype(np.float64)
    except ValueError:  # 12,5 between commas
        return np.array([float(one) if "," not in one else np.nan for one in text.tolist()])

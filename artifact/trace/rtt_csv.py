"""Tables with a header and a column of RTTs, separated by comma, semicolon or tab."""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.series import LONGEST_RTT_US

FORMAT = "RTT table"

RTT_COLUMNS = (
    ("rtt", "rtt_ms", "rtt_us", "rtt_s"),
    ("ping", "ping_ms", "ping_us", "ping_s"),
    ("latency", "latency_ms", "latency_us", "latency_s"),
    ("delay", "delay_ms", "delay_us", "delay_s"),
    ("response_time", "response_time_ms", "response_time_us", "response_time_s"),
    ("time_ms", "time_us"),
)
"""Names of RTT columns, in any case; 'RTT (ms)' and 'rtt-ms' are rtt_ms. A name without a unit means ms."""

SEPARATORS = (";", "\t", ",")

_KNOWN = tuple(name for names in RTT_COLUMNS for name in names)
_US_PER_UNIT = {"us": 1.0, "s": 1_000_000.0}
_LOSS = rb"(?i:none|null|nil|nan|n/?a|lost|loss|timeout|timed out|\*|-)?"
_NUMBER = rb"[+-]?(?:\d{1,20}(?:%s\d{0,40})?|%s\d{1,40})(?:[eE][+-]?\d{1,3})?"
_ANY_NUMBER = re.compile((_NUMBER % (rb"[.,]", rb"[.,]")).decode())


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins like a table, or like the column of one that lost its header."""
    lines = [line for line in head.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#")][:2]
    if not lines:
        return False
    top = _cells(lines[0])
    if any(_plain_name(cell) in _KNOWN for cell in top) or _ANY_NUMBER.fullmatch(lines[-1].decode("latin-1").strip()):
        return True
    return len(top) > 1 and len(lines) > 1 and len(_cells(lines[1])) == len(top)


def read(log: Lines, at_most: int | None) -> NDArray[np.int64]:
    """Return RTTs in µs, 0 for a loss; raise BadInputError where column, number or unit cannot be right.

    Empty cells, words such as ``nan`` or ``timeout``, ``*``, 0 and negative numbers (RIPE Atlas's codes) are
    losses.
    """
    table = _table(log)
    parts: list[NDArray[np.float64]] = []
    n_rows = 0
    for first, (row, written) in log.columns(_rows(table), FORMAT):
        # No comma but a decimal one got past the pattern.
        cell = b"\n".join(written).replace(b",", b".").split(b"\n")
        given = np.flatnonzero(np.array(row, dtype="S1") != b"")
        numbers = np.array(cell, dtype="S72")[given]
        rtt_us = _microseconds(numbers, table.us_per_unit)
        _refuse_above_longest(log, numbers, rtt_us, first + given)
        parts.append(rtt_us)
        n_rows += len(rtt_us)
        if at_most is not None and n_rows > at_most:
            break
    return log.first(_with_losses(log, np.concatenate(parts), at_most), at_most)


class _Table(NamedTuple):
    header: bytes
    separator: str
    n_columns: int
    at: int
    us_per_unit: float


def _table(log: Lines) -> _Table:
    header = next(line for line in log.head.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#"))
    cells = _cells(header)
    if any(_ANY_NUMBER.fullmatch(cell.strip()) for cell in cells):
        raise BadInputError(log.path, "has no header line", "add a first line that names its columns, such as 'rtt_ms'")
    names = [_plain_name(cell) for cell in cells]
    found = [at for at, name in enumerate(names) if name in _KNOWN]
    if not found:
        known = ", ".join(names[0] for names in RTT_COLUMNS)
        problem = f"has no RTT column among its columns {_listed(cells)}"
        raise BadInputError(log.path, problem, f"name it one of {known}, with _ms, _us or _s for its unit")
    if len(found) > 1:
        problem = f"has several RTT columns: {_listed([cells[at] for at in found])}"
        raise BadInputError(log.path, problem, "leave one and rename the others")
    unit = names[found[0]].rpartition("_")[2]
    return _Table(header, _separator(header), len(cells), found[0], _US_PER_UNIT.get(unit, 1_000.0))


def _separator(header: bytes) -> str:
    text = header.decode("utf-8", "replace")
    # A single column has none; its numbers may then have decimal commas, as with a semicolon.
    return max(SEPARATORS, key=text.count)


def _cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8", "replace")], delimiter=_separator(line)), [])
    except csv.Error:
        return []


def _plain_name(cell: str) -> str:
    """Return the name of a column as it stands in RTT_COLUMNS: 'RTT [ms]' -> 'rtt_ms'."""
    return re.sub(r"[^a-z0-9]+", "_", cell.lower().replace("µs", "us").replace("μs", "us")).strip("_")


def _listed(cells: list[str]) -> str:
    shown = ", ".join(f"'{cell[:30]}'" for cell in cells[:10])
    return shown + (", …" if len(cells) > 10 else "")


def _rows(table: _Table) -> re.Pattern[bytes]:
    """Match a row, its number or nothing for a loss, and pass over the header, which may stand again.

    A row has to have as many cells as the header: with commas on both sides, 12,5 would else be read as 12.
    """
    separator = table.separator.encode()
    point = rb"\." if table.separator == "," else rb"[.,]"
    cell = rb'(?:[^"\n%s]*+|"(?:[^"\n]|"")*+")' % separator
    # Possessive throughout: a cell of 60,000 blanks must not be tried in every way to split it.
    rtt = rb' *+"?+ *+(?>(' + _NUMBER % (point, point) + rb")|" + _LOSS + rb') *+"?+ *+'
    row = (
        rb"(?:%s%s){%d}" % (cell, separator, table.at)
        + rtt
        + rb"(?:%s%s){%d}" % (separator, cell, table.n_columns - table.at - 1)
    )
    return line_pattern(re.escape(table.header), rb"(" + row + rb")")


def _microseconds(cells: NDArray[np.bytes_], us_per_unit: float) -> NDArray[np.float64]:
    """Return whole microseconds, negative where the number is, 0 for an empty cell."""
    values = np.zeros(len(cells))
    number = cells != b""
    values[number] = cells[number].astype(np.float64) * us_per_unit
    # A reply within less than half a microsecond is an answer; 0 would make it a loss.
    return np.where(values > 0, np.maximum(np.rint(values), 1), np.minimum(values, 0))


def _refuse_above_longest(
    log: Lines, numbers: NDArray[np.bytes_], rtt_us: NDArray[np.float64], lines: NDArray[np.intp]
) -> None:
    wrong = rtt_us > LONGEST_RTT_US
    if wrong.any():
        at = int(np.argmax(wrong))
        problem = f"an RTT above {LONGEST_RTT_US / 1e6:.0f} s: {numbers[at].decode()}"
        remedy = "write a loss as nan, or name the unit of the column (rtt_us, rtt_ms, rtt_s)"
        raise BadInputError(log.path, problem, remedy, line=int(lines[at]))


def _with_losses(log: Lines, rtt_us: NDArray[np.float64], at_most: int | None) -> NDArray[np.int64]:
    n_negative = int((rtt_us[:at_most] < 0).sum())
    if n_negative:
        log.notes.append(f"negative RTTs taken as losses: {n_negative:,}")
    return np.maximum(rtt_us, 0).astype(np.int64)

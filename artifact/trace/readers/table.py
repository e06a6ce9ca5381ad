"""Tables: a row per ping or per moment, columns of RTTs, times and hosts, with a header or without."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.heard import interpolated
from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.readers._table_cells import UNITS, is_number, is_rtt, is_time, microseconds, times
from artifact.trace.series import LONGEST_RTT_US
from artifact.trace.stamps import NO_TIME, Clock

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

SEPARATORS = (";", "\t", ",", "|")

MOST_HOSTS = 1_000
"""A column of more different names than this names no hosts."""

# Names of columns, in lower case with _ between their words.
_RTT_NAME = re.compile(
    r"(?:rtts?|pings?|latency|delay|response_?time|round_?trip_?time)(?:_(?:us|ms|s))?|time_(?:ms|us)"
)
_LESSER_NAME = re.compile(r"values?|ms|msec|milliseconds|avg(?:_rtt)?|rtt_avg|median")
_TIME_NAME = re.compile(
    r"(?:start_?)?(?:time|timestamp|datetime|date|epoch|when|ts|t|seconds?|sec|elapsed|unix_?time|zeit|datum)"
)
_HOST_NAME = re.compile(
    r"(?:(?:ip|ipv4|ipv6)?_?address|(?:host|server|site|monitor|target|dst|destination|source|src|probe|prb|msm|ip|ziel)"
    r"(?:_?(?:name|addr|id))?)"
)
_SOURCE_NAME = re.compile(r"source|src")
_STATUS_NAME = re.compile(r"status|success|result|state")
_FAILED = re.compile(r"timed?out|false|fail(?:ed|ure)?|lost|down|\w*unreachable|no|error")
_PASSED = re.compile(r"success|ok|true|up|yes|reply")
_LABELLED = re.compile(r"\s*(?:time|rtt|ping|latency|delay|zeit|temps|tiempo|tempo)\s*[=<]", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins like a table, or like the column of one that lost its header."""
    lines = _sample(head)[:40]
    if not lines:
        return False
    separator = _separator(lines)
    rows = [_divide(line, separator) for line in lines]
    if is_number(lines[-1].strip()):
        return "=" not in lines[-1] or _LABELLED.match(lines[-1]) is not None
    if separator != " " and any(_RTT_NAME.fullmatch(_plain_name(cell)) for cell in rows[0]):
        return len(rows[0]) > 1 or len(lines) == 1 or is_rtt(lines[1])
    if len(rows) < 2 or not len(rows[0]) == len(rows[1]) > 1:
        return False
    # Prose has words and blanks, too.
    return separator != " " or (any(map(is_number, rows[1])) and any(is_time(c) or "=" in c for c in rows[1]))


def read(lines: Lines) -> list[Series]:
    """Return a series per host and RTT column, 0 for a loss.

    Empty cells, words such as ``nan`` or ``timeout``, ``*``, 0 and negative numbers (RIPE Atlas's codes) are losses.
    An empty line of a single column may be a loss or a gap between rows: it is set aside.
    Raises BadInputError where it would have to guess which column is meant.
    """
    layout = _layout(lines)
    clock = Clock()
    read = (_part(lines, layout, clock, *block) for block in lines.blocks())
    parts = [part for part in read if part is not None]
    if not parts:
        return []
    hosts: dict[tuple[str, ...], int] = {}
    host = np.concatenate([[hosts.setdefault(key, len(hosts)) for key in part.host] for part in parts])
    names = _telling(layout, list(hosts))
    if len(hosts) > MOST_HOSTS:
        host, hosts, names = np.zeros(len(host), dtype=np.int64), {(): 0}, [()]
    time_us = np.concatenate([part.time_us for part in parts])
    rtt_us = [np.concatenate([part.rtt_us[at] for part in parts]) for at in range(len(layout.rtts))]
    return [
        _series(layout, names[of], at, rtt_us[at][host == of], time_us[host == of])
        for of in range(len(hosts))
        for at in range(len(layout.rtts))
    ]


def _telling(layout: _Layout, hosts: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return of each row's hosts those that tell the rows apart, or the target alone where none does."""
    columns = list(zip(*hosts, strict=True))
    apart = [at for at, names in enumerate(columns) if len(set(names)) > 1]
    target = [at for at in range(len(columns)) if not _SOURCE_NAME.match(layout.names[layout.hosts[at]])][:1]
    return [tuple(host[at] for at in apart or target) for host in hosts]


def _series(
    layout: _Layout, host: tuple[str, ...], at: int, rtt_us: NDArray[np.float64], time_us: NDArray[np.int64]
) -> Series:
    _, column, unit = layout.rtts[at]
    name = " ".join(word for word in (*host, column if len(layout.rtts) > 1 or not host else "") if word)
    notes = []
    n_negative = int((rtt_us < 0).sum())
    if n_negative:
        notes.append(f"negative RTTs taken as losses: {n_negative:,}")
    if unit is None and not layout.header:
        notes.append("no header and no unit; taken for milliseconds")
    timed = np.flatnonzero(time_us != NO_TIME)
    sent_us = interpolated(timed, time_us[timed], len(rtt_us)) if 2 * len(timed) > len(rtt_us) else None
    if sent_us is not None and len(timed) < len(rtt_us):
        notes.append(f"times that cannot be read, put between those around them: {len(rtt_us) - len(timed):,}")
    return Series(name, np.maximum(rtt_us, 0).astype(np.int64), sent_us, tuple(notes))


class _Layout(NamedTuple):
    separator: str
    header: str | None
    width: int
    rtts: tuple[tuple[int, str, float | None], ...]  # column, its name, µs per unit
    time: tuple[int, ...]
    hosts: tuple[int, ...]
    status: int | None
    names: tuple[str, ...]


def _layout(lines: Lines) -> _Layout:
    sample = _sample(lines.head)
    if len(lines.head) > 60_000:
        sample = sample[:-1]  # cut off
    separator = _separator(sample)
    rows = [_divide(line, separator) for line in sample]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    at, first = next((at, row) for at, row in enumerate(rows) if len(row) == width or _names_any(row))
    headed = not any(is_number(cell) or is_time(cell) for cell in first)
    body = [row for row in rows[at + headed :] if len(row) == len(first)]
    names = [_plain_name(cell) for cell in first] if headed else [""] * len(first)
    columns: list[tuple[str, ...]] = [()] * len(first)
    if body:
        columns = list(zip(*body, strict=True))
    time = _time_columns(names, columns)
    hosts = tuple(at for at, cells in enumerate(columns) if at not in time and _names_hosts(names[at], cells, headed))
    status = next((at for at, name in enumerate(names) if _STATUS_NAME.fullmatch(name)), None)
    rtts = _rtt_columns(lines, names, columns, {*time, *hosts}, first if headed else None)
    units = tuple((at, first[at].strip() if headed else "", _unit(names[at])) for at in rtts)
    return _Layout(separator, sample[at] if headed else None, len(first), units, time, hosts, status, tuple(names))


def _rtt_columns(
    lines: Lines, names: list[str], columns: list[tuple[str, ...]], others: set[int], header: list[str] | None
) -> list[int]:
    for named in (_RTT_NAME, _LESSER_NAME):
        found = [at for at, name in enumerate(names) if at not in others and named.fullmatch(name)]
        if found:
            return found
    numeric = [
        at
        for at, cells in enumerate(columns)
        if at not in others and sum(map(is_rtt, cells)) > len(cells) / 2 and any(is_number(c) for c in cells)
    ]
    written = [at for at in numeric if any(_LABELLED.match(cell) for cell in columns[at])]
    written = written or [at for at in numeric if any(re.search(r"\d ?[mu]?s\b", cell) for cell in columns[at])]
    if written:
        return written[:1]
    if header is None or (header and "time" in names and numeric == [names.index("time")]):
        numeric = [at for at in numeric if not _counts(columns[at])] or numeric
    if header is not None and not (len(numeric) == 1 and names[numeric[0]] == "time"):
        known = ", ".join(one[0] for one in RTT_COLUMNS)
        problem = f"has no RTT column among its columns {_listed(header)}"
        raise BadInputError(lines.path, problem, f"name it one of {known}, with _ms, _us or _s for its unit")
    if len(numeric) != 1:
        problem = f"has no header, and {len(numeric) or 'none'} of its columns may hold RTTs"
        raise BadInputError(lines.path, problem, "add a first line that names its columns, such as 'time,rtt_ms'")
    return numeric


def _time_columns(names: list[str], columns: list[tuple[str, ...]]) -> tuple[int, ...]:
    """Return the column that holds times, or the two of date and time of day."""
    timed = [at for at, cells in enumerate(columns) if cells and sum(map(is_time, cells)) > 0.8 * len(cells)]
    split = [at for at, cells in enumerate(columns[:-1]) if cells and sum(map(_is_date, cells)) > 0.8 * len(cells)]
    if split and split[0] + 1 < len(columns) and sum(map(is_time, columns[split[0] + 1])) > 0.8 * len(columns[0]):
        return (split[0], split[0] + 1)
    if timed:
        return (min(timed, key=lambda at: (not _TIME_NAME.fullmatch(names[at]), at)),)
    if not any(map(_RTT_NAME.fullmatch, names)):
        return ()
    counting = [
        at for at, cells in enumerate(columns) if _TIME_NAME.fullmatch(names[at]) and all(map(is_number, cells))
    ]
    return tuple(counting[:1])


def _is_date(cell: str) -> bool:
    return bool(re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", cell.strip()))


def _names_hosts(name: str, cells: Sequence[str], headed: bool) -> bool:
    if headed:
        return _HOST_NAME.fullmatch(name) is not None
    looks = sum(
        bool(re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}:?|[\w-]+(\.[\w-]+)*\.[a-zA-Z]{2,}:?", cell)) for cell in cells
    )
    return bool(cells) and looks > 0.8 * len(cells) and len(set(cells)) <= max(4, len(cells) // 2)


def _names_any(row: list[str]) -> bool:
    return any(_RTT_NAME.fullmatch(_plain_name(cell)) for cell in row)


def _unit(name: str) -> float | None:
    return UNITS.get(name.rpartition("_")[2])


def _counts(cells: Sequence[str]) -> bool:
    """Tell whether a column only numbers its rows."""
    try:
        numbers = np.array([float(cell.replace(",", ".")) for cell in cells])
    except ValueError:
        return False
    steps = np.diff(numbers)
    return len(steps) > 1 and bool((steps == steps[0]).all())


def _plain_name(cell: str) -> str:
    """Return the name of a column as it stands in RTT_COLUMNS: 'RTT [ms]' -> 'rtt_ms'."""
    plain = cell.lower().replace("µs", "us").replace("μs", "us")
    return re.sub(r"[^\w]+", "_", plain).strip("_")


def _listed(cells: list[str]) -> str:
    shown = ", ".join(f"'{cell[:30]}'" for cell in cells[:10])
    return shown + (", …" if len(cells) > 10 else "")


def _sample(head: bytes) -> list[str]:
    lines = head.decode("utf-8", "replace").split("\n")
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#") and line[:4] != "sep="][:400]


def _separator(lines: list[str]) -> str:
    """Return what divides most lines into the same number of cells; blanks where nothing else does."""
    if _RTT_NAME.fullmatch(_plain_name(lines[0])):
        return ";"  # a single column, whose numbers may have decimal commas
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines[:40])
        n, times = counts.most_common(1)[0]
        if (n and 2 * times > len(lines[:40])) or (lines[0].count(separator) and len(lines) < 3):
            return separator
    if lines and all(is_rtt(line.strip()) for line in lines[1:3]):
        return ";"
    counts = Counter(len(line.split()) for line in lines[:40])
    n, times = counts.most_common(1)[0]
    return " " if n > 1 and 2 * times > len(lines[:40]) else ";"


def _divide(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return []


class _Part(NamedTuple):
    host: list[tuple[str, ...]]
    time_us: NDArray[np.int64]
    rtt_us: list[NDArray[np.float64]]


def _part(lines: Lines, layout: _Layout, clock: Clock, first: int, text: bytes, ended: bool) -> _Part | None:  # noqa: PLR0913
    """Read a block of rows; those that are none are set aside."""
    written = text.decode("utf-8", "replace").split("\n")
    # What follows the last line end is no line. In a single column an empty line may be a loss or a gap between rows.
    last, empty = len(written) - 1, layout.width > 1
    rows = {
        at: _divide(line, layout.separator) if line.strip() else []
        for at, line in enumerate(written)
        if (line.strip() or not (empty or at == last))
        and not (line.lstrip().startswith("#") or line == layout.header or line[:4] == "sep=")
    }
    at = np.array([at for at, row in rows.items() if len(row) == layout.width], dtype=np.int64)
    columns = list(zip(*(rows[one] for one in at), strict=True)) or [()] * layout.width
    rtt_us = [microseconds(columns[of], unit or UNITS["ms"], layout.separator) for of, _, unit in layout.rtts]
    fits = np.all([~np.isnan(one) for one in rtt_us], axis=0) if len(at) else np.zeros(0, dtype=np.bool_)
    fitting = set(at[fits].tolist())
    strange = [one for one in rows if one not in fitting]
    if strange and not ended and strange[-1] == len(written) - 1:
        lines.notes.append("the last line is cut off and was left out")
        strange.pop()
    lines.put_aside((first + one for one in strange), (written[one] for one in strange))
    lines.known += int(fits.sum())
    if not fits.any():
        return None
    kept = np.flatnonzero(fits)
    for of, (column, _, _) in enumerate(layout.rtts):
        _refuse_above_longest(lines, rtt_us[of], columns[column], first + at)
    if layout.status is not None:
        rtt_us = [_with_status(one, columns[layout.status]) for one in rtt_us]
    hosts = list(zip(*(columns[of] for of in layout.hosts), strict=True)) if layout.hosts else [()] * len(at)
    if layout.time:
        moments = [" ".join(parts) for parts in zip(*(columns[of] for of in layout.time), strict=True)]
        time_us = times(clock, [moments[one] for one in kept])
    else:
        time_us = np.full(len(kept), NO_TIME)
    return _Part([tuple(c.strip() for c in hosts[one]) for one in kept], time_us, [one[kept] for one in rtt_us])


def _with_status(rtt_us: NDArray[np.float64], status: Sequence[str]) -> NDArray[np.float64]:
    """Take what failed for a loss, and 0 ms of what succeeded for a reply."""
    words = [re.sub(r"[\s_]", "", word.lower()) for word in status]
    failed = np.array([_FAILED.fullmatch(word) is not None for word in words])
    passed = np.array([_PASSED.fullmatch(word) is not None for word in words])
    return np.where(failed, 0, np.where(passed & (rtt_us == 0), 1_000, rtt_us))


def _refuse_above_longest(
    lines: Lines, rtt_us: NDArray[np.float64], cells: Sequence[str], numbers: NDArray[np.int64]
) -> None:
    wrong = rtt_us > LONGEST_RTT_US
    if wrong.any():
        at = int(np.argmax(wrong))
        problem = f"an RTT above {LONGEST_RTT_US / 1e6:.0f} s: {cells[at]}"
        remedy = "write a loss as nan, or name the unit of the column (rtt_us, rtt_ms, rtt_s)"
        raise BadInputError(lines.path, problem, remedy, line=int(numbers[at]))

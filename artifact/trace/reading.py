"""Reading a log into a trace; its format is told by its content."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError, printable
from artifact.plugins import announced, cause
from artifact.trace.lines import Lines, opened
from artifact.trace.log import Log, Series, SetAside, gaps_of, resolution_of
from artifact.trace.readers import (
    atlas,
    fping,
    mtr,
    parquet,
    ping,
    ping_json,
    pingplotter,
    powershell,
    scamper,
    smokeping,
    table,
    timed,
    windows,
)
from artifact.trace.series import Trace


class Reader(Protocol):
    """What the module of a format offers."""

    FORMAT: str

    def recognises(self, head: bytes) -> bool:
        """Tell whether a log that begins with ``head`` (Unix line ends) is of this format."""
        ...

    def read(self, lines: Lines) -> list[Series]:
        """Return every series of the log; set lines aside that belong to none, and add to the log's notes."""
        ...


READERS: tuple[Reader, ...] = (
    *(parquet, atlas, scamper, ping_json, smokeping, pingplotter, powershell),
    *(ping, windows, fping, mtr, timed, table),
)
"""Asked in this order; a table says least about itself, so it comes last, behind what packages announce."""
GROUP = "artifact.readers"
"""The entry points by which a package announces modules of readers."""


def read_log(path: Path, at_most: int | None = None) -> Log:
    """Read all series of a log of any known format, or only the first ``at_most`` pings of each.

    Raises BadInputError, naming file and where possible line, for anything that holds no ping, and where more lines
    are set aside than read.
    """
    with opened(path) as lines:
        reader = _reader_of(lines)
        series = [one for one in reader.read(lines) if len(one.rtt_us)]
        aside = lines.set_aside()
        if len(aside) > lines.known:
            problem = (
                f"{len(aside):,} lines are no part of a log of the format '{reader.FORMAT}' and {lines.known:,} are"
            )
            raise BadInputError(
                path, f"{problem}: {aside.shown[0]}", "remove what is no ping", line=int(aside.lines[0])
            )
        if not series:
            raise BadInputError(path, "holds no pings", "give a log with pings in it")
        name, sha256 = printable(path.name), lines.sha256()
        traces = [_trace(one, name, reader.FORMAT, sha256, len(series) == 1, at_most) for one in series]
        notes = tuple(dict.fromkeys(lines.notes))
        return Log(name, reader.FORMAT, tuple(traces), aside, notes, sha256)


def read_trace(path: Path, at_most: int | None = None, series: str | None = None, fewest: int = 1) -> Trace:
    """Read one series of a log, by name or the longest, or only its first ``at_most`` pings.

    Raises BadInputError as ``read_log`` does, for a name that is not there, and for less than ``fewest`` pings.
    """
    if at_most is not None and at_most < fewest:
        problem = f"at most {at_most:,} pings were asked for"
        raise BadInputError(path, problem, f"ask for {fewest:,} or more")
    log = read_log(path, at_most)
    trace = log.named(series)
    trace = replace(trace, notes=(*log.notes, *_of_set_aside(log.set_aside), *trace.notes))
    if len(trace) < fewest:
        problem = f"holds {len(trace):,} pings, too few for a trace"
        raise BadInputError(path, problem, f"give a log of {fewest:,} pings or more")
    return trace


def _reader_of(lines: Lines) -> Reader:
    readers = [*READERS[:-1], *_announced(), READERS[-1]]
    for reader in readers:
        if reader.recognises(lines.head):
            return reader
    known = ", ".join(f"'{reader.FORMAT}'" for reader in readers)
    raise BadInputError(lines.path, "is a log of no known format", f"give one of {known}")


def _announced() -> Iterator[Reader]:
    """Give the readers of other packages, by name; one that is none is a BadInputError that names its entry point."""
    for name, places in sorted(announced(GROUP).items()):
        for place in places:
            where, remedy = f"entry point {name} = {place}", "mend the package that announces it, or uninstall it"
            try:
                module = importlib.import_module(place)
            except Exception as error:  # whatever a module of somebody else's raises on import
                raise BadInputError(where, cause(error, place), remedy) from None
            if lacks := [part for part in ("FORMAT", "recognises", "read") if not hasattr(module, part)]:
                raise BadInputError(where, f"is no reader: it has no {' and no '.join(lacks)}", remedy)
            yield cast(Reader, module)


def _trace(  # noqa: PLR0913 - what a trace is made of
    series: Series, name: str, format_name: str, sha256: str, alone: bool, at_most: int | None
) -> Trace:
    rtt_us, sent_us, notes = series.rtt_us, series.sent_us, [*series.notes]
    if sent_us is not None and len(sent_us) > 2 and float(np.median(np.sign(np.diff(sent_us)))) < 0:
        rtt_us, sent_us = rtt_us[::-1].copy(), sent_us[::-1].copy()
        notes.append("the log runs backwards; its pings were put in the order of time")
    if at_most is not None and len(rtt_us) > at_most:
        rtt_us, sent_us = rtt_us[:at_most], sent_us if sent_us is None else sent_us[:at_most]
        notes.append(f"only the first {at_most:,} pings were taken, the rest of the log was left out")
    notes += _of_the_clock(sent_us)
    resolution_us = resolution_of(rtt_us)
    if resolution_us == 1_000:
        notes.append("RTTs are written in whole milliseconds")
    # Two series of one file are two traces, and nothing that is kept of one may stand for the other.
    own = sha256 if alone else hashlib.sha256(f"{sha256} {series.name}".encode()).hexdigest()
    return Trace(
        rtt_us, name, format_name, own, tuple(notes), printable(series.name), sent_us, resolution_us, series.duplicates
    )


def _of_the_clock(sent_us: NDArray[np.int64] | None) -> list[str]:
    if sent_us is None or len(sent_us) < 2:
        return []
    notes, steps, gaps = [], np.diff(sent_us), gaps_of(sent_us)
    if len(gaps):
        largest = steps[gaps - 1].max() / 1e6
        notes.append(f"gaps in the clock, not taken as losses: {len(gaps):,}, the largest of {largest:,.0f} s")
    back = int((steps < 0).sum())
    if back:
        notes.append(f"steps back of the clock, the lines taken as they stand: {back:,}")
    return notes


def _of_set_aside(aside: SetAside) -> list[str]:
    return (
        [f"lines set aside as no part of the log: {len(aside):,}, the first {aside.lines[0]:,}"] if len(aside) else []
    )

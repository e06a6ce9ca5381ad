"""Reading a log into a trace; its format is told by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError, printable
from artifact.trace import ping_log, rtt_csv, timed_tsv
from artifact.trace.lines import Lines, opened
from artifact.trace.log import Log, SetAside, resolution_of
from artifact.trace.series import Trace


class Reader(Protocol):
    """What the module of a format offers."""

    FORMAT: str

    def recognises(self, head: bytes) -> bool:
        """Tell whether a log that begins with ``head`` (Unix line ends) is of this format."""
        ...

    def read(self, log: Lines, at_most: int | None) -> NDArray[np.int64]:
        """Return the RTTs in µs, 0 for a loss, shape (n,), n <= ``at_most``; add to the log's notes."""
        ...


READERS: tuple[Reader, ...] = (ping_log, timed_tsv, rtt_csv)
"""Asked in this order; a table with a header says least about itself, so it comes last."""


def read_log(path: Path, at_most: int | None = None) -> Log:
    """Read all series of a log of any known format, or only the first ``at_most`` pings of each.

    Raises BadInputError, naming file and where possible line, for anything that holds no ping.
    """
    with opened(path) as content:
        reader = _reader_of(content)
        rtt_us = reader.read(content, at_most)
        if not len(rtt_us):
            raise BadInputError(path, "holds no pings", "give a log with pings in it")
        name, sha256 = printable(path.name), content.sha256()
        trace = Trace(rtt_us, name, reader.FORMAT, sha256, tuple(content.notes), resolution_us=resolution_of(rtt_us))
        return Log(name, reader.FORMAT, (trace,), SetAside(np.zeros(0, dtype=np.int64)), (), sha256)


def read_trace(path: Path, at_most: int | None = None, series: str | None = None, fewest: int = 1) -> Trace:
    """Read one series of a log, by name or the longest, or only its first ``at_most`` pings.

    Raises BadInputError as ``read_log`` does, for a name that is not there, and for less than ``fewest`` pings.
    """
    if at_most is not None and at_most < fewest:
        problem = f"at most {at_most:,} pings were asked for"
        raise BadInputError(path, problem, f"ask for {fewest:,} or more")
    trace = read_log(path, at_most).named(series)
    if len(trace) < fewest:
        problem = f"holds {len(trace):,} pings, too few for a trace"
        raise BadInputError(path, problem, f"give a log of {fewest:,} pings or more")
    return trace


def _reader_of(log: Lines) -> Reader:
    for reader in READERS:
        if reader.recognises(log.head):
            return reader
    known = ", ".join(f"'{reader.FORMAT}'" for reader in READERS)
    raise BadInputError(log.path, "is a log of no known format", f"give one of {known}")

"""Reading a log into a trace; its format is told by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError, printable
from artifact.trace import ping_log, rtt_csv, timed_tsv
from artifact.trace.lines import Log, opened
from artifact.trace.series import FEWEST_PINGS, Trace


class Reader(Protocol):
    """What the module of a format offers."""

    FORMAT: str

    def recognises(self, head: bytes) -> bool:
        """Tell whether a log that begins with ``head`` (Unix line ends) is of this format."""
        ...

    def read(self, log: Log, at_most: int | None) -> NDArray[np.int64]:
        """Return the RTTs in µs, 0 for a loss, shape (n,), n <= ``at_most``; add to the log's notes."""
        ...


READERS: tuple[Reader, ...] = (ping_log, timed_tsv, rtt_csv)
"""Asked in this order; a table with a header says least about itself, so it comes last."""


def read_trace(path: Path, at_most: int | None = None) -> Trace:
    """Read a log of any known format, or only its first ``at_most`` pings.

    Raises BadInputError, naming file and where possible line, for anything that is no log of at least
    ``FEWEST_PINGS`` pings.
    """
    if at_most is not None and at_most < FEWEST_PINGS:
        problem = f"at most {at_most:,} pings were asked for"
        raise BadInputError(path, problem, f"ask for {FEWEST_PINGS:,} or more")
    with opened(path) as log:
        reader = _reader_of(log)
        rtt_us = reader.read(log, at_most)
        if len(rtt_us) < FEWEST_PINGS:
            problem = f"holds {len(rtt_us):,} pings, too few for a trace"
            raise BadInputError(path, problem, f"give a log of {FEWEST_PINGS:,} pings or more")
        return Trace(rtt_us, printable(path.name), reader.FORMAT, log.sha256(), tuple(log.notes))


def _reader_of(log: Log) -> Reader:
    for reader in READERS:
        if reader.recognises(log.head):
            return reader
    known = ", ".join(f"'{reader.FORMAT}'" for reader in READERS)
    raise BadInputError(log.path, "is a log of no known format", f"give one of {known}")

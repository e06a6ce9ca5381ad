"""Pings told one by one, each with its host and perhaps its number and time -> series."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from artifact.trace.heard import LATEST, LONGEST_WRAP, SEQUENCE, Heard, series_of
from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.stamps import NO_TIME


@dataclass
class Numbered:
    """The pings of one host: line, number (or None), RTT in µs (-1: no answer), time of the reply in µs."""

    line: list[int] = field(default_factory=list)
    seq: list[int] = field(default_factory=list)
    rtt_us: list[int] = field(default_factory=list)
    time_us: list[int] = field(default_factory=list)
    duplicates: int = 0

    def add(self, line: int, seq: int | None, rtt_us: int, time_us: int | None = None) -> None:
        """Take in a ping."""
        self.line.append(line)
        self.seq.append(self.seq[-1] + 1 if seq is None and self.seq else seq or 0)
        self.rtt_us.append(rtt_us)
        self.time_us.append(NO_TIME if time_us is None else time_us)

    def series(self, lines: Lines, name: str, first: int) -> list[Series]:
        """Return the series; numbers count from ``first`` and start over where they fall far back."""
        seq = np.array(self.seq, dtype=np.int64)
        fall = -np.diff(seq, prepend=seq[:1])
        starts_over = (fall > LATEST) & (fall < SEQUENCE - LONGEST_WRAP)
        heard = Heard(
            line=np.array(self.line, dtype=np.int64),
            run=np.cumsum(starts_over),
            seq=seq % SEQUENCE,
            rtt_us=np.array(self.rtt_us, dtype=np.int64),
            time_us=np.array(self.time_us, dtype=np.int64),
            duplicates=self.duplicates,
            first=first,
            silent_is_sent=True,
        )
        return series_of(lines, name, heard)

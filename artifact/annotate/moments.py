"""When pings were sent, in the log's own time: as its clock showed it, or, where it has none, as numbers of pings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from artifact.trace.log import gaps_of
from artifact.trace.series import Trace

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SECOND_US = 1_000_000
UNITS = ((86_400, 2, "d"), (3_600, 1, "h"), (60, 1, "min"), (1, 1, "s"))
"""Seconds, from how many of them on it is used, and its name."""


@dataclass(frozen=True)
class Moments:
    """The times of the ``n`` pings of a series; ``sent_us`` in µs since 1970, or None."""

    n: int
    sent_us: Integers | None

    @cached_property
    def gaps(self) -> NDArray[np.intp]:
        """The positions of the pings before which nothing was sent for longer than usual."""
        return gaps_of(self.sent_us) if self.sent_us is not None else np.zeros(0, dtype=np.intp)

    @cached_property
    def usual_us(self) -> int:
        """The usual time from one ping to the next in µs; 0 where there is none to tell it from."""
        if self.sent_us is None or self.n < 2:
            return 0
        onward = np.diff(self.sent_us)
        return int(np.median(onward[onward > 0])) if (onward > 0).any() else 0

    def until_us(self, end: int) -> int:
        """Return when what ends before ping ``end`` was over: when that was sent, or as usual before a gap."""
        assert self.sent_us is not None  # noqa: S101 - callers ask what has times
        last = int(self.sent_us[end - 1])
        if end == self.n or end in self._gaps:
            return last + self.usual_us
        return max(int(self.sent_us[end]), last)

    def seconds(self, begin: int, end: int) -> float:
        """Return how long pings ``begin`` to ``end`` (exclusive) lasted; nothing where a clock went back."""
        assert self.sent_us is not None  # noqa: S101
        if begin == end:  # a gap
            return float(self.sent_us[begin] - self.sent_us[begin - 1]) / SECOND_US
        return max(self.until_us(end) - int(self.sent_us[begin]), 0) / SECOND_US

    def said(self, at: int) -> str:
        """Return when ping ``at`` (from 0) was sent, or its number from 1."""
        return f"ping {at + 1:,}" if self.sent_us is None else self.date(int(self.sent_us[at]))

    def date(self, us: int) -> str:
        """Return a moment as the log's clock showed it, to as many digits as tell two pings apart."""
        unit = "ms" if 0 < self.usual_us < SECOND_US / 2 else "s"
        return str(np.datetime64(us, "us").astype(f"datetime64[{unit}]")).replace("T", " ")

    @cached_property
    def _gaps(self) -> set[int]:
        return set(self.gaps.tolist())


def moments_of(trace: Trace) -> Moments:
    """Return when the pings of a series were sent."""
    return Moments(len(trace), trace.sent_us)


def lasting(seconds: float) -> str:
    """Return how long something lasted in words, two units at most: 24 h 30 min, 41 min, 12 s, 0.4 s; days from two."""
    if seconds < 9.95 and round(seconds, 1) != round(seconds):
        return f"{seconds:.1f} s"
    seconds = round(seconds)
    first = next((k for k, (unit, least, _) in enumerate(UNITS) if seconds >= least * unit), len(UNITS) - 1)
    (unit, _, name), below = UNITS[first], UNITS[min(first + 1, len(UNITS) - 1)]
    # What is smaller than the second unit is rounded away.
    whole, rest = divmod(round(seconds / below[0]) * below[0], unit)
    return f"{whole} {name}" + (f" {rest // below[0]} {below[2]}" if rest else "")

"""A log as it was read: its series, and what in it belongs to none."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.series import Trace


@dataclass(frozen=True)
class Series:
    """What a reader gives: the pings of one host, probe, target or column, in the order they were sent.

    ``rtt_us`` (µs, 0 a loss) and ``sent_us`` (µs since 1970 by the log's clock, or None) are int64, of shape (n,).
    """

    name: str
    rtt_us: NDArray[np.int64]
    sent_us: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    duplicates: int = 0


@dataclass(frozen=True)
class SetAside:
    """Lines that no reader of the format knows: their numbers (from 1), ascending, and the text of the first few."""

    lines: NDArray[np.int64]
    shown: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Log:
    """The series of one file in the order of their first pings; ``notes`` are those about the whole of it.

    ``sha256`` is the checksum of the file as it lies there, packed or not.
    """

    name: str
    format: str
    series: tuple[Trace, ...]
    set_aside: SetAside
    notes: tuple[str, ...]
    sha256: str

    def named(self, name: str | None = None) -> Trace:
        """Return the series of that name, or the longest with a note that tells of the others.

        Raises BadInputError, which lists those there are, for a name that is not among them.
        """
        if name is not None:
            for trace in self.series:
                if trace.series == name:
                    return trace
            raise BadInputError(self.name, f"has no series '{name}'", f"name one of {self._listed()}")
        longest = max(self.series, key=len)
        if len(self.series) == 1:
            return longest
        others = [trace for trace in self.series if trace is not longest]
        listed = ", ".join(f"'{trace.series}' ({len(trace):,})" for trace in others[:5])
        more = f" and {len(others) - 5:,} more" if len(others) > 5 else ""
        note = f"the longest of {len(self.series):,} series, '{longest.series}', was taken; others: {listed}{more}"
        return dataclasses.replace(longest, notes=(*longest.notes, note))

    def _listed(self) -> str:
        return ", ".join(f"'{trace.series}'" for trace in self.series[:10]) + (", …" if len(self.series) > 10 else "")


USUAL_STEPS_IN_A_GAP = 2.5
"""A step of the clock this many times the usual one is a gap; at 1 Hz, a clock in whole seconds skips one."""

FEWEST_BURSTS, SHARE_OF_BURSTS = 5, 0.05
"""So many long steps, of which more than this share are, lie between bursts rather than at gaps."""

_STEPS_US = (1_000, 100, 10)


def resolution_of(rtt_us: NDArray[np.int64]) -> int:
    """Return the step in which most answered RTTs are written, 1, 10, 100 or 1,000 µs: iputils' grows with the RTT."""
    answered = rtt_us[rtt_us > 0]
    if not len(answered):
        return 1
    return next((step for step in _STEPS_US if 2 * int((answered % step == 0).sum()) > len(answered)), 1)


def gaps_of(sent_us: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the positions of the pings before which nothing was sent for longer than usual: no loss, a gap.

    Where pings come in bursts (three every four minutes), the usual step is also that from one burst to the next.
    """
    if len(sent_us) < 3:
        return np.zeros(0, dtype=np.intp)
    steps = np.diff(sent_us)
    onward = steps[steps > 0]
    longest = USUAL_STEPS_IN_A_GAP * float(np.median(onward)) if len(onward) else np.inf
    long = onward[onward > longest]
    if len(long) >= FEWEST_BURSTS and len(long) > SHARE_OF_BURSTS * len(onward):
        longest = USUAL_STEPS_IN_A_GAP * float(np.median(long))
    return np.flatnonzero(steps > longest) + 1

"""How a figure is measured: beside its reference, in turn, in one process, with what both gave compared each time."""

from __future__ import annotations

import re
import statistics
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from artifact.clock import timed

REPEATS = 5
Result = TypeVar("Result")
Work = Callable[[], Any]


@dataclass(frozen=True)
class Bar:
    """What is to be reached: so many times as fast as ``against`` at least, or so much of a ``unit`` at most."""

    what: str
    against: str
    wanted: float
    unit: str = "times"
    bound: Literal["at least", "at most"] = "at least"


@dataclass(frozen=True)
class Reached:
    """What came out for a bar: the median and all that it is the median of; whether both gave the same, if they can."""

    bar: Bar
    values: tuple[float, ...]
    equal: bool | None
    note: str = ""

    @property
    def median(self) -> float:
        """The median of all values."""
        return statistics.median(self.values)

    @property
    def passes(self) -> bool:
        """Whether it is on the right side of the bar."""
        if self.equal is False:
            return False
        return self.median >= self.bar.wanted if self.bar.bound == "at least" else self.median <= self.bar.wanted

    def as_json(self) -> dict[str, Any]:
        """Return it as bench.json holds it."""
        return {**asdict(self), "median": self.median, "passes": self.passes}


def beside(  # noqa: PLR0913 - one per thing that tells a comparison
    reference: Work,
    ours: Work,
    same: Callable[[Any, Any], bool],
    often: int = 1,
    repeats: int = REPEATS,
    device: str = "cpu",
) -> tuple[list[tuple[float, float]], bool]:
    """Do both in turn; return the seconds of each, pair by pair, and whether all pairs gave the same.

    What takes no time worth measuring is done so ``often`` in a row, and its seconds are the mean.
    """
    rounds, (equal,) = in_turn(reference, [ours], same, often, repeats, device)
    return [(ref, our) for ref, our in rounds], equal


def in_turn(  # noqa: PLR0913 - as above
    reference: Work,
    ours: Sequence[Work],
    same: Callable[[Any, Any], bool],
    often: int = 1,
    repeats: int = REPEATS,
    device: str = "cpu",
) -> tuple[list[tuple[float, ...]], list[bool]]:
    """Do the reference and each of ours in turn; return the seconds of all, round by round, and which are the same.

    Each is done once before, so that none meets a library loading.
    """
    first = reference()
    equal = [same(first, work()) for work in ours]
    del first
    rounds = []
    for _ in range(repeats):
        expected, ref = timed(reference, device)
        spent = [ref.spent_s]
        for k, work in enumerate(ours):
            found, our = timed(partial(_often, work, often), device)
            spent.append(our.shared(often).spent_s)
            equal[k] = same(expected, found) and equal[k]
        rounds.append(tuple(spent))
    return rounds, equal


def _often(work: Work, often: int) -> Any:
    return [work() for _ in range(often)][-1]


def faster(pairs: list[tuple[float, float]], times: float = 1.0) -> tuple[float, ...]:
    """Return how many times as fast ours was in each pair, where the reference did one of ``times`` parts of it."""
    return tuple(times * reference / ours for reference, ours in pairs)


def passes(pairs: list[tuple[float, float]]) -> tuple[float, ...]:
    """Return how many of the reference went into one of ours in each pair."""
    return tuple(ours / reference for reference, ours in pairs)


def peak_mib(work: Work) -> float:
    """Return the most memory (MiB) that Python and NumPy held at once for a piece of work, what it gives included."""
    tracemalloc.start()
    try:
        kept = work()
        peak: int = tracemalloc.get_traced_memory()[1]
        del kept
    finally:
        tracemalloc.stop()
    return peak / 2**20


def own_peak_mib() -> float:
    """Return the most memory (MiB) that this process has had at once, its libraries included.

    ``ru_maxrss`` would not do: a new process begins with the peak of the one that started it.
    """
    (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(peak) / 1024

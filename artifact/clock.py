"""What work costs: CPU time of the thread that does it, with wall time beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Seconds:
    """Seconds of one piece of work: ``spent_s`` is what is reported, ``wall_s`` what went by meanwhile.

    ``spent_s`` is CPU time of the thread, which hardly feels what else the machine does; on a GPU the thread waits
    for work that is done elsewhere, so that there wall time is the time.
    """

    spent_s: float
    wall_s: float

    def shared(self, among: int) -> Seconds:
        """Return the part of one where several were worked on together."""
        return Seconds(self.spent_s / among, self.wall_s / among)


def timed(work: Callable[[], Result], device: str = "cpu") -> tuple[Result, Seconds]:
    """Do the work, which has to be done on ``device`` once it returns, and return what it gave with its seconds."""
    wall, cpu = time.perf_counter(), time.thread_time()
    result = work()
    cpu_s, wall_s = time.thread_time() - cpu, time.perf_counter() - wall
    return result, Seconds(cpu_s if device == "cpu" else wall_s, wall_s)

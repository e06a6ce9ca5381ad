"""What a neighbour on the machine does to the clocks: ratios of the same work beside it and alone."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import statistics
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from artifact.process import make_ready
from artifact.run import Seeds, run
from artifact.setting import setting_of
from artifact.study import StudyFile

SEED = 5_000
PINGS, REPEATS = 3_000, 3
BY_SNORKEL = {
    "engine.labeling": "rows",
    "engine.sample": 1.0,
    "engine.training": "snorkel",
    "engine.loader": "snorkel",
}
CLOCKS = ("", "wall_")
"""What CPU time and wall time are called in a record."""
Times = Mapping[str, Any]


def print_neighbours(file: StudyFile) -> None:
    """Label and train alone and beside a busy process in turn; print the median of the paired ratios per clock."""
    file = file.with_values({"trace.pings": PINGS, **BY_SNORKEL})
    cores = sorted(os.sched_getaffinity(0))
    places = {"on the other core": cores[1:2], "on the same core": cores[:1]}
    print(f"{'a neighbour':20}{'CPU time':>12}{'wall time':>12}")
    for place, core in places.items():
        if not core:
            print(f"{place:20}{'this machine lends one core alone':>24}")
            continue
        with _alone_on(cores[0]), _neighbour(file, core[0]) as awake:
            cpu, wall = _paired(file, awake)
        print(f"{place:20}{cpu:>11.2f}x{wall:>11.2f}x")


def _paired(file: StudyFile, awake: Any) -> list[float]:
    """Return what a neighbour makes of the same work, as the median of its ratios, by either clock."""
    ratios: list[list[float]] = []
    for _ in range(REPEATS):
        alone = _all_s(_times(file))
        with awake():
            beside = _all_s(_times(file))
        ratios.append([b / a for b, a in zip(beside, alone, strict=True)])
    return [statistics.median(of) for of in zip(*ratios, strict=True)]


@contextmanager
def _alone_on(core: int) -> Iterator[None]:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def _neighbour(file: StudyFile, core: int) -> Iterator[Any]:
    """Keep a process that does the same work again and again on a core, asleep but within what is yielded."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_busy, args=(file, core, theirs), daemon=True)
    process.start()
    ours.recv()
    pid = process.pid or 0

    @contextmanager
    def awake() -> Iterator[None]:
        os.kill(pid, signal.SIGCONT)
        yield
        os.kill(pid, signal.SIGSTOP)

    try:
        os.kill(pid, signal.SIGSTOP)
        yield awake
    finally:
        os.kill(pid, signal.SIGCONT)
        process.terminate()
        process.join()


def _busy(file: StudyFile, core: int, ready: Any) -> None:
    make_ready()
    # Killed, it would leave semaphores of its libraries behind; an exception might come where Python drops it.
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    os.sched_setaffinity(0, {core})
    _times(file)
    ready.send(True)
    while not ended.is_set():
        _times(file)


def _times(file: StudyFile, k: int = 0) -> Times:
    setting = setting_of(file, ("single_task", "multi_task"))
    times: Times = run(setting, [Seeds(SEED + k, SEED)], file.study.engine)[0].record["times"]
    return times


def _all_s(times: Times) -> list[float]:
    """Return the seconds of labeling row by row and of all fits, by either clock."""
    return [
        math.fsum(
            [
                *(of[f"rows_{clock}s"] for of in times["labeling"].values()),
                *(s for parts in times[f"fit_{clock}s"].values() for s in parts.values()),
            ]
        )
        for clock in CLOCKS
    ]

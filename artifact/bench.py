"""What is fast, and how much, and what a neighbour does to the clocks: ratios within one run, medians of several."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from artifact.grid.executor import one_thread
from artifact.parameters import FAST
from artifact.run import Seeds, run
from artifact.setting import setting_of
from artifact.store.paths import STUDY
from artifact.study import StudyFile, read_study

SEED = 5_000
PINGS, REPEATS, STACK = 3_000, 3, 10
BY_SNORKEL = {
    "engine.labeling": "rows",
    "engine.sample": 1.0,
    "engine.training": "snorkel",
    "engine.loader": "snorkel",
}
CLOCKS = ("", "wall_")
"""What CPU time and wall time are called in a record."""
Times = Mapping[str, Any]


def bench(study: Path = STUDY) -> None:
    """Print rows per second of both engines, what loader and stack change, and what a neighbour does to the clocks."""
    one_thread()
    file = read_study(study).with_values({"trace.pings": PINGS, **BY_SNORKEL})
    ours = file.with_values({"engine.loader": "batched"})
    setting = setting_of(file, ("single_task", "multi_task"))
    plain, batched = ([_times(of, k) for k in range(REPEATS)] for of in (file, ours))
    print("Seconds are CPU time of the thread.")
    print(f"{'labeling':10}{'row by row':>14}{'columns':>14}{'ratio':>10}")
    for task in setting.tasks:
        rows, columns = (_rate(plain, task.name, *keys) for keys in (("rows", "rows_s"), ("all_rows", "columns_s")))
        print(f"{task.name:10}{rows:>10,.0f}/s  {columns:>10,.0f}/s  {columns / rows:>8,.0f}x")
    stacks = [run(setting, [Seeds(SEED, SEED + k) for k in range(STACK)], FAST) for _ in range(REPEATS)]
    snorkels, whole = _network_s(plain), _network_s(batched)
    stacked = _network_s([of[0].record["times"] for of in stacks])
    print(f"training one network by Snorkel's Trainer: {snorkels:.2f} s with its loader, {whole:.2f} s with ours")
    print(f"ratio of the loaders {snorkels / whole:.1f}x")
    print(f"in a stack of {STACK}: {stacked:.2f} s each, {snorkels / stacked:.1f}x")
    _print_neighbours(file)


def _print_neighbours(file: StudyFile) -> None:
    """Label and train alone and beside a busy process in turn; print the median of the paired ratios per clock."""
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
    """Keep a process that does the same work for ever on a core, asleep but within what is yielded."""
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
    one_thread()
    # Killed, it would leave semaphores of its libraries behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    os.sched_setaffinity(0, {core})
    _times(file)
    ready.send(True)
    while True:
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


def _network_s(times: Sequence[Times]) -> float:
    return statistics.median(float(of["fit_s"]["multi_task"]["all"]) for of in times)


def _rate(times: Sequence[Times], task: str, rows: str, seconds: str) -> float:
    return statistics.median(float(of["labeling"][task][rows] / of["labeling"][task][seconds]) for of in times)

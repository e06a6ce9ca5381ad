"""How cost and memory grow with the series: votes, label models and network over blocks, in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from operator import add
from typing import Any, TypeVar

import numpy as np

from artifact.approaches._label_models import LabelModelProblem, fit_label_models
from artifact.approaches.approach import Pings
from artifact.approaches.single_task import FittedLabelModel
from artifact.bench.measuring import REPEATS, Bar, Reached, own_peak_mib
from artifact.clock import timed
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns
from artifact.labeling.patterns import counts_of
from artifact.parameters import FAST
from artifact.process import make_ready
from artifact.run import Run, Seeds, run
from artifact.setting import setting_of
from artifact.study import StudyFile
from artifact.tasks.task import Task

STEPS = ("votes", "label models", "network")
SIZES, LARGEST = (10_000, 100_000, 1_000_000, 10_000_000), 100_000_000
BLOCK = 1 << 18
"""Pings in memory at once."""
STEEPEST, MOST_MIB = 1.03, 1_024
Scaling = Mapping[str, Any]
Result = TypeVar("Result")


def scaling(file: StudyFile, large: bool) -> Scaling:
    """Return the seconds of each step and the peak of memory (MiB) for series from 10^4 pings on, and exponents.

    Each size has a process of its own, whose peak holds libraries and all. An exponent is the slope of a line through
    the logarithms: 1 where twice the pings take twice as long.
    """
    sizes = [*SIZES, *([LARGEST] if large else [])]
    found = [_in_a_process(file, rows) for rows in sizes]
    steps = {step: [of["s"][step] for of in found] for step in STEPS}
    steps["all"] = [math.fsum(of) for of in zip(*steps.values(), strict=True)]
    exponents = {step: exponent(sizes, seconds) for step, seconds in steps.items()}
    return {"rows": sizes, "s": steps, "exponents": exponents, "peak_mib": [of["peak_mib"] for of in found]}


def bars(of: Scaling) -> Iterator[Reached]:
    """Hold them to the bars."""
    first, last = of["rows"][0], of["rows"][-1]
    bar = Bar(f"exponent of labeling {first:,} to {last:,} pings, all three steps", "itself", STEEPEST, "", "at most")
    yield Reached(bar, (of["exponents"]["all"],), None)
    bar = Bar(f"peak of memory at {last:,} pings", "libraries included", MOST_MIB, "MiB", "at most")
    yield Reached(bar, (of["peak_mib"][-1],), None)


def exponent(rows: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of the line through the logarithms of both."""
    return float(np.polyfit(np.log(rows), np.log(seconds), 1)[0])


def _in_a_process(file: StudyFile, rows: int) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (file, rows))


def _measured(file: StudyFile, rows: int) -> dict[str, Any]:
    make_ready()
    study = run(setting_of(file, ["single_task", "multi_task"]), [Seeds(0, 100)], FAST)[0]
    tasks = setting_of(file, []).tasks
    # Whatever is worked out once is, before any clock starts.
    _labelled(tasks, study, BLOCK)
    times = [_labelled(tasks, study, rows) for _ in range(REPEATS)]
    return {"s": {step: statistics.median(of[step] for of in times) for step in STEPS}, "peak_mib": own_peak_mib()}


def _labelled(tasks: Sequence[Task], study: Run, rows: int) -> dict[str, float]:
    """Label a run's series, repeated to so many pings, in two passes; return the seconds of each step."""
    seconds = dict.fromkeys(STEPS, 0.0)

    def clocked(step: str, work: Callable[[], Result]) -> Result:
        result, spent = timed(work)
        seconds[step] += spent.spent_s
        return result

    counts = []
    for block in _blocks(study, rows):
        votes = clocked("votes", partial(_votes, tasks, block))
        counts.append(clocked("label models", partial(_patterns, votes)))
    models = clocked("label models", partial(_fitted, counts))
    (network,) = study.fitted["multi_task"].values()
    for block in _blocks(study, rows):
        votes = clocked("votes", partial(_votes, tasks, block))
        pings = Pings(tuple(tasks), np.arange(len(block)), votes, features=np.log1p(block / 1000)[:, None])
        for task in tasks:
            clocked("label models", partial(models[task.name].label, pings))
        clocked("network", partial(network.label, pings))
    return seconds


def _blocks(study: Run, rows: int) -> Iterator[np.ndarray]:
    series = study.dataset.rtt_us
    whole = np.resize(series, BLOCK + len(series))
    for begin in range(0, rows, BLOCK):
        first = begin % len(series)
        yield whole[first : first + min(BLOCK, rows - begin)]


def _votes(tasks: Sequence[Task], block: np.ndarray) -> dict[str, LabelMatrix]:
    series = ColumnSeries(block)
    return {task.name: apply_columns(task, block, series) for task in tasks}


def _patterns(votes: Mapping[str, LabelMatrix]) -> dict[str, Any]:
    return {task: counts_of(of) for task, of in votes.items()}


def _fitted(counts: Sequence[Mapping[str, Any]]) -> dict[str, FittedLabelModel]:
    whole = {task: reduce(add, (of[task] for of in counts)) for task in counts[0]}
    learnt = fit_label_models([LabelModelProblem(of, None, 0) for of in whole.values()], 500, 0.01)
    return {task: FittedLabelModel(task, *numbers, "normal", 0) for task, numbers in zip(whole, learnt, strict=True)}

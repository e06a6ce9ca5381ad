"""The choice of what the paper leaves open, on calibration seeds that are never reported.

First the labeling functions' lines, against the single-task numbers alone. Those numbers hardly depend on how large
the added properties are, so the sizes are then chosen against all six accuracies. The network is never calibrated.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifact import paper
from artifact.grid.grid import Cell, Grid
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.study import Sweep, Variation

Accuracies = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Trial:
    """One value of one parameter, and the mean accuracies per approach and task on the calibration seeds."""

    task: str
    parameter: str
    value: Any
    accuracies: Accuracies
    distance: float


def calibrate(grid: Grid, done: Callable[[Trial], None]) -> list[Trial]:
    """Try every value of every sweep; return the nearest trial of each, in the order in which they were chosen.

    Judged are the paper's tasks alone. A later sweep starts from what an earlier one chose.
    """
    calibration, names = grid.file.study.calibration, Plan(grid.file).paper_tasks
    first, second = paper.approaches()
    chosen: list[Trial] = []
    for sweeps, approaches in ((calibration.sweep, (first,)), (calibration.dataset_sweep, (first, second))):
        for task, sweep in sweeps.items():
            if task not in names:
                continue
            # Labeling lines of one task leave the others' accuracies alone; sizes of a property do not.
            judged = (task,) if len(approaches) == 1 else names
            trials = _trials(grid, task, sweep, approaches, judged)
            for trial in trials:
                done(trial)
            nearest = min(trials, key=lambda trial: trial.distance)
            chosen.append(nearest)
            file = grid.file.with_values({f"tasks.{task}.{nearest.parameter}": nearest.value})
            grid = dataclasses.replace(grid, file=file)
    return chosen


def _trials(grid: Grid, task: str, sweep: Sweep, approaches: Sequence[str], judged: Sequence[str]) -> list[Trial]:
    cells = {k: _cells(grid, task, sweep, value, approaches) for k, value in enumerate(sweep.values)}
    grid.do([cell for of in cells.values() for cell in of])
    trials = []
    for k, value in enumerate(sweep.values):
        records = grid.read(cells[k])
        reached = {
            side: {name: _mean([of["scores"][side][name]["accuracy"] for of in records]) for name in judged}
            for side in approaches
        }
        published = paper.published()["table1"]
        distances = [reached[side][name] - published[side][name] for side in approaches for name in judged]
        trials.append(Trial(task, sweep.parameter, value, reached, math.hypot(*distances)))
    return trials


def _cells(grid: Grid, task: str, sweep: Sweep, value: Any, approaches: Sequence[str]) -> list[Cell]:
    calibration, plan = grid.file.study.calibration, Plan(grid.file)
    seeds = range(calibration.first_seed, calibration.first_seed + calibration.seeds)
    variation = Variation(
        name=f"calibrate-{task}-{sweep.parameter}-{value}",
        reason="a trial of the calibration",
        section="3",
        set={f"tasks.{task}.{sweep.parameter}": value},
    )
    return plan.of_the_paper([Cell(Seeds(seed, seed), tuple(approaches), variation) for seed in seeds])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)

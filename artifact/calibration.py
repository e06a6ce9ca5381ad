"""The choice of what the paper leaves open, on calibration seeds that are never reported.

First the labeling functions' lines, against the single-task numbers alone. Those numbers hardly depend on how large
the added properties are, so the sizes are then chosen against all six accuracies. The network is never calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from artifact.dataset import Dataset, build_dataset
from artifact.labeling import apply_columns
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores
from artifact.study import StudyFile, Sweep
from artifact.tasks import tasks_of
from artifact.tasks.task import Task

Published = Mapping[str, Mapping[str, float]]
Accuracies = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Trial:
    """One value of one parameter, and the mean accuracies per approach and task on the calibration seeds."""

    task: str
    parameter: str
    value: Any
    accuracies: Accuracies
    distance: float


def calibrate(file: StudyFile, published: Published, done: Callable[[Trial], None]) -> list[Trial]:
    """Try every value of every sweep; return the nearest trial of each, in the order in which they were chosen.

    ``published`` holds Table 1's accuracies. A later sweep starts from what an earlier one chose.
    """
    calibration, chosen = file.study.calibration, []
    for sweeps, approaches in (
        (calibration.sweep, ("single_task",)),
        (calibration.dataset_sweep, ("single_task", "multi_task")),
    ):
        for name, sweep in sweeps.items():
            nearest = None
            for trial in _trials(file, name, sweep, {side: published[side] for side in approaches}):
                done(trial)
                if nearest is None or trial.distance < nearest.distance:
                    nearest = trial
            if nearest is not None:
                chosen.append(nearest)
                file = file.with_value(("tasks", name, nearest.parameter), nearest.value)
    return chosen


def _trials(file: StudyFile, name: str, sweep: Sweep, published: Published) -> Iterator[Trial]:
    for value in sweep.values:
        changed = file.with_value(("tasks", name, sweep.parameter), value)
        # Labeling lines of one task leave the others' accuracies alone; sizes of a property do not.
        judged = [name] if len(published) == 1 else list(changed.study.runs.tasks)
        reached = mean_accuracies(changed, judged, tuple(published))
        distances = [reached[side][task] - published[side][task] for side in published for task in judged]
        yield Trial(name, sweep.parameter, value, reached, math.hypot(*distances))


def mean_accuracies(file: StudyFile, names: Sequence[str], approaches: Sequence[str]) -> Accuracies:
    """Return each approach's mean accuracy per task over the calibration seeds' testing rows."""
    tasks = [task for task in tasks_of(file) if task.name in names]
    calibration = file.study.calibration
    seeds = range(calibration.first_seed, calibration.first_seed + calibration.seeds)
    datasets = [build_dataset(file.study, tasks_of(file), seed) for seed in seeds]
    predicted, weak = _single_task(file, tasks, datasets, seeds)
    by_approach = {"single_task": predicted}
    if "multi_task" in approaches:
        by_approach["multi_task"] = _multi_task(file, tasks, datasets, weak, seeds)
    return {
        side: {task.name: _mean_accuracy(task.name, datasets, labels[..., j]) for j, task in enumerate(tasks)}
        for side, labels in by_approach.items()
    }


def _single_task(
    file: StudyFile, tasks: Sequence[Task], datasets: Sequence[Dataset], seeds: Sequence[int]
) -> tuple[np.ndarray[Any, np.dtype[np.int8]], np.ndarray[Any, np.dtype[np.int8]]]:
    """Return label models' predictions and weak labels, shape (seeds, pings, tasks)."""
    p = file.study.label_model
    predicted = np.empty((len(seeds), len(datasets[0].rtt_us), len(tasks)), dtype=np.int8)
    weak = np.empty_like(predicted)
    for k, (dataset, seed) in enumerate(zip(datasets, seeds, strict=True)):
        for j, task in enumerate(tasks):
            votes = apply_columns(task, dataset.rtt_us)
            model = SingleTaskModel.fit(votes[dataset.splits["train"]], p, seed)
            predicted[k, :, j], weak[k, :, j] = model.predict(votes, p.ties), model.predict(votes, "abstain")
    return predicted, weak


def _multi_task(
    file: StudyFile,
    tasks: Sequence[Task],
    datasets: Sequence[Dataset],
    weak: np.ndarray[Any, np.dtype[np.int8]],
    seeds: Sequence[int],
) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Return multi-task networks' predictions, shape (seeds, pings, tasks)."""
    from artifact.models.networks import Networks, standardised

    train = datasets[0].splits["train"]
    z = np.stack([standardised(dataset.rtt_us / 1000, train) for dataset in datasets])
    networks = Networks(len(tasks), 1, file.study.multi_task, seeds)
    return networks.fit(z[:, train], weak[:, train]).predict(z)


def _mean_accuracy(name: str, datasets: Sequence[Dataset], labels: np.ndarray[Any, np.dtype[np.int8]]) -> float:
    reached = []
    for dataset, predicted in zip(datasets, labels, strict=True):
        test = dataset.splits["test"]
        reached.append(scores(dataset.gold[name][test], predicted[test])["accuracy"])
    return math.fsum(reached) / len(reached)

"""The choice of what the paper leaves open: on calibration seeds, against single-task numbers alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifact.dataset import build_dataset
from artifact.labeling import apply_columns
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores
from artifact.study import Study, StudyFile
from artifact.tasks import tasks_of
from artifact.tasks.task import Task


@dataclass(frozen=True)
class Trial:
    """One value of one parameter, and the single-task accuracy that it gives on the calibration seeds."""

    task: str
    parameter: str
    value: float
    accuracy: float
    published: float

    @property
    def distance(self) -> float:
        """How far the mean accuracy lies from the published one."""
        return abs(self.accuracy - self.published)


def calibrate(file: StudyFile, published: Mapping[str, float], done: Callable[[Trial], None]) -> dict[str, Trial]:
    """Try each value of each task's sweep on every calibration seed; return the nearest trial per task.

    ``published`` holds the single-task accuracies of Table 1. No multi-task model is trained here: the multi-task
    numbers stay predictions.
    """
    nearest: dict[str, Trial] = {}
    for trial in _trials(file, published):
        done(trial)
        best = nearest.get(trial.task)
        if best is None or trial.distance < best.distance:
            nearest[trial.task] = trial
    return nearest


def _trials(file: StudyFile, published: Mapping[str, float]) -> Iterator[Trial]:
    study, calibration = file.study, file.study.calibration
    for name, sweep in calibration.sweep.items():
        for value in sweep.values:
            tasks = _with_value(file, name, sweep.parameter, value)
            seeds = range(calibration.first_seed, calibration.first_seed + calibration.seeds)
            reached = [single_task_accuracy(study, tasks, name, seed) for seed in seeds]
            yield Trial(name, sweep.parameter, value, math.fsum(reached) / len(reached), published[name])


def single_task_accuracy(study: Study, tasks: Sequence[Task], name: str, seed: int) -> float:
    """Return the label model's accuracy for one task on one seed's testing rows."""
    dataset = build_dataset(study, tasks, seed)
    (task,) = (task for task in tasks if task.name == name)
    votes = apply_columns(task, dataset.rtt_us)
    model = SingleTaskModel.fit(votes[dataset.splits["train"]], study.label_model, seed)
    test = dataset.splits["test"]
    predicted = model.predict(votes, study.label_model.ties)[test]
    return scores(dataset.gold[name][test], predicted)["accuracy"]


def _with_value(file: StudyFile, name: str, parameter: str, value: float) -> tuple[Task, ...]:
    """Return the study's tasks with one parameter set, checked as if it stood in the file."""

    def changed(task: Task) -> Task:
        values: dict[str, Any] = {**task.p.model_dump(), parameter: value}
        return task.with_parameters(file.check(task.parameters, ("tasks", name), values))

    return tuple(changed(task) if task.name == name else task for task in tasks_of(file))

"""Broken studies must leave the tolerances: a claim that survives these proves nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from artifact import run as recipe
from artifact.labeling.engines import LabelMatrix, apply_columns
from artifact.paper import published
from artifact.run import Seeds, Setting, run
from artifact.setting import setting_of
from artifact.study import StudyFile
from artifact.tasks.task import Task

TABLE1 = published()["table1"]
RUNS = range(5)


@pytest.fixture(scope="module")
def setting(study_file: StudyFile) -> Setting:
    """Table 1's two approaches."""
    return setting_of(study_file, ["single_task", "multi_task"])


def accuracies(setting: Setting, tasks: Sequence[Task], sides: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean accuracy per side and task over a few runs."""
    approaches = tuple(approach for approach in setting.approaches if approach.name in sides)
    broken = dataclasses.replace(setting, tasks=tuple(tasks), approaches=approaches)
    records = [done.record["scores"] for done in run(broken, [Seeds(k, k) for k in RUNS])]
    return {
        side: {task.name: float(np.mean([of[side][task.name]["accuracy"] for of in records])) for task in tasks}
        for side in sides
    }


def holds(reached: dict[str, float], side: str) -> dict[str, bool]:
    return {
        name: value >= 0.995 if name == "outage" else abs(value - TABLE1[side][name]) <= 0.02
        for name, value in reached.items()
    }


def without(task: Task, name: str) -> Task:
    left = [function for function in task.functions if function.name != name]
    assert len(left) == len(task.functions) - 1
    return dataclasses.replace(task, functions=left)


def only(tasks: tuple[Task, ...], name: str) -> Task:
    return next(task for task in tasks if task.name == name)


def test_the_healthy_study_holds(setting: Setting) -> None:
    """The control: what the broken ones miss can be reached, by the same few runs."""
    for side, reached in accuracies(setting, setting.tasks, ["single_task", "multi_task"]).items():
        assert all(holds(reached, side).values()), (side, reached)


@pytest.mark.parametrize(
    ("name", "function"),
    [("noise", "lf_near_the_mean"), ("swell", "lf_low_reply"), ("outage", "lf_answered")],
)
def test_a_labeling_function_switched_off_is_seen(
    setting: Setting, tasks: tuple[Task, ...], name: str, function: str
) -> None:
    task = only(tasks, name)
    mutant = without(task, function)
    if len(mutant.labeling_functions) < 3:  # LabelModel's minimum: silence it instead
        silent = [
            dataclasses.replace(f, body=lambda x: x.ping < 0, takes=("x",)) if f.name == function else f
            for f in task.functions
        ]
        mutant = dataclasses.replace(task, functions=silent)
    reached = accuracies(setting, [mutant], ["single_task"])["single_task"]
    assert not holds(reached, "single_task")[name]


def test_two_tasks_swapped_are_seen(setting: Setting, tasks: tuple[Task, ...]) -> None:
    noise, swell = only(tasks, "noise"), only(tasks, "swell")
    swapped = [dataclasses.replace(noise, name="swell"), dataclasses.replace(swell, name="noise")]
    for side, reached in accuracies(setting, swapped, ["single_task", "multi_task"]).items():
        assert not all(holds(reached, side).values())


def test_shuffled_votes_are_seen(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise may stay within tolerance: with 1 % of the rows noisy, accuracy hardly depends on where they lie."""

    def shuffled(task: Task, rtt_us: np.ndarray, series: Any) -> LabelMatrix:
        return np.random.default_rng(len(task.name)).permutation(apply_columns(task, rtt_us, series))

    monkeypatch.setattr(recipe, "apply_columns", shuffled)
    for side, reached in accuracies(setting, setting.tasks, ["single_task", "multi_task"]).items():
        found = holds(reached, side)
        assert not found["outage"] and not found["swell"]

"""What the tests of all approaches share: pings as a run hands them out, and how to fit on some of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from artifact.approaches.approach import JOINT, Approach, Fitted, Pings, Training, training_views
from artifact.dataset import Dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.parameters import FAST
from artifact.setting import setting_of
from artifact.study import StudyFile
from artifact.tasks.task import Task

Fit = Callable[..., tuple[dict[str, Fitted], Pings]]


@pytest.fixture(scope="session")
def approach_of(small: StudyFile) -> Callable[..., Approach]:
    """An approach by name, with some of its parameters changed: approach_of("single_task", ties="coin")."""

    def with_parameters(name: str, **changes: Any) -> Approach:
        approach = setting_of(small, [name]).approaches[-1]
        p = approach.p.model_copy(update=changes)
        assert set(changes) <= set(type(approach.p).model_fields)
        return dataclasses.replace(approach, p=p)

    return with_parameters


@pytest.fixture(scope="session")
def series(dataset: Dataset) -> ColumnSeries:
    return ColumnSeries(dataset.rtt_us)


@pytest.fixture(scope="session")
def everything(dataset: Dataset, tasks: tuple[Task, ...], series: ColumnSeries) -> Pings:
    """All that any approach could ask for, of every ping; weak labels are noisy gold ones, some of them tied."""
    rng, weak = np.random.default_rng(6), {}
    for task in tasks:
        positive = np.where(dataset.gold[task.name] == 1, 0.9, 0.2) + rng.uniform(-0.1, 0.1, len(dataset.rtt_us))
        positive[rng.random(len(positive)) < 0.3] = 0.5
        weak[task.name] = np.stack([1 - positive, positive], axis=1)
    votes = {task.name: apply_columns(task, dataset.rtt_us, series) for task in tasks}
    features = np.log1p(dataset.rtt_us / 1000)[:, None]
    return Pings(tasks, np.arange(len(dataset.rtt_us)), votes, weak, dataset.gold, features, series)


@pytest.fixture(scope="session")
def fitted(everything: Pings, dataset: Dataset) -> Callable[..., dict[str, Fitted]]:
    """Fit an approach to the training rows, on one or all tasks; return its parts."""

    def fit(approach: Approach, pings: Pings = everything, seed: int = 3) -> dict[str, Fitted]:
        views = training_views(approach, pings, dataset.splits["train"])
        trainings = {part: Training(view, seed, "cpu", FAST) for part, view in views.items()}
        return {part: one for part, (one, _) in approach.fit(trainings).items()}

    return fit


@pytest.fixture(scope="session")
def same_after_reloading() -> Callable[..., None]:
    """What was fitted comes back from its arrays and labels the same, posteriors to the last bit."""

    def check(approach: Approach, parts: dict[str, Fitted], pings: Pings) -> None:
        for part, one in parts.items():
            tasks = pings.tasks if part == JOINT else [task for task in pings.tasks if task.name == part]
            asked = pings.without_answers() if part == JOINT else pings.without_answers().of(tasks[0])
            state = one.state()
            assert all(isinstance(values, np.ndarray) for values in state.values())
            before, after = (of.label(asked) for of in (one, approach.load(state, tasks)))
            assert before.labels.keys() == after.labels.keys() == before.posteriors.keys()
            for task, labels in before.labels.items():
                assert np.array_equal(labels, after.labels[task])
                assert np.array_equal(before.posteriors[task], after.posteriors[task])

    return check

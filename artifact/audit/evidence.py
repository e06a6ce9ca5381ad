"""What every question starts from: the study's runs again, with their data sets, votes and trained models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Cell, measured
from artifact.bucket import ColumnSeries
from artifact.dataset import Dataset, build_dataset
from artifact.labeling import LabelMatrix, apply_columns
from artifact.models.multi_task import MultiTaskModel
from artifact.models.networks import Networks, standardised
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores
from artifact.study import Study
from artifact.tasks.task import Task
from artifact.trace.series import Trace

Labels = NDArray[np.int8]
MEASURES = ["accuracy", "f1"]
"""What most answers show of an approach."""
Soft = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """One run of the study: its data set, votes per task, and what its models say."""

    dataset: Dataset
    votes: dict[str, LabelMatrix]
    label_models: dict[str, SingleTaskModel]
    training_seed: int

    @property
    def train(self) -> slice:
        """The training rows."""
        return self.dataset.splits["train"]

    @property
    def test(self) -> slice:
        """The testing rows."""
        return self.dataset.splits["test"]

    @cached_property
    def posteriors(self) -> dict[str, Soft]:
        """P(property) per task by the label models, shape (pings,)."""
        return {name: model.probabilities(self.votes[name])[:, 1] for name, model in self.label_models.items()}

    def labels(self, ties: str) -> dict[str, Labels]:
        """The label models' labels per task under a tie policy, shape (pings,)."""
        return {name: model.predict(self.votes[name], ties) for name, model in self.label_models.items()}


@dataclass(frozen=True)
class Evidence:
    """All runs of a study, and the networks that several questions ask for (stacked, one per run)."""

    study: Study
    tasks: tuple[Task, ...]
    worlds: tuple[World, ...]
    results: Mapping[str, Any]
    multi_task_models: tuple[MultiTaskModel, ...] = ()
    trace: Trace | None = None

    @property
    def names(self) -> list[str]:
        """The tasks' names."""
        return [task.name for task in self.tasks]

    @property
    def seeds(self) -> list[int]:
        """The training seeds."""
        return [world.training_seed for world in self.worlds]

    @cached_property
    def inputs(self) -> NDArray[np.float32]:
        """The network's input, shape (worlds, pings, 1): the ping alone, as in Table 1."""
        return np.stack([standardised(w.dataset.rtt_us / 1000, w.train) for w in self.worlds])

    @cached_property
    def gold(self) -> Labels:
        """Gold labels, shape (worlds, pings, tasks)."""
        return self.stacked(lambda world: world.dataset.gold)

    @cached_property
    def weak(self) -> Labels:
        """The label models' labels, ties left out (-1), shape (worlds, pings, tasks): what networks are trained on."""
        return self.stacked(lambda world: world.labels("abstain"))

    @cached_property
    def shared(self) -> NDArray[np.float32]:
        """P(property) by one network per run with a shared trunk, shape (worlds, pings, tasks)."""
        return self.trained(self.weak)

    @cached_property
    def separate(self) -> NDArray[np.float32]:
        """P(property) by a network of its own per task, on the same weak labels, shape (worlds, pings, tasks)."""
        return np.concatenate([self.trained(self.weak[..., [j]]) for j in range(len(self.tasks))], axis=-1)

    @cached_property
    def on_gold(self) -> NDArray[np.float32]:
        """P(property) by the shared network trained on gold labels, shape (worlds, pings, tasks)."""
        return self.trained(self.gold)

    def stacked(self, of: Callable[[World], Mapping[str, NDArray[Any]]]) -> NDArray[Any]:
        """Stack something of each world, shape (worlds, pings, tasks)."""
        per_world = (of(world) for world in self.worlds)
        return np.stack([np.stack([found[name] for name in self.names], axis=-1) for found in per_world])

    def trained(self, labels: NDArray[Any]) -> NDArray[np.float32]:
        """Train one network per world on labels of shape (worlds, pings, heads); return P(property) of every ping."""
        networks = Networks(labels.shape[-1], 1, self.study.multi_task, self.seeds)
        train = self.worlds[0].train
        return networks.fit(self.inputs[:, train], labels[:, train]).probabilities(self.inputs)

    def scored(self, predicted: NDArray[Any]) -> dict[str, list[dict[str, float]]]:
        """Score labels of shape (worlds, pings, tasks) on each world's testing rows; a list of scores per task."""
        return {
            name: [
                scores(world.dataset.gold[name][world.test], labels[world.test, j])
                for world, labels in zip(self.worlds, predicted, strict=True)
            ]
            for j, name in enumerate(self.names)
        }

    def cells(self, predicted: NDArray[Any], measures: Sequence[str]) -> list[Cell]:
        """Return a table's cells: for each task each measure, as mean over the worlds with interval."""
        found = self.scored(predicted)
        return [measured([s[m] for s in found[name]]) for name in self.names for m in measures]

    def heads(self, measures: Sequence[str]) -> list[str]:
        """Return the columns that belong to ``cells``."""
        return [f"{name} {measure.replace('_', ' ')}" for name in self.names for measure in measures]


def decided(positive: NDArray[Any]) -> Labels:
    """Return the labels that P(property) decides for, of the same shape."""
    return np.asarray(positive > 0.5).astype(np.int8)


def world_of(
    study: Study,
    tasks: Sequence[Task],
    number: int,
    trace: Trace | None,
    trained: Mapping[str, SingleTaskModel] | None = None,
) -> World:
    """Build run ``number`` of a study by the column engine: a pure function of study, number and trace.

    Label models are fitted to the training rows' votes, unless ``trained`` ones are given.
    """
    dataset = build_dataset(study, tasks, study.runs.first_dataset_seed + number, trace)
    series = ColumnSeries(dataset.rtt_us)
    votes = {task.name: apply_columns(task, dataset.rtt_us, series) for task in tasks}
    seed = study.runs.first_training_seed + number
    train = dataset.splits["train"]
    models = trained or {
        name: SingleTaskModel.fit(found[train], study.label_model, seed) for name, found in votes.items()
    }
    return World(dataset, votes, dict(models), seed)

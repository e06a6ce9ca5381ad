"""The baseline that sees no RTT: always the more frequent class of the training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artifact.approaches.approach import Approach, Labelled, Pings, State, Training, certain
from artifact.parameters import NoParameters
from artifact.tasks.task import Task

majority = Approach("majority", "Always the majority class", needs=("gold",))


@dataclass(frozen=True)
class FittedMajority:
    """One class for every ping of a task."""

    task: str
    answer: int

    def label(self, pings: Pings) -> Labelled:
        """Give the same label to each ping."""
        labels = np.full(len(pings.at), self.answer, dtype=np.int8)
        return Labelled({self.task: labels}, {self.task: certain(labels)})

    def state(self) -> State:
        """Return the class."""
        return {"answer": np.array(self.answer)}


@majority.fitting()
def fit(training: Training, _: NoParameters) -> FittedMajority:
    """Count the training rows' classes."""
    ((task, gold),) = training.pings.gold.items()
    return FittedMajority(task, int(gold.mean() > 0.5))


@majority.loading
def load(state: State, tasks: tuple[Task, ...], _: NoParameters) -> FittedMajority:
    """Return it from its arrays."""
    (task,) = tasks
    return FittedMajority(task.name, int(state["answer"]))

"""Summing the votes, which section 3.2 calls not sufficient: what most functions vote for, a tie NORMAL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artifact.approaches.approach import Approach, Labelled, Pings, State, Training, decided
from artifact.parameters import NoParameters
from artifact.tasks.task import NORMAL, PROPERTY, Task

majority_vote = Approach("majority_vote", "Majority vote, ties NORMAL", needs=("votes",))


@dataclass(frozen=True)
class Sum:
    """The share of the votes cast on a ping; nothing is learnt."""

    task: str

    def label(self, pings: Pings) -> Labelled:
        """Count the votes on each ping."""
        votes = pings.votes[self.task]
        counts = np.stack([(votes == vote).sum(axis=1) for vote in (NORMAL, PROPERTY)], axis=1)
        cast = counts.sum(axis=1, keepdims=True)
        share = np.divide(counts, cast, out=np.full(counts.shape, 0.5), where=cast > 0)
        return Labelled({self.task: decided(share, pings.at, "normal")}, {self.task: share})

    def state(self) -> State:
        """Return nothing."""
        return {}


@majority_vote.fitting()
def fit(training: Training, _: NoParameters) -> Sum:
    """Learn nothing."""
    (task,) = training.pings.tasks
    return Sum(task.name)


@majority_vote.loading
def load(_: State, tasks: tuple[Task, ...], __: NoParameters) -> Sum:
    """Return it."""
    (task,) = tasks
    return Sum(task.name)

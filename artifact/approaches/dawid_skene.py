"""Dawid & Skene's label model (Applied Statistics, 1979): a confusion table per function, ABSTAIN a symbol.

An EM over the distinct patterns of votes, since crowd-kit's runs over every vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from artifact.approaches._decoding import decode
from artifact.approaches.approach import Approach, Labelled, Pings, Posterior, State, Training
from artifact.labeling.engines import LabelMatrix
from artifact.labeling.patterns import counts_of, each_row
from artifact.parameters import StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Task

SYMBOLS = 3
MOST_ODDS = 1.0
"""Most that one ping adds to a decoded task's log odds: buckets overlap, so neighbours repeat each other."""


class DawidSkeneParameters(StrictModel):
    """Rounds of EM, and the tasks whose labels are decoded over time by the true mean length and gap (an oracle's)."""

    epochs: Annotated[int, Field(ge=1, le=100_000)]
    decoded: tuple[str, ...]


dawid_skene = Approach(
    "dawid_skene", "Dawid-Skene, ABSTAIN a symbol", needs=("votes",), parameters=DawidSkeneParameters
)


@dataclass(frozen=True)
class DawidSkene:
    """P(y | votes) is proportional to pi[y] times the product over functions j of theta[j, y, vote j].

    ``theta``, shape (functions, 2, 3), and ``pi``, shape (2,), are learnt by EM from the votes alone; unlike Snorkel's
    LabelModel it learns how frequent the property is, and that a function abstains tells something.
    """

    theta: NDArray[np.float64]
    pi: NDArray[np.float64]

    def posterior(self, votes: LabelMatrix) -> Posterior:
        """Return P(NORMAL) and P(property) of each row, shape (rows, 2)."""
        return each_row(votes, self._of_patterns)

    def _of_patterns(self, patterns: LabelMatrix) -> Posterior:
        functions = np.arange(patterns.shape[1])
        logarithms = np.log(self.pi) + np.log(self.theta)[functions, :, patterns + 1].sum(axis=1)
        weights = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class FittedDawidSkene:
    """A task's label model, and whether its labels are decoded over time."""

    task: Task
    model: DawidSkene
    decoded: bool

    def label(self, pings: Pings) -> Labelled:
        """Label each ping by its votes, or the whole series by the votes along it."""
        posterior = self.model.posterior(pings.votes[self.task.name])
        positive = np.clip(posterior[:, PROPERTY], 1e-12, 1 - 1e-12)
        odds = np.log(positive / (1 - positive))
        labels = (odds > 0).astype(np.int8)
        if self.decoded:
            prior = np.log(self.model.pi[PROPERTY] / self.model.pi[NORMAL])
            mean_length, mean_gap = float(np.mean(self.task.p.length)), float(np.mean(self.task.p.gap))
            labels = decode(np.clip(odds - prior, -MOST_ODDS, MOST_ODDS), mean_length, mean_gap)
        return Labelled({self.task.name: labels}, {self.task.name: posterior})

    def state(self) -> State:
        """Return both tables."""
        return {"theta": self.model.theta, "pi": self.model.pi}


@dawid_skene.fitting()
def fit(training: Training, p: DawidSkeneParameters) -> FittedDawidSkene:
    """Fit to the votes of the training rows by EM over their distinct patterns."""
    (task,) = training.pings.tasks
    patterns = counts_of(training.pings.votes[task.name])
    model = _maximised(patterns.votes, patterns.counts, _majority_share(patterns.votes, patterns.counts))
    for _ in range(p.epochs):
        model = _maximised(patterns.votes, patterns.counts, model.posterior(patterns.votes)[:, PROPERTY])
    return FittedDawidSkene(task, model, task.name in p.decoded)


@dawid_skene.loading
def load(state: State, tasks: tuple[Task, ...], p: DawidSkeneParameters) -> FittedDawidSkene:
    """Return it from its arrays."""
    (task,) = tasks
    return FittedDawidSkene(task, DawidSkene(state["theta"], state["pi"]), task.name in p.decoded)


def _maximised(patterns: LabelMatrix, counts: NDArray[np.int64], positive: Posterior) -> DawidSkene:
    """Return the model that fits best to the given P(property) of each pattern."""
    weights = np.stack([1 - positive, positive]) * counts
    # One half row of each symbol keeps every logarithm finite.
    theta = np.stack([weights @ (patterns == symbol - 1) for symbol in range(SYMBOLS)], axis=-1) + 0.5
    theta = theta.swapaxes(0, 1) / theta.swapaxes(0, 1).sum(axis=-1, keepdims=True)
    return DawidSkene(theta, (weights.sum(axis=1) + 0.5) / (counts.sum() + 1))


def _majority_share(patterns: LabelMatrix, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each pattern's share of votes for the property; where all abstain, that of the voting rows."""
    against, positive = ((patterns == symbol).sum(axis=1) for symbol in (NORMAL, PROPERTY))
    cast = against + positive
    share = np.divide(positive, cast, out=np.zeros(len(patterns)), where=cast > 0)
    return np.where(cast > 0, share, np.average(share, weights=counts * (cast > 0)) if cast.any() else 0.5)

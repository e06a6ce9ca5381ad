"""The other baseline that sees no RTT: a coin for each ping, as often the property as the training rows are."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from artifact.approaches.approach import Approach, Labelled, Pings, State, Training, certain
from artifact.parameters import NoParameters
from artifact.tasks.task import Task

coin = Approach("coin", "A coin of the training share", needs=("gold",))


@dataclass(frozen=True)
class FittedCoin:
    """How often the coin of a task shows the property, in [0, 1], and what its tosses are drawn with."""

    task: str
    share: float
    seed: int

    def label(self, pings: Pings) -> Labelled:
        """Toss for each ping; a ping's toss hangs on its position alone, not on which others are asked for."""
        # Each task has a coin of its own: tasks whose tosses agree would seem related.
        rng = np.random.default_rng([self.seed, zlib.crc32(self.task.encode())])
        tosses = rng.random(int(pings.at.max(initial=-1)) + 1)[pings.at]
        labels = (tosses < self.share).astype(np.int8)
        return Labelled({self.task: labels}, {self.task: certain(labels)})

    def state(self) -> State:
        """Return share and seed."""
        return {"share": np.array(self.share), "seed": np.array(self.seed)}


@coin.fitting()
def fit(training: Training, _: NoParameters) -> FittedCoin:
    """Take the share of the training rows that carry the property."""
    ((task, gold),) = training.pings.gold.items()
    return FittedCoin(task, float(gold.mean()), training.seed)


@coin.loading
def load(state: State, tasks: tuple[Task, ...], _: NoParameters) -> FittedCoin:
    """Return it from its arrays."""
    (task,) = tasks
    return FittedCoin(task.name, float(state["share"]), int(state["seed"]))

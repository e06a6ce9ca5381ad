"""An oracle: the multi-task network trained on gold labels, which nobody has on a line of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from artifact.approaches import multi_task
from artifact.approaches.approach import Approach, Training
from artifact.networks.network import NetworkParameters

gold_network = Approach(
    "gold_network",
    "Oracle: multi-task network on gold labels",
    needs=("gold", "input"),
    parameters=NetworkParameters,
    joint=True,
    table="multi_task",
)
gold_network.loading(multi_task.load)


@gold_network.fitting(together=multi_task.in_one_stack)
def fit(trainings: Sequence[Training], parameters: Sequence[NetworkParameters]) -> list[multi_task.FittedNetwork]:
    """Train on the gold labels of the training rows."""
    return multi_task.train(trainings, parameters, _gold)


def _gold(training: Training, learns_from: str) -> multi_task.Targets:
    kind = np.float32 if learns_from == "soft" else np.int8
    return {task: gold.astype(kind) for task, gold in training.pings.gold.items()}

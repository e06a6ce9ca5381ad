"""A trunk that is shared by all tasks and a head per task: what it learns from, and what it has learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from artifact.parameters import StrictModel


class NetworkParameters(StrictModel):
    """Shape, input, labels and training of a network; ``trunk`` holds the widths of its hidden layers.

    The initialisation "uniform" is torch's own, which Snorkel takes; "glorot" is Glorot and Bengio's (AISTATS 2010).
    """

    trunk: Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(min_length=1)]
    epochs: Annotated[int, Field(ge=1, le=100_000)]
    batch: Annotated[int, Field(ge=1, le=1_000_000)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    input: str
    learns_from: Literal["masked", "tossed", "soft"]
    initialisation: Literal["uniform", "glorot"]


@dataclass(frozen=True)
class Problem:
    """What one network learns from: inputs of shape (rows, inputs), labels of shape (rows,) per task, and a seed.

    A label is 0, 1 or, masked for its task, -1; or a probability of the property. Anything else is a ValueError.
    """

    z: NDArray[np.float32]
    labels: Mapping[str, NDArray[Any]]
    seed: int

    def __post_init__(self) -> None:
        for name, labels in self.labels.items():
            if labels.shape != (len(self.z),):
                raise ValueError(f"{name}: labels of shape {labels.shape} for {len(self.z)} rows")
            lowest = 0 if labels.dtype.kind == "f" else -1
            if not ((labels >= lowest) & (labels <= 1)).all():
                raise ValueError(f"{name}: a label is not between {lowest} and 1")


@dataclass(frozen=True)
class Network:
    """h = relu(W2 relu(W1 z + b1) + b2), shared; P(label of task t) = softmax(V_t h + c_t).

    ``weights`` has the names of Snorkel's ``MultitaskClassifier.state_dict()``.
    """

    weights: Mapping[str, NDArray[np.float32]]
    tasks: tuple[str, ...]

    def probabilities(self, z: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return P(normal) and P(property) per task, shape (rows, 2), for inputs of shape (rows, inputs)."""
        import torch
        from torch.nn import functional

        # Copies lie where torch lays its own tensors: the rounding of a product may depend on that.
        weights = {name: torch.tensor(values) for name, values in self.weights.items()}
        hidden = torch.tensor(z)
        for layer in range(0, sum(name.startswith(TRUNK) for name in weights), 2):
            linear = (weights[f"{TRUNK}{layer}.{part}"] for part in PARTS)
            hidden = functional.linear(hidden, *linear).relu()
        logits = {t: functional.linear(hidden, *(weights[name] for name in head(t))) for t in self.tasks}
        return {task: torch.softmax(values, 1).numpy() for task, values in logits.items()}

    def predict(self, z: NDArray[np.float32]) -> dict[str, NDArray[np.int8]]:
        """Label each row for each task, shape (rows,): 0 or 1, 0 where both are equally probable."""
        return {task: scores.argmax(axis=1).astype(np.int8) for task, scores in self.probabilities(z).items()}

    def parameters(self) -> int:
        """Return the number of trained numbers."""
        return sum(values.size for values in self.weights.values())


PARTS = ("weight", "bias")
TRUNK = "module_pool.trunk."
"""How the names of the trunk's weights begin; layer i's are followed by 2 i and the part."""


def head(task: str) -> tuple[str, str]:
    """Return the names of the weight and the bias of a task's head."""
    return f"module_pool.{task} head.weight", f"module_pool.{task} head.bias"

"""The multi-task model of section 3.4: Snorkel's MultitaskClassifier, a shared trunk and a head per task."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artifact.files import write_numbers
from artifact.study import MultiTaskParameters

if TYPE_CHECKING:
    import torch

Labels = Mapping[str, NDArray[np.int8]]


class MultiTaskModel:
    """h = relu(W2 relu(W1 z + b1) + b2), shared; P(label of task t) = softmax(V_t h + c_t).

    z is log(1 + RTT in ms), standardised on the training rows: the RTT itself is the one input, as section 5 leaves
    further features to future work, and delays are log-normal (Fontugne et al., INFOCOM 2015).
    """

    def __init__(self, network: Any, centre: float, spread: float) -> None:
        self.network, self.centre, self.spread = network, centre, spread

    @classmethod
    def untrained(
        cls,
        tasks: Sequence[str],
        ping_ms: NDArray[np.float64],
        p: MultiTaskParameters,
        seed: int,
        device: str,
    ) -> MultiTaskModel:
        """Draw a network's weights with ``seed``; ``ping_ms``, shape (rows,), are the training rows."""
        from snorkel.classification import MultitaskClassifier

        seed_everything(seed)
        logarithm = np.log1p(ping_ms)
        device_number = 0 if device == "cuda" else -1
        network = MultitaskClassifier(_tasks(tasks, p.trunk), device=device_number, dataparallel=False)
        return cls(network, float(logarithm.mean()), float(logarithm.std()) or 1.0)

    @classmethod
    def fit(
        cls,
        ping_ms: NDArray[np.float64],
        labels: Labels,
        p: MultiTaskParameters,
        seed: int,
        device: str = "cpu",
    ) -> MultiTaskModel:
        """Train on weak labels, shape (rows,) per task; -1 is masked for its task (Snorkel's own rule)."""
        model = cls.untrained(tuple(labels), ping_ms, p, seed, device)
        model.train(ping_ms, labels, p)
        return model

    def train(self, ping_ms: NDArray[np.float64], labels: Labels, p: MultiTaskParameters) -> None:
        """Run Snorkel's ``Trainer.fit``: what the paper most likely measured as 64 s."""
        import torch
        from snorkel.classification import DictDataLoader, Trainer

        targets = {name: torch.from_numpy(weak.astype(np.int64)) for name, weak in labels.items()}
        rows = _batched_rows({"z": self._input(ping_ms)}, targets)
        loader = DictDataLoader(rows, collate_fn=lambda batch: batch, batch_size=p.batch, shuffle=True)
        quiet = {"progress_bar": False, "logging": False, "checkpointing": False}
        Trainer(n_epochs=p.epochs, lr=p.learning_rate, **quiet).fit(self.network, [loader])

    def probabilities(self, ping_ms: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
        """Return P(normal) and P(property) per task, shape (rows, 2)."""
        import torch

        self.network.eval()
        names = sorted(self.network.task_names)
        with torch.no_grad():
            outputs = self.network({"z": self._input(ping_ms)}, names)
            return {name: torch.softmax(outputs[f"{name} head"], 1).cpu().numpy() for name in names}

    def predict(self, ping_ms: NDArray[np.float64]) -> dict[str, NDArray[np.int8]]:
        """Label each ping for each task, shape (rows,): 0 or 1."""
        scores = self.probabilities(ping_ms)
        return {name: score.argmax(axis=1).astype(np.int8) for name, score in scores.items()}

    def parameters(self) -> int:
        """Return the number of trained numbers."""
        return sum(weight.numel() for weight in self.network.parameters())

    def save(self, path: Path) -> None:
        """Write the model as safetensors."""
        weights = {key: value.cpu().numpy() for key, value in self.network.state_dict().items()}
        weights["input"] = np.array([self.centre, self.spread])
        write_numbers(path, weights)

    @classmethod
    def load(cls, path: Path, tasks: Sequence[str], p: MultiTaskParameters) -> MultiTaskModel:
        """Read a model that ``save`` wrote for these tasks; it predicts the same."""
        import torch
        from safetensors.numpy import load_file
        from snorkel.classification import MultitaskClassifier

        weights = load_file(path)
        centre, spread = (float(value) for value in weights.pop("input"))
        network = MultitaskClassifier(_tasks(tasks, p.trunk), device=-1, dataparallel=False)
        network.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
        return cls(network, centre, spread)

    def _input(self, ping_ms: NDArray[np.float64]) -> torch.Tensor:
        import torch

        standardised = (np.log1p(ping_ms) - self.centre) / self.spread
        return torch.from_numpy(standardised.astype(np.float32)[:, None])


def _batched_rows(inputs: dict[str, torch.Tensor], targets: dict[str, torch.Tensor]) -> Any:
    """Snorkel's data set, handing out a batch at a time: collating row by row is most of ``Trainer.fit``'s time."""
    from snorkel.classification import DictDataset

    class Rows(DictDataset):  # type: ignore[misc]
        def __getitems__(self, rows: list[int]) -> Any:
            return (
                {name: values[rows] for name, values in self.X_dict.items()},
                {name: values[rows] for name, values in self.Y_dict.items()},
            )

    return Rows("pings", "train", inputs, targets)


def seed_everything(seed: int) -> None:
    """Seed every generator that a library may draw from: Snorkel's Trainer never reads the seed it is given."""
    import torch

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - Snorkel and torch's loaders draw from the global generator
    torch.manual_seed(seed)


def _tasks(names: Sequence[str], widths: Sequence[int]) -> list[Any]:
    """One Snorkel task per name: they share the trunk, module and operation, and own a head each."""
    from snorkel.classification import Operation
    from snorkel.classification import Task as SnorkelTask
    from torch import nn

    # Snorkel reports each network that it builds through the root logger.
    logging.getLogger().setLevel(logging.WARNING)
    trunk = _trunk(widths)
    heads = {name: nn.Linear(widths[-1], 2) for name in names}
    return [
        SnorkelTask(
            name,
            nn.ModuleDict({"trunk": trunk, f"{name} head": head}),
            [
                Operation("trunk", [("_input_", "z")], "trunk"),
                Operation(f"{name} head", ["trunk"], f"{name} head"),
            ],
        )
        for name, head in heads.items()
    ]


def _trunk(widths: Sequence[int]) -> torch.nn.Sequential:
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, outputs in zip((1, *widths), widths, strict=False):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)

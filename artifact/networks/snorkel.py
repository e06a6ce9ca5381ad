"""A network trained by Snorkel's MultitaskClassifier and Trainer: what the paper most likely measured as 64 s."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artifact.networks.network import Network, NetworkParameters, Problem

if TYPE_CHECKING:
    from torch import Tensor, nn


def train_by_snorkel(problem: Problem, p: NetworkParameters, device: str = "cpu", loader: str = "batched") -> Network:
    """Run Snorkel's ``Trainer.fit`` on ``device``, "cpu" or "cuda"; labels that ``p`` does not learn from: ValueError.

    The ``loader`` "batched" hands out whole batches, "snorkel" collates row by row; both give the same weights.
    """
    from snorkel.classification import Trainer

    network = untrained(problem, p, device)
    quiet = {"progress_bar": False, "logging": False, "checkpointing": False}
    Trainer(n_epochs=p.epochs, lr=p.learning_rate, **quiet).fit(network, [_loader(problem, p, loader)])
    weights = {name: value.cpu().numpy() for name, value in network.state_dict().items()}
    return Network(weights, tuple(problem.labels))


def untrained(problem: Problem, p: NetworkParameters, device: str = "cpu") -> Any:
    """Return Snorkel's MultitaskClassifier with its initial weights; all random generators go on from there."""
    import torch
    from snorkel.classification import MultitaskClassifier
    from torch import nn

    # Snorkel's Trainer never reads the seed it is given, and its loader draws from the global generators.
    random.seed(problem.seed)
    np.random.seed(problem.seed)  # noqa: NPY002
    torch.manual_seed(problem.seed)
    # Snorkel reports each network that it builds through the root logger.
    logging.getLogger().setLevel(logging.WARNING)
    trunk = _trunk((problem.z.shape[1], *p.trunk))
    heads = {name: nn.Linear(p.trunk[-1], 2) for name in problem.labels}
    if p.initialisation == "glorot":
        for module in (*trunk, *heads.values()):
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
    tasks = _tasks(trunk, heads, soft=p.learns_from == "soft")
    return MultitaskClassifier(tasks, device=0 if device == "cuda" else -1, dataparallel=False)


def columns(labels: NDArray[Any], p: NetworkParameters) -> NDArray[np.float32]:
    """Return the targets of NORMAL and the property, shape (rows, 2), zeros where masked, from one task's labels.

    ValueError where the labels are probabilities and ``p`` learns from 0 and 1, or the reverse.
    """
    if (labels.dtype.kind == "f") != (p.learns_from == "soft"):
        raise ValueError(f"labels of type {labels.dtype} where learns_from is {p.learns_from!r}")
    positive = labels.astype(np.float32)
    both = np.stack([1 - positive, positive], axis=-1)
    return np.where(positive[:, None] < 0, np.float32(0), both)


def _loader(problem: Problem, p: NetworkParameters, loader: str) -> Any:
    import torch
    from snorkel.classification import DictDataLoader, DictDataset

    targets = {}
    for name, labels in problem.labels.items():
        both = columns(labels, p)
        targets[name] = torch.from_numpy(both if p.learns_from == "soft" else labels.astype(np.int64))
    inputs = {"z": torch.from_numpy(problem.z)}
    sized = {"batch_size": p.batch, "shuffle": True}
    if loader == "snorkel":
        return DictDataLoader(DictDataset("pings", "train", inputs, targets), **sized)
    return DictDataLoader(_batched_rows(inputs, targets), collate_fn=lambda batch: batch, **sized)


def _batched_rows(inputs: dict[str, Tensor], targets: dict[str, Tensor]) -> Any:
    """Snorkel's data set, handing out a batch at a time: collating row by row is most of ``Trainer.fit``'s time."""
    from snorkel.classification import DictDataset

    class Rows(DictDataset):  # type: ignore[misc]
        def __getitems__(self, rows: list[int]) -> Any:
            return (
                {name: values[rows] for name, values in self.X_dict.items()},
                {name: values[rows] for name, values in self.Y_dict.items()},
            )

    return Rows("pings", "train", inputs, targets)


def _tasks(trunk: nn.Module, heads: Mapping[str, nn.Module], soft: bool) -> list[Any]:
    """One Snorkel task per name: they share the trunk, module and operation, and own a head each."""
    from snorkel.classification import Operation, cross_entropy_with_probs
    from snorkel.classification import Task as SnorkelTask
    from torch import nn
    from torch.nn import functional

    return [
        SnorkelTask(
            name,
            nn.ModuleDict({"trunk": trunk, f"{name} head": head}),
            [
                Operation("trunk", [("_input_", "z")], "trunk"),
                Operation(f"{name} head", ["trunk"], f"{name} head"),
            ],
            loss_func=cross_entropy_with_probs if soft else functional.cross_entropy,
        )
        for name, head in heads.items()
    ]


def _trunk(widths: Sequence[int]) -> nn.Sequential:
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)

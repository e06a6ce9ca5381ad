"""Many small networks trained at once: the multi-task model's own recipe, without Snorkel's loop around it.

Used where the clock is not the subject: for the discriminative single-task model of section 3.3 and in the audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from artifact.study import MultiTaskParameters

Labels = NDArray[np.int8]


class Networks:
    """K independent networks of one shape: h = relu(W2 relu(W1 z + b1) + b2), a softmax head per task.

    Weights are stacked, shape (K, inputs, outputs), so one step trains all K. Each has its own seed, rows, labels,
    gradient clipping and Adam state, exactly as if it were trained alone.
    """

    def __init__(self, heads: int, inputs: int, p: MultiTaskParameters, seeds: Sequence[int]) -> None:
        self._p, self._heads = p, heads
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        widths = [inputs, *p.trunk, 2 * heads]
        self.weights: list[Tensor] = []
        for fan_in, fan_out in pairwise(widths):
            # As torch.nn.Linear draws them: uniform within 1/sqrt(inputs).
            self.weights.append(self._draw(fan_in, (fan_in, fan_out)))
            self.weights.append(self._draw(fan_in, (1, fan_out)))

    def fit(self, z: NDArray[np.float32], labels: NDArray[Any]) -> Networks:
        """Train on inputs of shape (K, rows, inputs) and labels of shape (K, rows, heads).

        A label is 0, 1 or a probability of the property between them; a negative one is masked.
        """
        inputs, targets = torch.from_numpy(z), torch.from_numpy(labels.astype(np.float32))
        optimiser = torch.optim.Adam(self.weights, lr=self._p.learning_rate)
        for _ in range(self._p.epochs):
            order = torch.stack([torch.randperm(z.shape[1], generator=g) for g in self._generators])
            for rows in torch.split(order, self._p.batch, dim=1):
                optimiser.zero_grad()
                torch.autograd.backward(self._loss(_take(inputs, rows), _take(targets, rows)))
                self._clip()
                optimiser.step()
        return self

    def probabilities(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return P(property), shape (K, rows, heads)."""
        with torch.no_grad():
            positive: NDArray[np.float32] = self._logits(torch.from_numpy(z)).softmax(-1)[..., 1].numpy()
        return positive

    def parameters(self) -> int:
        """Return the number of trained numbers of one network."""
        return sum(weight[0].numel() for weight in self.weights)

    def predict(self, z: NDArray[np.float32]) -> Labels:
        """Label each row for each head, shape (K, rows, heads): 0 or 1."""
        return (self.probabilities(z) > 0.5).astype(np.int8)

    def _draw(self, fan_in: int, shape: tuple[int, int]) -> Tensor:
        bound = fan_in**-0.5
        drawn = [torch.empty(shape).uniform_(-bound, bound, generator=g) for g in self._generators]
        return torch.stack(drawn).requires_grad_()

    def _logits(self, z: Tensor) -> Tensor:
        *trunk, weight, bias = self.weights
        for layer in range(0, len(trunk), 2):
            z = torch.relu(torch.baddbmm(trunk[layer + 1], z, trunk[layer]))
        scores = torch.baddbmm(bias, z, weight)
        return scores.view(*scores.shape[:-1], self._heads, 2)

    def _loss(self, z: Tensor, labels: Tensor) -> Tensor:
        """Cross entropy, a mean over each task's labelled rows, summed over tasks and networks."""
        logarithms = functional.log_softmax(self._logits(z), dim=-1)
        each = labels * logarithms[..., 1] + (1 - labels) * logarithms[..., 0]
        labelled = labels >= 0
        return -((each * labelled).sum(dim=1) / labelled.sum(dim=1).clamp(min=1)).sum()

    def _clip(self) -> None:
        """Clip each network's gradient to norm 1, as Snorkel's Trainer does."""
        gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        squares = torch.stack([gradient.square().sum(dim=(1, 2)) for gradient in gradients]).sum(dim=0)
        factor = (1.0 / (squares.sqrt() + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient.mul_(factor[:, None, None])


def standardised(ping_ms: NDArray[np.float64], train: slice) -> NDArray[np.float32]:
    """Return log(1 + RTT in ms), standardised on the training rows, shape (rows, 1)."""
    logarithm = np.log1p(ping_ms)
    rows = logarithm[train]
    scaled = (logarithm - rows.mean()) / (rows.std() or 1.0)
    return np.asarray(scaled[:, None], dtype=np.float32)


def _take(values: Tensor, rows: Tensor) -> Tensor:
    index = rows.unsqueeze(-1).expand(-1, -1, values.shape[-1])
    return values.gather(1, index)

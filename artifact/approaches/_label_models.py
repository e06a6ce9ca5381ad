"""Snorkel's LabelModel from counts of vote patterns, many at once: what it makes of all rows, one model at a time.

It sees rows through O = L'L / n alone, L their votes one-hot: whole numbers over n, so that counts give its very bits.
Each of its steps then works on matrices of twice as many rows as there are functions, whatever n is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from artifact.labeling.patterns import Patterns
from artifact.networks.products import prepared
from artifact.tasks.task import NORMAL, PROPERTY

if TYPE_CHECKING:
    from torch import Tensor

LabelModelNumbers = tuple[NDArray[np.float32], NDArray[np.float64]]
Balance = tuple[float, float] | None
VOTES = (NORMAL, PROPERTY)
PRECISION = 0.7
"""What Snorkel takes each function's precision for at the start."""
MOMENTUM = 0.9
"""Of Snorkel's gradient descent."""
TINY = 1e-37
"""Less than any norm that is not 0."""


@dataclass(frozen=True)
class LabelModelProblem:
    """What one label model learns from: patterns of votes, P(NORMAL) and P(property) or None if equal, and a seed."""

    patterns: Patterns
    balance: Balance
    seed: int


def fit_label_models(
    problems: Sequence[LabelModelProblem], epochs: int, learning_rate: float
) -> list[LabelModelNumbers]:
    """Return mu, shape (2 functions, 2), and the prior, shape (2,), that Snorkel's ``LabelModel.fit`` finds for each.

    Fewer than three functions are a ValueError, as they are to Snorkel; a learning rate that lets a model diverge is an
    ArithmeticError.
    """
    import torch

    alike: dict[int, list[int]] = defaultdict(list)
    for k, problem in enumerate(problems):
        alike[problem.patterns.votes.shape[1]].append(k)
    if min(alike, default=3) < 3:
        raise ValueError("a label model needs at least 3 labeling functions")
    found: dict[int, LabelModelNumbers] = {}
    for places in alike.values():
        given = [problems[k] for k in places]
        priors = np.array([of.balance or (0.5, 0.5) for of in given])
        overlaps = torch.from_numpy(np.stack([_overlaps(of.patterns) for of in given])).float()
        # A learning rate may let it diverge, which is told below.
        with torch.no_grad(), np.errstate(over="ignore", invalid="ignore"):
            mu = _initial(overlaps, priors, [of.seed for of in given])
            _descend(mu, overlaps, torch.from_numpy(priors).float()[:, None], epochs, learning_rate)
        if not mu.isfinite().all():
            raise ArithmeticError(f"a learning rate of {learning_rate:g} lets a label model diverge")
        for k, of, values, prior in zip(places, given, mu, priors, strict=True):
            found[k] = _finished(values, prior, of.patterns), prior
    return [found[k] for k in range(len(problems))]


def _overlaps(patterns: Patterns) -> NDArray[np.float64]:
    """Return O: the shares of rows on which function i votes a and function j votes b, shape (2 m, 2 m)."""
    one_hot = np.stack([patterns.votes == vote for vote in VOTES], axis=2).reshape(len(patterns.votes), -1)
    cast = one_hot.astype(np.float64)
    return np.asarray((cast * patterns.counts[:, None]).T @ cast / patterns.rows)


def _initial(overlaps: Tensor, priors: NDArray[np.float64], seeds: Sequence[int]) -> Tensor:
    """Return Snorkel's first mu: as if each function had the same precision, times a number drawn with the seed."""
    import torch

    d = overlaps.shape[1]
    own = torch.arange(d) % len(VOTES)
    cast = overlaps.diagonal(dim1=1, dim2=2) * torch.tensor(PRECISION)
    mu = torch.zeros(len(overlaps), d, len(VOTES))
    mu[:, torch.arange(d), own] = (cast / torch.from_numpy(priors).float()[:, own]).clamp(0, 1)
    # The generator that NumPy's global functions draw from, as Snorkel seeds it.
    drawn = [np.random.RandomState(seed).random() for seed in seeds]
    return mu * torch.tensor(drawn)[:, None, None]


def _descend(mu: Tensor, overlaps: Tensor, prior: Tensor, epochs: int, learning_rate: float) -> None:
    """Step down |O - mu P mu'|^2 between functions, plus |mu P 1 - diag O|^2, with Snorkel's arithmetic.

    Gradients are taken, rounded and added up in the order in which autograd does it. What each library rounds in its
    own way is torch's: products, norms and the step. The rest is NumPy's, on the same memory, whose calls cost less.
    """
    import torch

    k, d, _ = mu.shape
    weighted, by_theirs, by_ours, velocity = (torch.zeros_like(mu) for _ in range(4))
    residual, model = torch.zeros_like(overlaps), torch.zeros_like(overlaps)
    multiply_model = prepared("forward", weighted, mu, model)
    multiply_by_ours = prepared("weight", residual, weighted, by_ours)
    multiply_by_theirs = prepared("input", residual, mu, by_theirs)
    function = np.arange(d) // len(VOTES)
    between = function[:, None] != function
    places, into = np.flatnonzero(between), np.float32(-2) * between
    m, p, o, v = mu.numpy(), prior.expand_as(mu).contiguous().numpy(), overlaps.numpy(), velocity.numpy()
    ours, theirs = weighted.numpy(), residual.numpy()
    from_model, from_ours, from_theirs = model.numpy(), by_ours.numpy(), by_theirs.numpy()
    cast, difference, gradient = np.diagonal(o, axis1=1, axis2=2), np.empty_like(o), np.empty_like(m)
    apart, excess = np.empty((k, len(places)), o.dtype), np.empty((k, d), o.dtype)
    for _ in range(epochs):
        np.multiply(m, p, out=ours)
        multiply_model()
        np.subtract(o, from_model, out=difference)
        difference.reshape(k, -1).take(places, axis=1, out=apart, mode="clip")
        norm = _norms(apart)[:, None, None]
        np.divide(difference, norm, out=difference)
        np.multiply(difference, norm * into, out=theirs)
        np.add(ours[:, :, 0], ours[:, :, 1], out=excess)
        np.subtract(excess, cast, out=excess)
        norm = _norms(excess)[:, None]
        np.divide(excess, norm, out=excess)
        np.multiply(excess, 2 * norm, out=excess)
        np.multiply(excess[:, :, None], p, out=gradient)
        multiply_by_ours()
        gradient += from_ours
        multiply_by_theirs()
        gradient += from_theirs * p
        v *= MOMENTUM
        v += gradient
        mu.add_(velocity, alpha=-learning_rate)


def _norms(of: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the norms of rows, shape (K,), never 0, at which a norm's gradient is taken to be 0."""
    import torch

    norms = np.asarray(torch.linalg.vector_norm(torch.from_numpy(of), dim=1).numpy())
    np.maximum(norms, TINY, out=norms)
    return norms


def _finished(mu: Tensor, prior: NDArray[np.float64], patterns: Patterns) -> NDArray[np.float32]:
    """Have Snorkel keep mu off 0 and 1, and exchange classes where its functions are trusted more so."""
    import torch
    from snorkel.labeling.model import LabelModel
    from snorkel.labeling.model.label_model import TrainConfig

    model = LabelModel(cardinality=len(VOTES), verbose=False)
    model.n, model.m, model.train_config = patterns.rows, patterns.votes.shape[1], TrainConfig()
    model._set_class_balance(prior)
    model.mu = torch.nn.Parameter(mu, requires_grad=False)
    model._clamp_params()
    model._break_col_permutation_symmetry()
    return np.asarray(model.mu.detach().numpy())

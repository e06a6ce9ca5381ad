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
from artifact.networks.products import SMALL, prepared
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
        with torch.no_grad():
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

    Gradients are taken, rounded and added up in the order in which autograd does it.
    """
    import torch

    k, d, _ = mu.shape
    padded = max(d, -(-SMALL // (d * len(VOTES))))
    weighted, residual = torch.zeros(k, padded, len(VOTES)), torch.zeros(k, padded, d)
    ours, theirs, difference = weighted[:, :d], residual[:, :d], torch.empty(k, d, d)
    modelled, by_theirs = (prepared("forward", d, weighted, mu), prepared("input", d, residual, mu))
    by_ours = prepared("weight", d, residual, weighted)
    function = torch.arange(d) // len(VOTES)
    between = function[:, None] != function
    places, into = between.flatten().nonzero().ravel(), -2.0 * between
    cast, excess, velocity = overlaps.diagonal(dim1=1, dim2=2), torch.empty(k, d, 1), torch.zeros_like(mu)
    for _ in range(epochs):
        torch.mul(mu, prior, out=ours)
        torch.sub(overlaps, modelled()[:, :d], out=difference)
        norm = _norm(difference.view(k, -1).index_select(1, places))
        torch.mul(difference.div_(norm), norm * into, out=theirs)
        torch.add(ours[:, :, 0], ours[:, :, 1], out=excess[:, :, 0]).sub_(cast)
        norm = _norm(excess[:, :, 0])
        excess.div_(norm).mul_(2 * norm)
        gradient = excess * prior
        gradient.add_(by_ours()).add_(by_theirs()[:, :d] * prior)
        velocity.mul_(MOMENTUM).add_(gradient)
        mu.add_(velocity, alpha=-learning_rate)


def _norm(of: Tensor) -> Tensor:
    """Return the norms of rows, shape (K, 1, 1), never 0, at which a norm's gradient is taken to be 0."""
    import torch

    norm: Tensor = torch.linalg.vector_norm(of, dim=1)
    return norm.clamp_(min=TINY)[:, None, None]


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

"""Dawid & Skene's label model (Applied Statistics, 1979): a confusion table per function, ABSTAIN a symbol."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artifact.labeling import LabelMatrix
from artifact.tasks.task import NORMAL, PROPERTY

SYMBOLS = 3
EPOCHS = 200


class DawidSkeneModel:
    """P(y | votes) is proportional to pi[y] times the product over functions j of theta[j, y, vote j].

    ``theta``, shape (functions, 2, 3), and ``pi``, shape (2,), are learnt by EM from the votes alone; unlike Snorkel's
    LabelModel it learns how frequent the property is, and that a function abstains tells something.
    """

    def __init__(self, theta: NDArray[np.float64], pi: NDArray[np.float64]) -> None:
        self.theta, self.pi = theta, pi

    @classmethod
    def fit(cls, votes: LabelMatrix) -> DawidSkeneModel:
        """Fit to the votes, shape (rows, functions), by EM over their distinct patterns."""
        patterns, counts = np.unique(votes, axis=0, return_counts=True)
        positive = _majority_share(patterns, counts)
        model = cls._maximised(patterns, counts, positive)
        for _ in range(EPOCHS):
            model = cls._maximised(patterns, counts, model.probabilities(patterns)[:, PROPERTY])
        return model

    def probabilities(self, votes: LabelMatrix) -> NDArray[np.float64]:
        """Return P(normal) and P(property) of each row, shape (rows, 2)."""
        patterns, inverse = np.unique(votes, axis=0, return_inverse=True)
        functions = np.arange(votes.shape[1])
        logarithms = np.log(self.pi) + np.log(self.theta)[functions, :, patterns + 1].sum(axis=1)
        weights = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))[inverse.ravel()]

    @classmethod
    def _maximised(
        cls, patterns: LabelMatrix, counts: NDArray[np.int64], positive: NDArray[np.float64]
    ) -> DawidSkeneModel:
        """Return the model that fits best to the given P(property) of each pattern."""
        weights = np.stack([1 - positive, positive]) * counts
        # One half row of each symbol keeps every logarithm finite.
        theta = np.stack([weights @ (patterns == symbol - 1) for symbol in range(SYMBOLS)], axis=-1) + 0.5
        theta = theta.swapaxes(0, 1) / theta.swapaxes(0, 1).sum(axis=-1, keepdims=True)
        return cls(theta, (weights.sum(axis=1) + 0.5) / (counts.sum() + 1))


def _majority_share(patterns: LabelMatrix, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each pattern's share of votes for the property; where all abstain, that of the voting rows."""
    against, positive = ((patterns == symbol).sum(axis=1) for symbol in (NORMAL, PROPERTY))
    cast = against + positive
    share = np.divide(positive, cast, out=np.zeros(len(patterns)), where=cast > 0)
    return np.where(cast > 0, share, np.average(share, weights=counts * (cast > 0)) if cast.any() else 0.5)

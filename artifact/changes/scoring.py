"""How well changes were found, by the definitions of Shao et al. ("One-to-one matching of RTT and path changes", 2017).

Their repository describes them (WenqinSHAO/rtt, docs/eval_cpt.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WITHIN = 2
"""Pings between a label and the change point that finds it, at most."""
SHORTEST = 3
"""Pings for which a level has to last for its beginning to weigh anything."""
LOSS_MS = -3.0
"""What a loss counts as where changes are weighted: Atlas's code for it, as in the labelled files."""

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Score:
    """What came of one series; ``weighted_recall`` counts each label by how much changes there, and for how long."""

    precision: float
    recall: float
    weighted_recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return f_score(self.precision, self.recall, 1)

    @property
    def f2(self) -> float:
        """The same with recall counted twice."""
        return f_score(self.precision, self.recall, 2)

    @property
    def weighted_f2(self) -> float:
        """F2 of precision and weighted recall."""
        return f_score(self.precision, self.weighted_recall, 2)


def score(rtt_ms: NDArray[np.float64], labels: Indices, found: Indices) -> Score:
    """Score ``found`` against ``labels``, both pings at which a new level begins; losses in ``rtt_ms`` are NaN.

    No label may be at the first ping. With nothing found the precision is 0.
    """
    hit, _ = matched(labels, found)
    weight = weights(rtt_ms, labels)
    return Score(
        precision=len(hit) / len(found) if len(found) else 0.0,
        recall=len(hit) / len(labels),
        weighted_recall=float(weight[hit].sum() / weight.sum()) if weight.any() else 0.0,
    )


def matched(labels: Indices, found: Indices) -> tuple[Indices, Indices]:
    """Return which labels and which change points are one another's, as many as possible and as near as possible."""
    from scipy.optimize import linear_sum_assignment

    apart = np.abs(labels[:, None] - found)
    # One more pair is worth any distance that the others could have.
    never = WITHIN * (min(apart.shape) + 1)
    label, change = linear_sum_assignment(np.where(apart <= WITHIN, apart, never))
    near = apart[label, change] <= WITHIN
    return label[near], change[near]


def weights(rtt_ms: NDArray[np.float64], labels: Indices) -> NDArray[np.float64]:
    """Return each label's weight: log2(pings until the next / 3), if positive, times the change of median and sd (ms).

    The formula is that of ``weighting`` in the repository's localutils/benchmark.py; its description names log10.
    """
    levels = np.split(np.where(np.isnan(rtt_ms), LOSS_MS, rtt_ms), labels)
    length = np.array([len(level) for level in levels[1:]])
    change = [np.abs(np.diff([of(level) for level in levels])) for of in (np.median, np.std)]
    return np.asarray(np.maximum(np.log2(length / SHORTEST), 0) * (change[0] + change[1]))


def f_score(precision: float, recall: float, beta: float) -> float:
    """Return van Rijsbergen's F: recall counts ``beta`` times as much as precision; 0 where nothing was found."""
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below else 0.0


def median_with_interval(values: Sequence[float], seed: int, draws: int = 10_000) -> tuple[float, float, float]:
    """Return the median over series and its 95 % interval by bootstrap (percentiles of resampled medians)."""
    drawn = np.random.default_rng(seed).choice(np.asarray(values), size=(draws, len(values)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(np.median(values)), float(low), float(high)

"""Scores of predicted against gold labels, and means over runs with their 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
MEASURES = ("accuracy", "f1", "mcc", "precision", "recall")


def scores(gold: Labels, predicted: Labels) -> dict[str, float]:
    """Return accuracy, F1, Matthews' correlation (MCC), precision and recall of the property, labels in {0, 1}.

    A ratio whose denominator is zero is 0, as in scikit-learn.
    """
    if gold.shape != predicted.shape:
        raise ValueError(f"{gold.shape} gold labels against {predicted.shape} predictions")
    hit = int(((gold == 1) & (predicted == 1)).sum())
    missed = int(((gold == 1) & (predicted != 1)).sum())
    false = int(((gold == 0) & (predicted == 1)).sum())
    right = int(((gold == 0) & (predicted == 0)).sum())
    # Python's integers: the product of four counts overflows 64 bits at 100,000 rows.
    spread = math.sqrt((hit + false) * (hit + missed) * (right + false) * (right + missed))
    return {
        "accuracy": (hit + right) / len(gold),
        "f1": _ratio(2 * hit, 2 * hit + false + missed),
        "mcc": _ratio(hit * right - false * missed, spread),
        "precision": _ratio(hit, hit + false),
        "recall": _ratio(hit, hit + missed),
    }


def majority(gold_train: Labels, rows: int) -> Labels:
    """Label every row with the more frequent class of the training rows: the baseline that knows no RTT."""
    return np.full(rows, int(gold_train.mean() > 0.5), dtype=np.int8)


def over_runs(values: Sequence[float]) -> dict[str, Any]:
    """Return mean, 95 % interval (Student's t over the runs) and the runs themselves."""
    mean = math.fsum(values) / len(values)
    half = _half_width(values, mean)
    return {"mean": mean, "ci95": [mean - half, mean + half], "runs": list(values)}


def _half_width(values: Sequence[float], mean: float) -> float:
    from scipy.stats import t

    n = len(values)
    if n < 2:
        return 0.0
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return float(t.ppf(0.975, n - 1)) * math.sqrt(variance / n)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0

"""Scores of predicted against gold labels, and means over runs with their 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
MEASURES = ("accuracy", "balanced_accuracy", "f1", "macro_f1", "mcc", "precision", "recall")


def scores(gold: Labels, predicted: Labels) -> dict[str, float]:
    """Return accuracy, F1, Matthews' correlation (MCC), precision and recall of the property, labels in {0, 1}.

    ``macro_f1`` is the mean of the property's F1 and NORMAL's, ``balanced_accuracy`` that of both recalls. A ratio
    whose denominator is zero is 0, as in scikit-learn.
    """
    if gold.shape != predicted.shape:
        raise ValueError(f"{gold.shape} gold labels against {predicted.shape} predictions")
    hit = int(((gold == 1) & (predicted == 1)).sum())
    missed = int(((gold == 1) & (predicted != 1)).sum())
    false = int(((gold == 0) & (predicted == 1)).sum())
    right = int(((gold == 0) & (predicted == 0)).sum())
    # Python's integers: the product of four counts overflows 64 bits at 100,000 rows.
    spread = math.sqrt((hit + false) * (hit + missed) * (right + false) * (right + missed))
    f1 = _ratio(2 * hit, 2 * hit + false + missed)
    return {
        "accuracy": (hit + right) / len(gold),
        "balanced_accuracy": (_ratio(hit, hit + missed) + _ratio(right, right + false)) / 2,
        "f1": f1,
        "macro_f1": (f1 + _ratio(2 * right, 2 * right + false + missed)) / 2,
        "mcc": _ratio(hit * right - false * missed, spread),
        "precision": _ratio(hit, hit + false),
        "recall": _ratio(hit, hit + missed),
    }


def average_precision(gold: Labels, probability: NDArray[np.floating[Any]]) -> float:
    """Return the area under the precision-recall curve of the property (scikit-learn's average precision)."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(gold, probability))


def event_scores(gold: Labels, predicted: Labels) -> dict[str, float]:
    """Score events, which are runs of 1: found, when, for how long.

    ``found``: share of gold events that a predicted one overlaps. ``true``: share of predicted events that overlap a
    gold one. ``late``: mean pings from a found event's beginning to its first predicted ping. ``covered``: mean share
    of a found event's pings that are predicted. NaN where there is nothing to average.
    """
    begins, ends = events(gold)
    hits = np.concatenate([[0], np.cumsum(predicted == 1)])
    overlaps = hits[ends] - hits[begins]
    found = overlaps > 0
    said_begins, said_ends = events(predicted)
    marked = np.concatenate([[0], np.cumsum(gold == 1)])
    true = marked[said_ends] > marked[said_begins]
    first = np.searchsorted(hits, hits[begins[found]] + 1) - 1
    return {
        "found": _mean(found),
        "true": _mean(true),
        "late": _mean(first - begins[found]),
        "covered": _mean(overlaps[found] / (ends - begins)[found]),
    }


def events(labels: Labels) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where runs of 1 begin and where they end (exclusive)."""
    edges = np.diff(np.concatenate([[0], (labels == 1).astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


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


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0

"""Scores of predicted against gold labels, ping by ping and event by event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.intervals import ANY, SIGNED, UNIT

Labels = NDArray[np.int8]
Floats = NDArray[np.floating[Any]]
Scores = Mapping[str, float | None]
EVENTS = ("found", "true", "late", "covered")
PINGS = ("accuracy", "balanced_accuracy", "f1", "macro_f1", "mcc", "precision", "recall", "average_precision")
MEASURES = (*PINGS, *EVENTS, "left_out")
SCALES = {**dict.fromkeys(MEASURES, UNIT), "mcc": SIGNED, "late": ANY}
"""Where each ends: a share between 0 and 1, a correlation from -1 on, pings without end on either side."""


def scores(gold: Labels, predicted: Labels, positive: Floats | None = None) -> dict[str, float | None]:
    """Return the scores of labels in {0, 1} as scikit-learn defines them, to the last bit.

    Precision, recall, F1 and MCC speak of the property. Rows that are labelled -1 are left out, and ``left_out`` is
    their share; with no row left there are no scores. ``macro_f1`` is the mean of the property's F1 and NORMAL's.
    ``positive``, P(property), is ranked for the average precision; without it the labels are. A ratio whose
    denominator is zero is 0. Written out, because a study takes tens of thousands and scikit-learn's checks of its
    arguments take a hundred times as long as the sums.
    """
    if gold.shape != predicted.shape:
        raise ValueError(f"{gold.shape} gold labels against {predicted.shape} predictions")
    kept = predicted >= 0
    left_out = 1 - float(kept.mean())
    if not kept.any():
        return {**dict.fromkeys(PINGS, None), "left_out": left_out}
    y, said = gold[kept], predicted[kept]
    ranked = (said if positive is None else positive[kept]).astype(np.float64)
    (tn, fp), (fn, tp) = np.bincount(2 * y + said, minlength=4).reshape(2, 2).tolist()
    of_normal, of_property = (_ratio(2 * right, 2 * right + fn + fp) for right in (tn, tp))
    there = [_ratio(right, right + wrong) for right, wrong in ((tn, fp), (tp, fn)) if right + wrong]
    return {
        "accuracy": (tp + tn) / len(y),
        "balanced_accuracy": math.fsum(there) / len(there),
        "f1": of_property,
        "macro_f1": (of_normal + of_property) / 2,
        "mcc": _correlation(float(tn), float(fp), float(fn), float(tp)),
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "average_precision": _average_precision(y == 1, ranked) if tp + fn else None,
        "left_out": left_out,
    }


def _ratio(of: float, all_of: float) -> float:
    return of / all_of if all_of else 0.0


def _correlation(tn: float, fp: float, fn: float, tp: float) -> float:
    """Return Matthews's correlation; 0 where all gold labels, or all predicted ones, are the same."""
    n, right = tn + fp + fn + tp, tn + tp
    gold, said = (tn + fp, fn + tp), (tn + fn, fp + tp)
    within = [n * n - (a * a + b * b) for a, b in (said, gold)]
    spread = within[0] * within[1]
    return float((right * n - (gold[0] * said[0] + gold[1] * said[1])) / np.sqrt(spread)) if spread else 0.0


def _average_precision(true: NDArray[np.bool_], ranked: Floats) -> float:
    """Return the mean precision over the steps of recall, from the highest rank down; equal ranks are one step."""
    order = np.argsort(-ranked, kind="stable")
    last = np.append(np.flatnonzero(np.diff(ranked[order])), len(order) - 1)
    found = np.cumsum(true[order])[last]
    precision, recall = found / (last + 1), found / found[-1]
    # From the lowest rank up: scikit-learn's order of sums.
    return float(max(0.0, -np.sum(np.diff(np.append(recall[::-1], 0.0)) * precision[::-1])))


def event_scores(gold: Labels, predicted: Labels, within: int = 0) -> dict[str, float | None]:
    """Score events, which are runs of 1 in the order of time: found, when, for how long.

    ``found``: share of gold events that a predicted one overlaps, or comes within so many pings of. ``true``: share of
    predicted events that overlap a gold one likewise. ``late``: mean pings from a found event's beginning to its first
    predicted ping. ``covered``: mean share of a found event's pings that are predicted. None where there is nothing
    to average.
    """
    begins, ends = events(gold)
    wide_begins, wide_ends = np.maximum(begins - within, 0), np.minimum(ends + within, len(gold))
    hits = _before(predicted == 1)
    found = hits[wide_ends] > hits[wide_begins]
    near_gold = np.zeros(len(gold) + 1, dtype=np.int64)
    np.add.at(near_gold, wide_begins, 1)
    np.add.at(near_gold, wide_ends, -1)
    marked = _before(np.cumsum(near_gold[:-1]) > 0)
    said_begins, said_ends = events(predicted)
    first = np.searchsorted(hits, hits[wide_begins[found]] + 1) - 1
    overlaps = hits[ends] - hits[begins]
    return {
        "found": _mean(found),
        "true": _mean(marked[said_ends] > marked[said_begins]),
        "late": _mean(first - begins[found]),
        "covered": _mean(overlaps[found] / (ends - begins)[found]),
    }


def events(labels: Labels) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where runs of 1 begin and where they end (exclusive)."""
    edges = np.diff(np.concatenate([[0], (labels == 1).astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _before(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(holds)])


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None

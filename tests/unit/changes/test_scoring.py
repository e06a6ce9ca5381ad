"""The published definitions, by hand and by brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.changes.scoring import WITHIN, Score, f_score, matched, median_with_interval, score, weights

at = st.lists(st.integers(1, 30), min_size=1, max_size=5, unique=True).map(sorted).map(np.array)


@given(at, at)
def test_as_many_pairs_as_possible_and_as_near_as_possible(labels: np.ndarray, found: np.ndarray) -> None:
    hit, by = matched(labels, found)
    pairs = [(a, b) for a in range(len(labels)) for b in range(len(found)) if abs(labels[a] - found[b]) <= WITHIN]
    most, nearest = 0, 0
    for size in range(len(pairs), 0, -1):
        for chosen in itertools.combinations(pairs, size):
            if len({a for a, _ in chosen}) == len({b for _, b in chosen}) == size:
                apart = sum(abs(labels[a] - found[b]) for a, b in chosen)
                most, nearest = (size, apart) if size > most or apart < nearest else (most, nearest)
        if most:
            break
    assert len(hit) == len(by) == most
    assert np.abs(labels[hit] - found[by]).sum() == nearest


def test_two_labels_share_no_change_point() -> None:
    hit, by = matched(np.array([10, 12]), np.array([12, 13]))
    assert (hit.tolist(), by.tolist()) == ([0, 1], [0, 1])
    assert matched(np.array([10, 12]), np.array([11]))[0].tolist() in ([0], [1])
    assert matched(np.array([10]), np.array([13]))[0].tolist() == []


def test_a_label_weighs_by_what_changes_and_for_how_long() -> None:
    rtt = np.array([10.0] * 6 + [14.0] * 12 + [14.0, 16.0] * 12 + [math.nan] * 3)
    # Median and sd of each level: 10 and 0, 14 and 0, 15 and 1; losses count as -3, and three pings weigh nothing.
    expected = [math.log2(12 / 3) * 4, math.log2(24 / 3) * 2, 0]
    assert weights(rtt, np.array([6, 18, 42])) == pytest.approx(expected)


def test_a_series_is_scored() -> None:
    rtt = np.array([10.0] * 6 + [14.0] * 12 + [14.0, 16.0] * 12)
    found = score(rtt, np.array([6, 18]), np.array([4, 9, 30]))
    assert (found.precision, found.recall) == (1 / 3, 1 / 2)
    assert found.weighted_recall == pytest.approx(8 / 14)
    assert found.f1 == pytest.approx(2 * 1 / 3 * 1 / 2 / (1 / 3 + 1 / 2))
    assert found.f2 == pytest.approx(5 * (1 / 6) / (4 / 3 + 1 / 2))
    assert found.weighted_f2 == pytest.approx(f_score(1 / 3, 8 / 14, 2))
    nothing = score(rtt, np.array([6]), np.array([], dtype=np.intp))
    assert (nothing, nothing.f1, nothing.weighted_f2) == (Score(0, 0, 0), 0, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_an_interval_holds_its_median_and_comes_out_twice(values: list[float]) -> None:
    median, low, high = median_with_interval(values, seed=3, draws=200)
    assert min(values) <= low <= median <= high <= max(values)
    assert (median, low, high) == median_with_interval(values, seed=3, draws=200)

"""Decoding over time, against an exhaustive search."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from artifact.approaches._decoding import decode


def score(labels: tuple[int, ...], evidence: list[float], length: float, gap: float) -> float:
    """Log probability of a labelling; the state before the first ping is either, with the same probability."""
    leave, enter = 1 / length, 1 / gap
    step = {(0, 0): 1 - enter, (0, 1): enter, (1, 1): 1 - leave, (1, 0): leave}
    total = max(np.log(step[before, labels[0]]) for before in (0, 1))
    total += sum(np.log(step[pair]) for pair in pairwise(labels))
    return float(total + sum(e for label, e in zip(labels, evidence, strict=True) if label))


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=9), st.floats(2, 50), st.floats(2, 50))
def test_it_finds_the_most_probable_labels(evidence: list[float], length: float, gap: float) -> None:
    found = decode(np.array(evidence), length, gap)
    best = max(score(labels, evidence, length, gap) for labels in product((0, 1), repeat=len(evidence)))
    assert score(tuple(found.tolist()), evidence, length, gap) > best - 1e-6


def test_a_lonely_ping_does_not_make_a_swell_and_a_gap_does_not_end_one() -> None:
    evidence = np.full(1_000, -1.0)
    evidence[500] = 1.0
    assert decode(evidence, 250, 1_000).sum() == 0
    evidence[300:600] = 1.0
    evidence[450] = -1.0
    assert decode(evidence, 250, 1_000).tolist() == [int(300 <= i < 600) for i in range(1_000)]


def test_a_series_of_one_ping_is_decoded() -> None:
    assert decode(np.array([3.0]), 250, 1_000).tolist() == [1]
    assert decode(np.array([-3.0]), 250, 1_000).tolist() == [0]


def test_the_log_odds_are_left_as_they_were() -> None:
    odds = np.linspace(-2, 2, 33)
    before = odds.copy()
    decode(odds, 5, 20)
    assert np.array_equal(odds, before)

"""Decoding over time, against an exhaustive search."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.approaches._decoding import Chain, counted, decode, smoothed, smoothed_and_counted, stretches_of


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


def paths(odds: list[float], chain: Chain, steps: list[int]) -> dict[tuple[int, ...], float]:
    """Return the probability of each labelling, by going through all of them."""
    step = np.array([[1 - chain.enter, chain.enter], [chain.leave, 1 - chain.leave]])
    share = chain.enter / (chain.enter + chain.leave)
    found = {}
    for labels in product((0, 1), repeat=len(odds)):
        likely = (1 - share, share)[labels[0]] * np.exp(
            sum(odd for label, odd in zip(labels, odds, strict=True) if label)
        )
        for (one, other), many in zip(pairwise(labels), steps, strict=True):
            likely *= np.linalg.matrix_power(step, many)[one, other]
        found[labels] = float(likely)
    return {labels: likely / sum(found.values()) for labels, likely in found.items()}


probabilities = st.floats(0.02, 0.98)


@given(st.lists(st.tuples(st.floats(-4, 4), st.integers(1, 3)), min_size=1, max_size=7), probabilities, probabilities)
def test_smoothing_sums_over_all_labellings(given_: list[tuple[float, int]], enter: float, leave: float) -> None:
    """Each ping's probability, and the moves between neighbours that are expected: half a move of each is added."""
    odds, steps = [odd for odd, _ in given_], [many for _, many in given_[1:]]
    likely = paths(odds, Chain(enter, leave), steps)
    pings = stretches_of(np.arange(len(odds)), len(odds), np.array(steps, dtype=np.int64))
    positive, chain = smoothed_and_counted(np.array(odds), Chain(enter, leave), pings)
    assert np.array_equal(smoothed(np.array(odds), Chain(enter, leave), pings), positive)
    expected = np.sum([likely[labels] * np.array(labels) for labels in likely], axis=0)
    assert np.allclose(positive, expected, atol=1e-9)
    moves = np.full((2, 2), 0.5)
    for labels, share in likely.items():
        for pair, many in zip(pairwise(labels), steps, strict=True):
            moves[pair] += share * (many == 1)
    assert np.isclose(chain.enter, moves[0, 1] / moves[0].sum())
    assert np.isclose(chain.leave, moves[1, 0] / moves[1].sum())


def test_smoothing_overcomes_no_certainty_and_a_long_series() -> None:
    odds = np.where(np.arange(20_001) % 1_000 < 100, 40.0, -40.0)
    pings = stretches_of((odds > 0).astype(np.intp), 2)
    positive, chain = smoothed_and_counted(np.array([-40.0, 40.0]), Chain(0.001, 0.01), pings)
    assert np.array_equal(positive > 0.5, odds > 0)
    assert 1 / chain.leave == pytest.approx(100, rel=0.05)
    assert 1 / chain.enter == pytest.approx(900, rel=0.05)


def test_labels_are_counted_as_they_stand() -> None:
    """Two moves in, one out; a move over a gap is none."""
    positive = np.array([0, 0, 1, 1, 0, 0, 1.0])
    chain = counted(positive, np.array([1, 1, 1, 1, 1, 1]))
    assert (chain.enter, chain.leave) == (2.5 / 5, 1.5 / 3)
    assert counted(positive, np.array([1, 1, 1, 1, 1, 2])).enter == 1.5 / 4

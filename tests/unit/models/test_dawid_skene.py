"""Dawid and Skene's model against votes whose making is known."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.models.dawid_skene import DawidSkeneModel


def drawn(rows: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Votes of four functions, right with .9, abstaining on a third of the rows."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(rows) < share).astype(np.int8)
    votes = np.where(rng.random((rows, 4)) < 0.9, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    votes[rng.random((rows, 4)) < 0.33] = -1
    return votes, gold


def test_it_learns_the_class_balance_and_the_confusion_tables() -> None:
    votes, gold = drawn(20_000, 0.1, 1)
    model = DawidSkeneModel.fit(votes)
    assert model.pi[1] == pytest.approx(0.1, abs=0.02)
    assert model.theta[:, 1, 2] == pytest.approx([0.6] * 4, abs=0.05)  # .67 x .9
    labels = (model.probabilities(votes)[:, 1] > 0.5).astype(np.int8)
    # Bayes' rule with the true tables reaches no more.
    known = DawidSkeneModel(np.tile([[0.33, 0.603, 0.067], [0.33, 0.067, 0.603]], (4, 1, 1)), np.array([0.9, 0.1]))
    bayes = (known.probabilities(votes)[:, 1] > 0.5).astype(np.int8)
    assert (labels == gold).mean() > (bayes == gold).mean() - 0.002


def test_probabilities_sum_to_one_and_repeat() -> None:
    votes, _ = drawn(500, 0.3, 2)
    first, second = (DawidSkeneModel.fit(votes).probabilities(votes) for _ in range(2))
    assert first.sum(axis=1) == pytest.approx(np.ones(500))
    assert np.array_equal(first, second)


def test_votes_that_all_abstain_are_no_error() -> None:
    silent = np.full((10, 3), -1, dtype=np.int8)
    assert np.isfinite(DawidSkeneModel.fit(silent).probabilities(silent)).all()

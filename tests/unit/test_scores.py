"""Scores against scikit-learn, intervals against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from artifact.scores import event_scores, events, majority, over_runs, scores

pairs = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


@given(pairs)
def test_they_are_scikit_learns(rows: list[tuple[int, int]]) -> None:
    gold, predicted = np.array(rows, dtype=np.int8).T
    ours = scores(gold, predicted)
    assert ours["accuracy"] == pytest.approx(metrics.accuracy_score(gold, predicted))
    assert ours["f1"] == pytest.approx(metrics.f1_score(gold, predicted, zero_division=0))
    assert ours["macro_f1"] == pytest.approx(
        metrics.f1_score(gold, predicted, labels=[0, 1], average="macro", zero_division=0)
    )
    if 0 < gold.sum() < len(gold):
        assert ours["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(gold, predicted))
    assert ours["mcc"] == pytest.approx(metrics.matthews_corrcoef(gold, predicted))
    assert ours["precision"] == pytest.approx(metrics.precision_score(gold, predicted, zero_division=0))
    assert ours["recall"] == pytest.approx(metrics.recall_score(gold, predicted, zero_division=0))


def test_an_abstain_counts_as_wrong() -> None:
    assert scores(np.array([1, 0], dtype=np.int8), np.array([-1, -1], dtype=np.int8))["accuracy"] == 0


def test_shapes_must_match() -> None:
    with pytest.raises(ValueError, match="against"):
        scores(np.zeros(3, dtype=np.int8), np.zeros(2, dtype=np.int8))


def test_the_interval_is_students() -> None:
    values = [0.87, 0.88, 0.9, 0.86]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert over_runs(values)["ci95"] == pytest.approx([low, high])
    assert over_runs([0.5])["ci95"] == [0.5, 0.5]


def test_the_majority_is_taken_from_the_training_rows() -> None:
    assert majority(np.array([0, 0, 1], dtype=np.int8), 2).tolist() == [0, 0]
    assert majority(np.array([1, 0, 1], dtype=np.int8), 2).tolist() == [1, 1]


def test_events_are_runs_of_the_property() -> None:
    begins, ends = events(np.array([1, 1, 0, 0, 1, 0, 1], dtype=np.int8))
    assert begins.tolist() == [0, 4, 6]
    assert ends.tolist() == [2, 5, 7]


def test_an_event_is_found_late_or_in_part() -> None:
    gold = np.array([0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0], dtype=np.int8)
    said = np.array([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1], dtype=np.int8)
    assert event_scores(gold, said) == {"found": 0.5, "true": 0.5, "late": 2.0, "covered": 0.5}


def test_without_events_there_is_nothing_to_average() -> None:
    silent = np.zeros(5, dtype=np.int8)
    assert all(np.isnan(value) for value in event_scores(silent, silent).values())

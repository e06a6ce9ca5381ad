"""Scores worked out by hand; the ones of the pings also against scikit-learn, as the paper names them."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from artifact.scores import EVENTS, MEASURES, PINGS, event_scores, events, scores


def labels(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int8)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 9)), min_size=1, max_size=60))
def test_they_are_scikit_learns_to_the_last_bit(rows: list[tuple[int, int, int]]) -> None:
    gold, predicted, ranks = np.array(rows, dtype=np.int8).T
    ours, ranked, zero = scores(gold, predicted, ranks / 7), ranks / 7, {"zero_division": 0}
    assert ours["accuracy"] == metrics.accuracy_score(gold, predicted)
    assert ours["f1"] == metrics.f1_score(gold, predicted, **zero)
    assert ours["macro_f1"] == metrics.f1_score(gold, predicted, labels=[0, 1], average="macro", **zero)
    if 0 < gold.sum() < len(gold):
        assert ours["balanced_accuracy"] == metrics.balanced_accuracy_score(gold, predicted)
    assert ours["mcc"] == metrics.matthews_corrcoef(gold, predicted)
    assert ours["precision"] == metrics.precision_score(gold, predicted, **zero)
    assert ours["recall"] == metrics.recall_score(gold, predicted, **zero)
    if gold.any():
        assert ours["average_precision"] == metrics.average_precision_score(gold, ranked)


def test_the_golden_case() -> None:
    """4 pings with the property, 6 without: 3 found and 1 missed, 2 false alarms and 4 not."""
    gold = labels(1, 1, 1, 1, 0, 0, 0, 0, 0, 0)
    said = labels(1, 1, 1, 0, 1, 1, 0, 0, 0, 0)
    ranked = np.array([0.9, 0.8, 0.6, 0.3, 0.7, 0.55, 0.2, 0.1, 0.1, 0.1])
    assert scores(gold, said, ranked) == pytest.approx(
        {
            "accuracy": 7 / 10,
            "balanced_accuracy": (3 / 4 + 4 / 6) / 2,
            "f1": 2 * 3 / (2 * 3 + 2 + 1),
            "macro_f1": (6 / 9 + 2 * 4 / (2 * 4 + 1 + 2)) / 2,
            "mcc": (3 * 4 - 2 * 1) / sqrt(5 * 4 * 6 * 5),
            "precision": 3 / 5,
            "recall": 3 / 4,
            # Found as 1st, 2nd, 4th and 6th of the ranking.
            "average_precision": (1 / 1 + 2 / 2 + 3 / 4 + 4 / 6) / 4,
            "left_out": 0.0,
        }
    )


def test_without_a_posterior_the_labels_are_ranked() -> None:
    # Both labelled 1 tie: one threshold with precision 1/2 and recall 1.
    assert scores(labels(1, 0, 0), labels(1, 1, 0))["average_precision"] == 0.5


def test_rows_that_are_labelled_minus_1_count_neither_for_nor_against() -> None:
    gold, said = labels(1, 0, 1, 0, 0), labels(1, 0, -1, -1, 1)
    positive = np.array([0.9, 0.1, 0.5, 0.5, 0.6])
    ours = scores(gold, said, positive)
    assert ours.pop("left_out") == pytest.approx(2 / 5)
    answered = scores(gold[said >= 0], said[said >= 0], positive[said >= 0])
    assert answered.pop("left_out") == 0
    assert ours == answered
    assert ours["accuracy"] == pytest.approx(2 / 3)
    assert ours["average_precision"] == 1.0


def test_with_every_row_left_out_there_is_no_score() -> None:
    ours = scores(labels(1, 0), labels(-1, -1))
    assert ours == {**dict.fromkeys(PINGS, None), "left_out": 1.0}


def test_without_the_property_there_is_nothing_to_rank_and_no_recall() -> None:
    ours = scores(labels(0, 0, 0, 0), labels(0, 0, 0, 1))
    assert ours["average_precision"] is None
    assert (ours["accuracy"], ours["recall"], ours["precision"], ours["f1"], ours["mcc"]) == (0.75, 0, 0, 0, 0)
    assert ours["balanced_accuracy"] == 0.75  # over the classes that are there


def test_saying_nothing_of_the_property_is_worth_nothing() -> None:
    """The majority class: accurate, and blind."""
    ours = scores(labels(*[0] * 99, 1), labels(*[0] * 100))
    assert ours["accuracy"] == 0.99
    assert ours["balanced_accuracy"] == 0.5
    assert (ours["f1"], ours["mcc"], ours["precision"]) == (0, 0, 0)
    assert ours["average_precision"] == pytest.approx(0.01)


def test_every_measure_is_there() -> None:
    gold = labels(0, 1)
    assert (*scores(gold, gold), *event_scores(gold, gold)) == (*PINGS, "left_out", *EVENTS)
    assert set(MEASURES) == {*PINGS, "left_out", *EVENTS}


def test_shapes_must_match() -> None:
    with pytest.raises(ValueError, match="against"):
        scores(np.zeros(3, dtype=np.int8), np.zeros(2, dtype=np.int8))


def test_events_are_runs_of_the_property() -> None:
    begins, ends = events(labels(1, 1, 0, 0, 1, 0, 1))
    assert begins.tolist() == [0, 4, 6]
    assert ends.tolist() == [2, 5, 7]
    assert [of.tolist() for of in events(labels(-1, 1, -1))] == [[1], [2]]


def test_an_event_is_found_late_or_in_part() -> None:
    gold = labels(0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0)
    said = labels(0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1)
    assert event_scores(gold, said) == {"found": 0.5, "true": 0.5, "late": 2.0, "covered": 0.5}


WITHIN = [
    # within, found, true, late, covered; the gold event is ping 5, the predicted one ping 8
    (0, 0.0, 0.0, None, None),
    (2, 0.0, 0.0, None, None),
    (3, 1.0, 1.0, 3.0, 0.0),
    (100, 1.0, 1.0, 3.0, 0.0),
]


@pytest.mark.parametrize(("within", "found", "true", "late", "covered"), WITHIN)
def test_an_event_may_be_found_nearby(
    within: int, found: float, true: float, late: float | None, covered: float | None
) -> None:
    gold, said = np.zeros((2, 12), dtype=np.int8)
    gold[5] = said[8] = 1
    assert event_scores(gold, said, within) == {"found": found, "true": true, "late": late, "covered": covered}


def test_a_label_before_the_event_is_early() -> None:
    gold, said = np.zeros((2, 12), dtype=np.int8)
    gold[5:8] = 1
    said[4] = said[6] = 1
    assert event_scores(gold, said, within=1) == {"found": 1.0, "true": 1.0, "late": -1.0, "covered": 1 / 3}
    assert event_scores(gold, said) == {"found": 1.0, "true": 0.5, "late": 1.0, "covered": 1 / 3}


def test_events_at_the_ends_of_a_series_are_found() -> None:
    gold = labels(1, 0, 0, 0, 0, 1)
    assert event_scores(gold, labels(0, 1, 0, 0, 1, 0), within=1) == {
        "found": 1.0,
        "true": 1.0,
        "late": 0.0,  # one ping late, one early
        "covered": 0.0,
    }


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 1)), min_size=1, max_size=40), st.integers(0, 5))
def test_event_scores_are_those_of_a_plain_loop(rows: list[tuple[int, int]], within: int) -> None:
    gold, said = np.array(rows, dtype=np.int8).T
    spans = [list(zip(*(of.tolist() for of in events(one)), strict=True)) for one in (gold, said)]
    wide = [range(max(begin - within, 0), min(end + within, len(gold))) for begin, end in spans[0]]
    hits = [[i for i in around if said[i] == 1] for around in wide]
    near = {i for around in wide for i in around}
    found = [(span, hit) for span, hit in zip(spans[0], hits, strict=True) if hit]

    def mean(values: list[float]) -> float | None:
        return pytest.approx(sum(values) / len(values)) if values else None

    assert event_scores(gold, said, within) == {
        "found": mean([float(bool(hit)) for hit in hits]),
        "true": mean([float(any(i in near for i in range(*span))) for span in spans[1]]),
        "late": mean([hit[0] - span[0] for span, hit in found]),
        "covered": mean([float((said[span[0] : span[1]] == 1).mean()) for span, _ in found]),
    }


def test_without_events_there_is_nothing_to_average() -> None:
    silent = np.zeros(5, dtype=np.int8)
    assert event_scores(silent, silent) == dict.fromkeys(EVENTS, None)

"""Patterns of votes: NumPy's distinct rows, and parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from artifact.labeling import patterns
from artifact.labeling.engines import LabelMatrix
from artifact.labeling.patterns import Patterns, counts_of, each_row, patterns_of

SHAPES = st.tuples(st.integers(1, 60), st.sampled_from([1, 3, 4, 5, 6, 10, 11, 20, 21, 45]))
VOTES = SHAPES.flatmap(lambda shape: arrays(np.int8, shape, elements=st.integers(-1, 1)))


def assert_same(one: Patterns, other: Patterns) -> None:
    np.testing.assert_array_equal(one.votes, other.votes, strict=True)
    np.testing.assert_array_equal(one.counts, other.counts, strict=True)


@given(VOTES, st.sampled_from("CF"))
def test_they_are_the_distinct_rows_in_ascending_order(votes: LabelMatrix, order: str) -> None:
    found, inverse = patterns_of(np.asarray(votes, order=order))  # type: ignore[call-overload]
    expected, counts = np.unique(votes, axis=0, return_counts=True)
    assert_same(found, Patterns(expected, counts))
    assert np.array_equal(found.votes[inverse], votes)
    assert found.rows == len(votes)
    assert_same(counts_of(votes), found)


@given(VOTES, st.data())
def test_parts_add_up_to_the_whole(votes: LabelMatrix, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(votes)))
    assert_same(patterns_of(votes[:cut])[0] + patterns_of(votes[cut:])[0], patterns_of(votes)[0])


@given(VOTES)
def test_each_row_has_what_its_pattern_is_given(votes: LabelMatrix) -> None:
    asked = []

    def doubled(patterns_: LabelMatrix) -> LabelMatrix:
        asked.append(patterns_)
        return 2 * patterns_

    assert np.array_equal(each_row(votes, doubled), 2 * votes)
    np.testing.assert_array_equal(asked, [np.unique(votes, axis=0)], strict=True)


@given(VOTES)
def test_blocks_change_nothing(votes: LabelMatrix) -> None:
    whole, inverse = patterns_of(votes)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(patterns, "BLOCK", 7)
        again, others = patterns_of(votes)
    assert_same(whole, again)
    assert np.array_equal(inverse, others)


def test_more_pairs_of_patterns_than_are_counted_are_sorted() -> None:
    votes = np.random.default_rng(1).integers(-1, 2, (800, 22)).astype(np.int8)
    found, inverse = patterns_of(votes)
    assert len(found.votes) ** 2 > patterns.SYMBOLS**patterns.COUNTED
    assert_same(found, Patterns(*np.unique(votes, axis=0, return_counts=True)))
    assert np.array_equal(found.votes[inverse], votes)

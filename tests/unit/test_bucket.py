"""The bucket of section 3.2, against pandas and against itself in the other engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.bucket import ColumnSeries, RowBucket, get_bucket
from artifact.trace.series import LONGEST_RTT_US

rtts = st.lists(st.one_of(st.just(0), st.integers(1, 200_000), st.integers(1, LONGEST_RTT_US)), min_size=1, max_size=80)
sizes = st.integers(1, 12).map(lambda half: 2 * half)


def test_a_bucket_reaches_half_its_size_to_either_side() -> None:
    series = pd.Series(range(100))
    assert list(get_bucket(series, 50, 6)) == [47, 48, 49, 50, 51, 52]
    assert list(get_bucket(series, 1, 6)) == [0, 1, 2, 3]
    assert list(get_bucket(series, 99, 6)) == [96, 97, 98, 99]


def test_prior_buckets_end_where_the_bucket_begins() -> None:
    series = pd.Series(np.arange(1, 101) * 1000)
    prior = RowBucket(series, 50, 6).prior(2)
    assert prior.size == 12
    assert prior.mean == np.mean(np.arange(36, 48))  # values at indices 35 to 46, in ms
    assert np.isnan(RowBucket(series, 2, 6).prior(2).mean)


def test_statistics_are_pandas_own_over_answered_pings() -> None:
    rng = np.random.default_rng(1)
    pings = pd.Series(rng.integers(0, 3, 60) * rng.integers(5_000, 20_000, 60))
    bucket = RowBucket(pings, 30, 20)
    answered = pings[20:40][pings[20:40] != 0] / 1000
    assert bucket.answered == len(answered)
    assert bucket.mean == pytest.approx(answered.mean(), rel=1e-12)
    assert bucket.std == pytest.approx(answered.std(), rel=1e-9)
    assert bucket.min == answered.min()


@given(rtts, sizes, st.integers(1, 4))
def test_both_engines_have_the_same_statistics_to_the_last_bit(values: list[int], size: int, prior: int) -> None:
    pings = np.array(values, dtype=np.int64)
    columns = ColumnSeries(pings).bucket(size)
    before, wide = columns.prior(prior), columns.around(prior)
    for i in range(len(pings)):
        row = RowBucket(pd.Series(pings), i, size)
        for name in ("size", "answered", "mean", "std", "min", "median"):
            assert np.array_equal(getattr(row, name), getattr(columns, name)[i], equal_nan=True), name
            assert np.array_equal(getattr(row.prior(prior), name), getattr(before, name)[i], equal_nan=True), name
            assert np.array_equal(getattr(row.around(prior), name), getattr(wide, name)[i], equal_nan=True), name


def test_windows_are_computed_once() -> None:
    series = ColumnSeries(np.arange(10))
    assert series.bucket(4) is series.bucket(4)
    assert series.bucket(4).prior(3) is series.bucket(4).prior(3)

"""The bucket of section 3.2, against pandas and against itself in the other engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.labeling.bucket import ColumnSeries, RowBucket, SlicedBucket, get_bucket
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
    assert bucket.median == answered.median()


@pytest.mark.parametrize("kind", [RowBucket, SlicedBucket])
def test_the_halves_of_a_bucket_meet_at_the_ping(kind: type[RowBucket]) -> None:
    series = pd.Series(np.arange(1, 101) * 1000)
    bucket = kind(series, 50, 6)
    assert (bucket.earlier.size, bucket.later.size) == (3, 3)
    assert bucket.earlier.mean == np.mean([48, 49, 50])  # values at indices 47 to 49
    assert bucket.later.mean == np.mean([51, 52, 53])  # the ping itself, at index 50, is the first of the later ones
    assert np.isnan(kind(series, 0, 6).earlier.mean)
    assert kind(series, 99, 6).later.size == 1
    assert bucket.earlier.prior(1).mean == np.mean([42, 43, 44, 45, 46, 47])


STATISTICS = ("size", "answered", "mean", "std", "median")


def related(bucket: Any, buckets: int) -> dict[str, Any]:
    """Every bucket that a labeling function can reach from its own."""
    return {
        "itself": bucket,
        "prior": bucket.prior(buckets),
        "around": bucket.around(buckets),
        "earlier": bucket.earlier,
        "later": bucket.later,
        "before the earlier half": bucket.earlier.prior(buckets),
    }


@given(rtts, sizes, st.integers(1, 4))
def test_all_engines_have_the_same_statistics_to_the_last_bit(values: list[int], size: int, buckets: int) -> None:
    pings = np.array(values, dtype=np.int64)
    series, columns = pd.Series(pings), related(ColumnSeries(pings).bucket(size), buckets)
    for i in range(len(pings)):
        for kind in (RowBucket, SlicedBucket):
            for which, row in related(kind(series, i, size), buckets).items():
                for name in STATISTICS:
                    one, other = getattr(row, name), getattr(columns[which], name)[i]
                    assert np.array_equal(one, other, equal_nan=True), (kind.__name__, which, name)
                for share in (0.0, 0.25, 0.9, 1.0):
                    one, other = row.quantile(share), columns[which].quantile(share)[i]
                    assert np.array_equal(one, other, equal_nan=True), (kind.__name__, which, share)
                one, other = row.excess(size).quantile(0.9), columns[which].excess(size).quantile(0.9)[i]
                assert np.array_equal(one, other, equal_nan=True), (kind.__name__, which, "excess")


@given(rtts, st.integers(1, 4), st.lists(st.tuples(st.integers(-6, 2), st.integers(3, 12)), min_size=2, max_size=4))
def test_windows_of_a_block_that_reach_ever_further_see_what_lies_beyond_it(
    values: list[int], rows: int, windows: list[tuple[int, int]]
) -> None:
    pings = np.array(values, dtype=np.int64)
    for place, block in ColumnSeries(pings).blocks(rows):
        for begin, end in windows:
            whole = ColumnSeries(pings).window(0, begin, end)
            for name in STATISTICS:
                one, other = getattr(block.window(0, begin, end), name), getattr(whole, name)[place]
                assert np.array_equal(one, other, equal_nan=True), (name, begin, end)


def test_a_median_leaves_losses_out_and_there_is_none_of_nothing() -> None:
    pings = np.array([0, 9_000, 0, 5_000, 7_000, 0])
    assert RowBucket(pd.Series(pings), 3, 6).median == 7.0
    assert ColumnSeries(pings).bucket(6).median[3] == 7.0
    assert np.isnan(ColumnSeries(np.zeros(4, dtype=np.int64)).bucket(2).median).all()


def test_a_quantile_is_the_lower_of_two_answered_pings() -> None:
    pings = np.array([0, 9_000, 0, 5_000, 7_000, 8_000])
    for share, value in ((0, 5.0), (0.5, 7.0), (0.67, 8.0), (0.99, 8.0), (1, 9.0)):
        assert RowBucket(pd.Series(pings), 3, 6).quantile(share) == value
        assert ColumnSeries(pings).bucket(6).quantile(share)[3] == value


def test_an_excess_is_what_lies_above_both_sides() -> None:
    """A single high ping exceeds its surroundings; the first and the last of what lasts exceed one side alone."""
    single, lasting = np.full(40, 10_000), np.full(40, 10_000)
    single[20], lasting[15:25] = 30_000, 30_000
    lasting[3] = 0
    assert ColumnSeries(single).excess(8).rtt_us[18:23].tolist() == [1, 1, 20_000, 1, 1]
    excesses = ColumnSeries(lasting).excess(8).rtt_us
    assert excesses[3] == 0
    assert set(np.delete(excesses, 3)) == {1}
    assert RowBucket(pd.Series(single), 20, 6).excess(8).quantile(1) == 20
    assert RowBucket(pd.Series(lasting), 20, 6).excess(8).answered == 6


def test_figure_2_slices_the_series_anew_for_each_statistic(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the two differ in is time alone, so count the slices that take it."""
    sliced: list[int] = []
    take = type(pd.Series([0]).iloc).__getitem__
    monkeypatch.setattr(type(pd.Series([0]).iloc), "__getitem__", lambda self, key: sliced.append(1) or take(self, key))
    series, counts = pd.Series(np.arange(1, 101)), {}
    for kind in (RowBucket, SlicedBucket):
        sliced.clear()
        bucket = kind(series, 50, 6)
        _ = bucket.mean, bucket.std, bucket.mean
        counts[kind.__name__] = len(sliced)
    assert counts == {"RowBucket": 1, "SlicedBucket": 3}


def test_windows_are_computed_once() -> None:
    series = ColumnSeries(np.arange(10))
    assert series.bucket(4) is series.bucket(4)
    assert series.bucket(4).prior(3) is series.bucket(4).prior(3)

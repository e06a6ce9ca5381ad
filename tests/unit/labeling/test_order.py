"""Medians and quantiles in moving windows, against pandas'."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.order import medians, quantiles
from artifact.trace.series import LONGEST_RTT_US

RTT = st.one_of(st.just(0), st.integers(1, 9), st.integers(1, LONGEST_RTT_US))
SERIES = st.lists(RTT, min_size=1, max_size=120)
WIDTHS = st.integers(1, 120)
SHARES = st.one_of(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0]), st.floats(0, 1))


def by_pandas(rtt_us: np.ndarray, width: int, share: float | None = None) -> np.ndarray:
    rolling = pd.Series(np.where(rtt_us > 0, rtt_us, np.nan)).rolling(width, min_periods=1)
    found = rolling.median() if share is None else rolling.quantile(share, interpolation="lower")
    return found.to_numpy()[width - 1 :]


@given(SERIES, WIDTHS, SHARES)
@example([7], 1, 0.5)
@example([0], 1, 1.0)
@example([0, 0, 5, 0, 0, 0], 3, 0.75)
@example([5] * 40, 20, 0.9)
@example([0] * 60 + [1, 2, 3] + [0] * 60, 50, 0.98)
def test_they_are_pandas_own_to_the_last_bit(values: list[int], width: int, share: float) -> None:
    rtt_us = np.array(values, dtype=np.int64)
    width = min(width, len(rtt_us))
    np.testing.assert_array_equal(medians(rtt_us, width), by_pandas(rtt_us, width), strict=True)
    np.testing.assert_array_equal(quantiles(rtt_us, width, share), by_pandas(rtt_us, width, share), strict=True)


@pytest.mark.parametrize("lost", [0.0, 0.04, 0.5, 0.99])
@pytest.mark.parametrize("width", [25, 50, 2_000])
def test_so_they_are_in_wide_windows_of_a_long_series(lost: float, width: int) -> None:
    rng = np.random.default_rng(width)
    rtt_us = rng.integers(1, 60_000, 6_000) * (rng.random(6_000) >= lost)
    rtt_us[2_500:4_900] *= rng.random() < lost  # in some, nothing is answered for longer than a window
    np.testing.assert_array_equal(medians(rtt_us, width), by_pandas(rtt_us, width))
    for share in (0.1, 0.25, 0.75, 0.9, 0.98):
        np.testing.assert_array_equal(quantiles(rtt_us, width, share), by_pandas(rtt_us, width, share))


def test_all_windows_of_one_width_are_gone_through_once() -> None:
    """What comes before a ping is what came from another one on."""
    series = ColumnSeries(np.random.default_rng(1).integers(1, 99, 500))
    before, behind = series.bucket(50).earlier.median, series.bucket(50).later.median
    assert np.array_equal(before[25:], behind[:-25], equal_nan=True)
    assert np.shares_memory(series.window_median(-25, 0), series.window_median(0, 25))


@given(SERIES, st.integers(1, 40), st.integers(1, 60))
def test_blocks_have_those_of_the_whole(values: list[int], half: int, rows: int) -> None:
    whole = ColumnSeries(np.array(values, dtype=np.int64))
    expected = [of(whole) for of in statistics(2 * half)]
    for place, block in ColumnSeries(np.array(values, dtype=np.int64)).blocks(rows):
        for of, all_of in zip(statistics(2 * half), expected, strict=True):
            np.testing.assert_array_equal(of(block), all_of[place])


def statistics(size: int) -> list[Callable[[ColumnSeries], np.ndarray]]:
    return [
        lambda series: series.bucket(size).median,
        lambda series: series.bucket(size).quantile(0.9),
        lambda series: series.bucket(size).earlier.median,
        lambda series: series.bucket(size).later.quantile(0.1),
        lambda series: series.bucket(size).excess(4).quantile(0.98),
    ]

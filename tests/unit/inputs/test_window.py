"""The ping and its surroundings."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.inputs.window import WindowParameters, window
from artifact.labeling.bucket import ColumnSeries

READY = window.with_parameters(WindowParameters(near=4, far=20))


def test_it_compares_the_ping_to_a_short_and_a_long_while_around_it() -> None:
    rtt_us = np.full(41, 9_000)
    rtt_us[18:22] = 19_000  # the bucket of four around ping 20
    rtt_us[20] = 39_000
    seen = READY.of(ColumnSeries(rtt_us))
    assert seen.shape == (41, 3)
    # Ping 39, near median 19, far median 9.
    assert seen[20] == pytest.approx(np.log([40, 40 / 20, 20 / 10]))
    assert seen[0] == pytest.approx(np.log([10, 1, 1]))


def test_where_nothing_was_answered_there_is_nothing_to_compare_with() -> None:
    seen = READY.of(ColumnSeries(np.r_[np.zeros(30, dtype=np.int64), np.full(30, 9_000)]))
    assert seen[0].tolist() == [0, 0, 0]
    assert np.isfinite(seen).all()


def test_it_sees_half_a_window_to_either_side_and_nothing_beyond() -> None:
    one = np.random.default_rng(1).integers(5_000, 20_000, 60)
    beyond, within = one.copy(), one.copy()
    beyond[:20] = beyond[40:] = 1  # the far bucket of ping 30 holds pings 20 to 39
    within[20:28] = 1  # all of them outside the near one, pings 28 to 31
    seen, same, other = (READY.of(ColumnSeries(of))[30] for of in (one, beyond, within))
    assert np.array_equal(seen, same)
    assert np.array_equal(seen[:2], other[:2])
    assert seen[2] != other[2]

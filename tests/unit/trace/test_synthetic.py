"""The synthetic base against the ranges measured on real series to 8.8.8.8 (data/DATASHEET.md)."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.study import Study
from artifact.trace.synthetic import synthetic_trace


@pytest.mark.parametrize("seed", range(8))
def test_it_looks_like_a_home_line(study: Study, seed: int) -> None:
    trace = synthetic_trace(study.trace, np.random.default_rng(seed))
    assert len(trace) == 15_000
    answered = trace.rtt_us[trace.rtt_us > 0] / 1000
    median = np.median(answered)
    assert 5 <= median <= 15
    assert 1.7 <= np.quantile(answered, 0.99) / median <= 5
    assert 0.0002 <= (trace.rtt_us == 0).mean() <= 0.004
    # As in the measured series, single spikes are kept out of the correlation of levels.
    level = np.minimum(answered, np.quantile(answered, 0.995))
    level = level - level.mean()
    lag1 = (level[1:] * level[:-1]).mean() / level.var()
    assert 0.1 <= lag1 <= 0.3
    lag60 = (level[60:] * level[:-60]).mean() / level.var()
    assert lag60 > 0.05  # a slow level, not white noise


def test_it_repeats_and_differs(study: Study) -> None:
    one, again, other = (synthetic_trace(study.trace, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.rtt_us.tobytes() == again.rtt_us.tobytes()
    assert one.sha256 == again.sha256 != other.sha256

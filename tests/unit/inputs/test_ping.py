"""The paper's input: the RTT alone."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.inputs.ping import ping
from artifact.labeling.bucket import ColumnSeries
from artifact.parameters import NoParameters


def test_it_is_the_logarithm_of_the_ping_and_0_for_a_loss() -> None:
    seen = ping.with_parameters(NoParameters()).of(ColumnSeries(np.array([0, 1_000, 99_000])))
    assert seen == pytest.approx(np.log([[1], [2], [100]]))


def test_it_sees_nothing_of_the_pings_around() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.integers(1, 90_000, (2, 100))
    other[50] = one[50]
    ready = ping.with_parameters(NoParameters())
    assert ready.of(ColumnSeries(one))[50] == ready.of(ColumnSeries(other))[50]

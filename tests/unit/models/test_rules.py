"""Rules of thumb on series where the answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.models.rules import RULES
from artifact.study import Study


@pytest.fixture(scope="module")
def calm() -> np.ndarray:
    return np.random.default_rng(4).normal(10_000, 500, 6_000).round().astype(np.int64)


def test_a_spike_is_noise_and_a_dip_or_a_loss_is_not(study: Study, calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[100], rtt_us[200], rtt_us[300] = 60_000, 100, 0
    assert np.flatnonzero(RULES["noise"](rtt_us, study.rules)).tolist() == [100]


def test_zero_is_an_outage(study: Study, calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[50:60] = 0
    assert np.flatnonzero(RULES["outage"](rtt_us, study.rules)).tolist() == list(range(50, 60))


def test_a_raised_block_is_a_swell(study: Study, calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[3_000:3_300] += 9_000
    found = np.flatnonzero(RULES["swell"](rtt_us, study.rules))
    assert abs(found[0] - 3_000) <= 3
    assert abs(found[-1] - 3_299) <= 3
    assert len(found) == found[-1] - found[0] + 1

"""The rules that a practitioner would write, one per task: the baselines that a model has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.bucket import ColumnSeries
from artifact.study import RuleParameters

Labels = NDArray[np.int8]

TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for normal noise (Hampel, JASA 1974)."""


def hampel(rtt_us: NDArray[np.int64], p: RuleParameters) -> Labels:
    """Noise: a reply that lies ``hampel_sd`` robust standard deviations above the median around it."""
    median = ColumnSeries(rtt_us).bucket(p.hampel_window).median
    ping = rtt_us / 1000
    away_us = np.where(rtt_us > 0, np.abs(ping - median) * 1000, 0).round().astype(np.int64)
    # A ping that lies on the median is no loss; it counts with a distance of 1 microsecond.
    spread = ColumnSeries(np.where(rtt_us > 0, np.maximum(away_us, 1), 0)).bucket(p.hampel_window).median
    return _labels((rtt_us > 0) & (ping > median + p.hampel_sd * TO_SD * spread))


def zero(rtt_us: NDArray[np.int64], _: RuleParameters) -> Labels:
    """Outage: no reply."""
    return _labels(rtt_us == 0)


def median_step(rtt_us: NDArray[np.int64], p: RuleParameters) -> Labels:
    """Swell: the median around a ping lies ``step_ms`` above that of a long while around it."""
    series = ColumnSeries(rtt_us)
    return _labels(series.bucket(p.step_window).median > series.bucket(p.step_context).median + p.step_ms)


RULES = {"noise": hampel, "outage": zero, "swell": median_step}


def _labels(holds: Any) -> Labels:
    return np.asarray(holds).astype(np.int8)

"""A synthetic base trace: pings from a home line to an anycast resolver (documented in data/DATASHEET.md)."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from artifact.parameters import TraceParameters
from artifact.trace.series import Trace


def synthetic_trace(p: TraceParameters, rng: np.random.Generator) -> Trace:
    """Draw a series of pings from the model of the datasheet; the same generator state gives the same bytes."""
    rtt_us = np.rint(1000 * _delays_ms(p, rng)).astype(np.int64)
    rtt_us[rng.random(p.pings) < p.loss_probability] = 0
    checksum = hashlib.sha256(rtt_us.astype("<i8").tobytes()).hexdigest()
    return Trace(rtt_us, "synthetic home line", "synthetic", checksum)


def _delays_ms(p: TraceParameters, rng: np.random.Generator) -> NDArray[np.float64]:
    """A floor plus a log-normal delay whose logarithm is a slow level and white jitter, plus rare spikes."""
    n = p.pings
    level = _slow_level(n, p.level_memory, rng)
    jitter = rng.standard_normal(n)
    logarithm = p.sigma * (np.sqrt(p.level_share) * level + np.sqrt(1 - p.level_share) * jitter)
    spikes = (rng.random(n) < p.spike_probability) * rng.exponential(p.spike_mean_ms, n)
    return np.asarray(p.floor_ms + p.scale_ms * np.exp(logarithm) + spikes, dtype=np.float64)


def _slow_level(n: int, memory: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A stationary AR(1) series of unit variance that forgets over ``memory`` pings."""
    from scipy.signal import lfilter

    keep = np.exp(-1 / memory)
    steps = rng.standard_normal(n + 1)
    filtered, _ = lfilter([np.sqrt(1 - keep**2)], [1, -keep], steps[1:], zi=[keep * steps[0]])
    return np.asarray(filtered, dtype=np.float64)

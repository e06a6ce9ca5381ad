"""Series with something to find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Write = Callable[..., Path]


def pings(lengths: list[int], seed: int = 1, first_probe: int = 1) -> dict[str, Any]:
    """Make up series of such lengths, one behind the other: spikes, losses in a row, a raised stretch."""
    rng = np.random.default_rng(seed)
    rows = sum(lengths)
    rtt_us = rng.lognormal(9.2, 0.2, rows).astype(np.int64)
    rtt_us[rng.random(rows) < 0.02] += 60_000
    rtt_us[rng.random(rows) < 0.02] = 0
    rtt_us[rows // 2 : rows // 2 + 9] = 0
    stretch = rtt_us[rows // 3 : rows // 3 + rows // 10]
    stretch[stretch > 0] += 9_000
    return {
        "probe": np.repeat(np.arange(first_probe, first_probe + len(lengths)), lengths),
        "target": np.repeat([f"host {k % 3}" for k in range(len(lengths))], lengths),
        "time": np.concatenate([np.arange(length) + 0.5 for length in lengths]),
        "rtt_ms": rtt_us / 1000,
    }

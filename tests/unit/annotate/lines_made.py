"""Small series, and labels of them as if an approach had given them."""

from __future__ import annotations

import numpy as np

from artifact.approaches.approach import Labelled, certain
from artifact.trace.series import Trace

START_US = 1_729_612_800_000_000
"""2024-10-22 16:00:00."""


def made(rtt_ms: object, *, at: object = True, name: str = "mine.log", series: str = "") -> Trace:
    """A series of RTTs in ms (0: a loss), one a second, or at the given seconds, or without times."""
    rtt_us = np.rint(np.asarray(rtt_ms, dtype=np.float64) * 1000).astype(np.int64)
    seconds = np.arange(len(rtt_us)) if at is True else at
    sent_us = None if seconds is False else START_US + np.rint(np.asarray(seconds) * 1e6).astype(np.int64)
    return Trace(rtt_us, name, "made", "0" * 64, series=series, sent_us=sent_us)


def told(**labels: object) -> Labelled:
    """The given labels per task."""
    arrays = {task: np.asarray(of, dtype=np.int8) for task, of in labels.items()}
    return Labelled(arrays, {task: certain(of) for task, of in arrays.items()})


def a_bad_hour() -> Trace:
    """An hour of a calm line at 1 Hz: two noisy pings, an outage of a minute, ten slower minutes, a gap, a loss."""
    rtt = np.random.default_rng(4).normal(12, 0.4, 3_600).round(3)
    rtt[500], rtt[2_800] = 90.0, 150.0
    rtt[900:960] = rtt[3_100] = 0.0
    rtt[1_500:2_100] += 9
    seconds = np.arange(3_600) + 300 * (np.arange(3_600) >= 2_500)
    return made(rtt, at=seconds, name="hour.log")

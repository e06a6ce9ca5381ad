"""Noise: single pings with a large increase in latency (section 3.1)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from artifact.study import MillisecondsRange, Probability
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

NOISE = PROPERTY


class NoiseParameters(TaskParameters):
    """How often and how much noise is added (ms), and where its labeling functions draw the line."""

    probability: Probability
    increase_ms: MillisecondsRange
    calm_sd: Annotated[float, Field(ge=-5, le=5)]
    spike_factor: Annotated[float, Field(gt=1, le=100)]


noise = Task("noise", colour="#2ca02c", marker="o", parameters=NoiseParameters, excludes=("outage",))


@noise.injection
def add_noise(rtt_us: Microseconds, rng: np.random.Generator, p: NoiseParameters) -> tuple[Microseconds, Mask]:
    """Raise each answered ping, with the given probability, by a random increase (section 3.1)."""
    gold = (rng.random(len(rtt_us)) < p.probability) & (rtt_us > 0)
    low, high = (int(1000 * bound) for bound in p.increase_ms)
    rtt_us[gold] += rng.integers(low, high, size=int(gold.sum()), endpoint=True)
    return rtt_us, gold


@noise.labeling_function(votes=NOISE)
def lf_g_two_sd(x: Any, bucket: Any) -> Any:
    """Figure 2: more than two standard deviations above the mean of the answered pings around it."""
    return x.ping > bucket.mean + 2 * bucket.std


@noise.labeling_function(votes=NOISE)
def lf_multiple_of_mean(x: Any, bucket: Any, p: NoiseParameters) -> Any:
    """A multiple of the mean of the answered pings around it."""
    return x.ping > p.spike_factor * bucket.mean


@noise.labeling_function(votes=NORMAL)
def lf_near_the_mean(x: Any, bucket: Any, p: NoiseParameters) -> Any:
    """Not far above the mean of the answered pings around it, in standard deviations."""
    return x.ping <= bucket.mean + p.calm_sd * bucket.std


@noise.labeling_function(votes=NORMAL)
def lf_no_reply(x: Any) -> Any:
    """A ping without a reply has no latency that could be noisy."""
    return x.ping == 0

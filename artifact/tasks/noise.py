"""Noise: single pings with a large increase in latency (section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.parameters import BucketSize, MillisecondsRange, Probability, StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

NOISE = PROPERTY
ROBUST = "robust"
"""Functions on medians that know the definition of what was added: for the best labels, not for Table 1."""
TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for normal noise (Hampel, JASA 1974)."""


class NoiseParameters(TaskParameters):
    """How often and how much noise is added (ms), and where its labeling functions draw the line."""

    probability: Probability
    increase_ms: MillisecondsRange
    calm_sd: Annotated[float, Field(ge=-5, le=5)]
    spike_factor: Annotated[float, Field(gt=1, le=100)]
    large_share: Annotated[float, Field(gt=0, le=1)]


class HampelParameters(StrictModel):
    """The window (pings) and the line (robust standard deviations) of the rule of thumb."""

    window: BucketSize
    sd: Annotated[float, Field(gt=0, le=1_000)]


noise = Task("noise", parameters=NoiseParameters, colour="#2ca02c", marker="o", excludes=("outage",))


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


@noise.labeling_function(votes=NOISE, suite=ROBUST)
def lf_large_increase(x: Any, bucket: Any, p: NoiseParameters) -> Any:
    """Far above the median around it, measured by the smallest increase that is called noise."""
    return x.ping > bucket.median + p.large_share * p.increase_ms[0]


@noise.labeling_function(votes=NORMAL, suite=ROBUST)
def lf_no_large_increase(x: Any, bucket: Any, p: NoiseParameters) -> Any:
    """Not far above the median around it, or no reply."""
    return (x.ping == 0) | (x.ping <= bucket.median + p.large_share * p.increase_ms[0])


@noise.labeling_function(votes=NORMAL, suite=ROBUST)
def lf_below_the_median(x: Any, bucket: Any) -> Any:
    """At most the median around it."""
    return x.ping <= bucket.median


@noise.rule(HampelParameters)
def hampel(series: ColumnSeries, p: HampelParameters) -> Mask:
    """A reply that lies ``sd`` robust standard deviations above the median around it."""
    rtt_us = series.rtt_us
    ping, median = rtt_us / 1000, series.bucket(p.window).median
    away_us = np.where(rtt_us > 0, np.abs(ping - median) * 1000, 0).round().astype(np.int64)
    # A ping that lies on the median is no loss; it counts with a distance of 1 microsecond.
    spread = series.of(np.where(rtt_us > 0, np.maximum(away_us, 1), 0)).bucket(p.window).median
    return (rtt_us > 0) & (ping > median + p.sd * TO_SD * spread)

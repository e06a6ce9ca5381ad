"""Noise: single pings with a large increase in latency (section 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.parameters import BucketSize, MillisecondsRange, Probability, StrictModel
from artifact.tasks.task import BLIND, NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

NOISE = PROPERTY
ROBUST = "robust"
"""Functions on medians that know the definition of what was added: for the best labels, not for Table 1."""
TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for normal noise (Hampel, JASA 1974)."""


CONTEXT = 2_000
"""Pings to tell the line's own tail from: two hundred beyond the 90 % point, forty beyond the 98 % point."""
RESOLUTION = 0.01
"""No difference below this share of the RTT is one: pings are printed with three digits, often fewer."""
LADDER = (2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Rungs, in scales of the line's own tail beyond its 98 % point; 4 is one ping in 2,700, 8 one in 150,000."""


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


noise = Task(
    "noise",
    parameters=NoiseParameters,
    colour="#2ca02c",
    marker="o",
    called=("noisy ping", "noisy pings"),
    excludes=("outage",),
)


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


@noise.labeling_function(votes=NORMAL, suite=BLIND)
def lf_within_the_tail(x: Any, bucket: Any, p: NoiseParameters) -> Any:
    """No reply, or no further above its neighbours than nine of ten pings of a long while around."""
    return (x.ping == 0) | (_height(x, bucket) <= _long_around(bucket, p).quantile(0.9))


def _beyond_the_tail(rung: int) -> Callable[..., Any]:
    def body(x: Any, bucket: Any, p: NoiseParameters) -> Any:
        return (x.ping > 0) & (_height(x, bucket) > _tail(bucket, p, rung))

    body.__name__ = f"lf_{rung}_scales_beyond_the_tail"
    body.__doc__ = f"Further above its neighbours than the line's own tail by {rung} of the tail's scales."
    return body


for rung in LADDER:
    noise.labeling_function(votes=NOISE, suite=BLIND)(_beyond_the_tail(rung))


def _tail(bucket: Any, p: NoiseParameters, scales: float) -> Any:
    """Extrapolate the line's tail (ms): an exponential one has its 98 % point ln 5 scales above its 90 % point."""
    around = _long_around(bucket, p)
    scale = (around.quantile(0.98) - around.quantile(0.9)) / np.log(5)
    return around.quantile(0.98) + scales * np.maximum(scale, RESOLUTION * bucket.median)


def _height(x: Any, bucket: Any) -> Any:
    """Return how far a ping lies above what comes before and after it (ms): what lasts does so on one side alone."""
    return x.ping - np.fmax(bucket.earlier.median, bucket.later.median)


def _long_around(bucket: Any, p: NoiseParameters) -> Any:
    return bucket.around(max(CONTEXT // p.bucket, 1)).excess(p.bucket)


@noise.rule(HampelParameters)
def hampel(series: ColumnSeries, p: HampelParameters) -> Mask:
    """A reply that lies ``sd`` robust standard deviations above the median around it."""
    rtt_us = series.rtt_us
    ping, median = rtt_us / 1000, series.bucket(p.window).median
    away_us = np.where(rtt_us > 0, np.abs(ping - median) * 1000, 0).round().astype(np.int64)
    # A ping that lies on the median is no loss; it counts with a distance of 1 microsecond.
    spread = series.of(np.where(rtt_us > 0, np.maximum(away_us, 1), 0)).bucket(p.window).median
    return (rtt_us > 0) & (ping > median + p.sd * TO_SD * spread)

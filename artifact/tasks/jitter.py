"""Jitter: stretches in which replies vary more than usual around a level that stays, as on a crowded radio link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.parameters import BucketSize, Milliseconds, MillisecondsRange, PingsRange, Probability, StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

JITTER = PROPERTY
RESOLUTION = 0.01
"""No spread is below this share of the RTT: iputils prints three digits, often fewer."""
LOW, HIGH = 0.25, 0.75
"""The quartiles: single spikes leave their distance alone."""
WIDEST = 2
"""Standard deviations of the added variance at which it is cut, or the level would move."""


class JitterParameters(TaskParameters):
    """How often and for how long replies vary (pings), by how much (ms, standard deviation), and the lines drawn.

    ``resolution_ms``: what the log's RTTs are rounded to; a smaller spread is none. ``long_buckets``: the usual spread
    is that of the calmer half of so many buckets around, since a level that moves in one half makes it wide.
    """

    probability: Probability
    length: PingsRange
    gap: PingsRange
    spread_ms: MillisecondsRange
    resolution_ms: Milliseconds
    long_buckets: Annotated[int, Field(ge=2, le=1_000)]
    wide: Annotated[float, Field(ge=1, le=100)]
    calm: Annotated[float, Field(gt=0, le=100)]


class SpreadParameters(StrictModel):
    """The windows (pings) whose spreads the rule of thumb compares, and by which factor they differ."""

    window: BucketSize
    context: BucketSize
    factor: Annotated[float, Field(ge=1, le=100)]
    resolution_ms: Milliseconds


jitter = Task("jitter", parameters=JitterParameters, colour="#832db6", marker="v")


@jitter.injection
def add_jitter(rtt_us: Microseconds, rng: np.random.Generator, p: JitterParameters) -> tuple[Microseconds, Mask]:
    """Move the answered pings of a block up and down, each by its own amount, as many up as down."""
    n, at = len(rtt_us), int(rng.geometric(p.probability)) - 1
    gold = np.zeros(n, dtype=np.bool_)
    low, high = (1000 * bound for bound in p.spread_ms)
    while at < n:
        end = min(at + int(rng.integers(*p.length, endpoint=True)), n)
        gold[at:end] = True
        sd = rng.uniform(low, high)
        moved = np.clip(rng.normal(0, sd, end - at), -WIDEST * sd, WIDEST * sd).round().astype(np.int64)
        block = rtt_us[at:end]
        # No reply comes before half of its time; a loss stays one.
        rtt_us[at:end] = np.where(block > 0, block + np.maximum(moved, -(block // 2)), 0)
        at = end + int(rng.integers(*p.gap, endpoint=True)) + int(rng.geometric(p.probability)) - 1
    return rtt_us, gold


@jitter.labeling_function(votes=JITTER)
def lf_wide(bucket: Any, p: JitterParameters) -> Any:
    """The quartiles around it lie much further apart than those of a long while around."""
    return _quartiles_apart(bucket, p) > p.wide * _usual(bucket, p)


@jitter.labeling_function(votes=NORMAL)
def lf_calm(bucket: Any, p: JitterParameters) -> Any:
    """The quartiles around it lie hardly further apart than those of a long while around."""
    return _quartiles_apart(bucket, p) <= p.calm * _usual(bucket, p)


@jitter.labeling_function(votes=JITTER)
def lf_wide_before_and_after(bucket: Any, p: JitterParameters) -> Any:
    """What comes before it and what begins with it both vary more than usual: no single step does that."""
    usual = p.wide * _usual(bucket, p)
    return (_quartiles_apart(bucket.earlier, p) > usual) & (_quartiles_apart(bucket.later, p) > usual)


@jitter.labeling_function(votes=NORMAL)
def lf_calm_before_or_after(bucket: Any, p: JitterParameters) -> Any:
    """What comes before it or what begins with it varies no more than usual."""
    usual = p.calm * _usual(bucket, p)
    return (_quartiles_apart(bucket.earlier, p) <= usual) | (_quartiles_apart(bucket.later, p) <= usual)


@jitter.labeling_function(votes=JITTER)
def lf_below_all(x: Any, bucket: Any, p: JitterParameters) -> Any:
    """A reply far quicker than the level around it: queues and detours only slow replies down."""
    return (x.ping > 0) & (x.ping < bucket.median - p.wide * _usual(bucket, p))


def _usual(bucket: Any, p: JitterParameters) -> Any:
    around = bucket.around(p.long_buckets)
    return np.fmin(_quartiles_apart(around.earlier, p), _quartiles_apart(around.later, p))


@jitter.rule(SpreadParameters)
def wider_than_usual(series: ColumnSeries, p: SpreadParameters) -> Mask:
    """The quartiles around a ping lie ``factor`` times as far apart as those of a long while around it."""
    far = series.bucket(p.context)
    near, before, after = (_quartiles_apart(of, p) for of in (series.bucket(p.window), far.earlier, far.later))
    return np.asarray(near > p.factor * np.fmin(before, after))


def _quartiles_apart(bucket: Any, p: JitterParameters | SpreadParameters) -> Any:
    """Return the distance of the quartiles (ms), not below what the log can show."""
    least = np.maximum(p.resolution_ms, RESOLUTION * bucket.median)
    return np.maximum(bucket.quantile(HIGH) - bucket.quantile(LOW), least)

"""Swells: blocks of pings raised together, as a queue that builds up on the path does (section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.parameters import BucketSize, Milliseconds, MillisecondsRange, PingsRange, Probability, StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

SWELL = PROPERTY
ROBUST = "robust"
"""Functions on medians that know the definition of what was added: for the best labels, not for Table 1."""

FEWEST_SWELLS = 3
"""Section 3.1: the probability varied such that there were at least three swells."""


class SwellParameters(TaskParameters):
    """How often swells begin, their length and gaps (pings), their increase (ms), and the labeling lines."""

    probability: Probability
    length: PingsRange
    gap: PingsRange
    increase_ms: MillisecondsRange
    prior_buckets: Annotated[int, Field(ge=1, le=1_000)]
    high: Annotated[float, Field(ge=1, le=100)]
    low: Annotated[float, Field(gt=0, le=100)]
    around_buckets: Annotated[int, Field(ge=2, le=1_000)]


class StepParameters(StrictModel):
    """The windows (pings) whose medians the rule of thumb compares, and by how much they differ (ms)."""

    window: BucketSize
    context: BucketSize
    increase_ms: Milliseconds


swell = Task("swell", parameters=SwellParameters, colour="#1f77b4", marker="s")


@swell.injection
def add_swells(rtt_us: Microseconds, rng: np.random.Generator, p: SwellParameters) -> tuple[Microseconds, Mask]:
    """Raise blocks of answered pings, each by its own increase, never on top of each other (section 3.1)."""
    blocks = _blocks(len(rtt_us), rng, p)
    low, high = (int(1000 * bound) for bound in p.increase_ms)
    gold = np.zeros(len(rtt_us), dtype=np.bool_)
    for begin, end in blocks:
        gold[begin:end] = True
        block = rtt_us[begin:end]
        block[block > 0] += rng.integers(low, high, endpoint=True)
    return rtt_us, gold


def _blocks(n: int, rng: np.random.Generator, p: SwellParameters) -> list[tuple[int, int]]:
    """Draw swells until there are three: first with a higher probability, then, on a short trace, with shorter ones."""
    probability, length, gap = p.probability, p.length, p.gap
    while True:
        blocks, i = [], 0
        while (begin := i + int(rng.geometric(probability)) - 1) < n:
            end = min(begin + int(rng.integers(*length, endpoint=True)), n)
            blocks.append((begin, end))
            i = end + int(rng.integers(*gap, endpoint=True))
        if len(blocks) >= FEWEST_SWELLS or length[1] == 1:
            return blocks
        if probability == 1:
            length, gap = _halved(length), _halved(gap)
        probability = min(1.5 * probability, 1.0)


def _halved(pings: tuple[int, int]) -> tuple[int, int]:
    return max(pings[0] // 2, 1), max(pings[1] // 2, 1)


@swell.labeling_function(votes=SWELL)
def lf_higher_than_before(bucket: Any, p: SwellParameters) -> Any:
    """Section 3.2: the bucket's average height is much higher than that of prior buckets."""
    return bucket.mean > p.high * bucket.prior(p.prior_buckets).mean


@swell.labeling_function(votes=NORMAL)
def lf_no_higher_than_before(bucket: Any, p: SwellParameters) -> Any:
    """The bucket's average height is no higher than that of prior buckets."""
    return bucket.mean <= bucket.prior(p.prior_buckets).mean


@swell.labeling_function(votes=NORMAL)
def lf_low_reply(x: Any, bucket: Any, p: SwellParameters) -> Any:
    """A reply that is not slower than the average of prior buckets by some margin."""
    return (x.ping > 0) & (x.ping < p.low * bucket.prior(p.prior_buckets).mean)


@swell.labeling_function(votes=SWELL, suite=ROBUST)
def lf_raised_level(bucket: Any, p: SwellParameters) -> Any:
    """The median around it is raised by at least half of the smallest increase, against a long while around it."""
    return bucket.median > bucket.around(p.around_buckets).median + p.increase_ms[0] / 2


@swell.labeling_function(votes=NORMAL, suite=ROBUST)
def lf_usual_level(bucket: Any, p: SwellParameters) -> Any:
    """The median around it is raised by less than half of the smallest increase."""
    return bucket.median <= bucket.around(p.around_buckets).median + p.increase_ms[0] / 2


@swell.labeling_function(votes=NORMAL, suite=ROBUST)
def lf_usual_reply(x: Any, bucket: Any, p: SwellParameters) -> Any:
    """A reply that is no slower than the median of a long while around it."""
    return (x.ping > 0) & (x.ping <= bucket.around(p.around_buckets).median)


@swell.labeling_function(votes=SWELL, suite=ROBUST)
def lf_raised_reply(x: Any, bucket: Any, p: SwellParameters) -> Any:
    """A reply slower than the median of a long while around it by at least the smallest increase."""
    return x.ping > bucket.around(p.around_buckets).median + p.increase_ms[0]


@swell.rule(StepParameters)
def median_step(series: ColumnSeries, p: StepParameters) -> Mask:
    """The median around a ping lies ``increase_ms`` above that of a long while around it."""
    near, far = series.bucket(p.window).median, series.bucket(p.context).median
    return np.asarray(near > far + p.increase_ms)

"""Swells: blocks of pings raised together, as a queue that builds up on the path does (section 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.parameters import BucketSize, Milliseconds, MillisecondsRange, PingsRange, Probability, StrictModel
from artifact.tasks.task import BLIND, NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

SWELL = PROPERTY
ROBUST = "robust"
"""Functions on medians that know the definition of what was added: for the best labels, not for Table 1."""

FEWEST_SWELLS = 3
"""Section 3.1: the probability varied such that there were at least three swells."""


CONTEXT = 3_000
"""Pings to tell the line's usual level and spread from, so many that queues are less than a quarter of them.

From a quarter on, the upper quartile lies in the queue and tells its height, not the line's spread.
"""
RESOLUTION = 0.01
"""No spread is below this share of the RTT: pings are printed with three digits, often fewer."""
QUARTILES_TO_SD = 1.349
"""Distance of the quartiles to standard deviation, for normal jitter."""
RAISED = 1.5
"""Standard deviations: a normal jitter's median of fifty pings never lies as high, one ping in fifteen does."""
BANDS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Edges of bands, in standard deviations from the usual level: narrow where most pings lie."""


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


def _raised(where: str, of: Callable[[Any], Any], *, is_so: bool) -> Callable[..., Any]:
    def body(bucket: Any, p: SwellParameters) -> Any:
        deviations = _deviations(of(bucket).median, bucket, p)
        return deviations > RAISED if is_so else deviations <= RAISED

    body.__name__ = f"lf_{where}_is_{'raised' if is_so else 'usual'}"
    body.__doc__ = f"The median of what lies {where} it is {'well above' if is_so else 'near'} the line's usual level."
    return body


for where, half in {"around": lambda b: b, "before": lambda b: b.earlier, "behind": lambda b: b.later}.items():
    swell.labeling_function(votes=SWELL, suite=BLIND)(_raised(where, half, is_so=True))
    swell.labeling_function(votes=NORMAL, suite=BLIND)(_raised(where, half, is_so=False))


def _in_band(low: float, high: float) -> Callable[..., Any]:
    def body(x: Any, bucket: Any, p: SwellParameters) -> Any:
        height = _deviations(x.ping, bucket, p)
        return (x.ping > 0) & (height > low) & (height <= high)

    body.__name__ = f"lf_height_{low:+g}_to_{high:+g}_sd".replace("+", "").replace("-", "minus_").replace(".", "_")
    body.__doc__ = f"A reply {low:g} to {high:g} of the line's standard deviations above its usual level."
    return body


for low, high in pairwise((-np.inf, *BANDS, np.inf)):
    swell.labeling_function(votes=SWELL if low >= 1 else NORMAL, suite=BLIND)(_in_band(low, high))


def _deviations(height_ms: Any, bucket: Any, p: SwellParameters) -> Any:
    """Return how far above the usual level something lies, in standard deviations of a long while around."""
    around = bucket.around(max(CONTEXT // p.bucket, 1))
    spread = (around.quantile(0.75) - around.quantile(0.25)) / QUARTILES_TO_SD
    return (height_ms - around.median) / np.maximum(spread, RESOLUTION * around.median)


@swell.rule(StepParameters)
def median_step(series: ColumnSeries, p: StepParameters) -> Mask:
    """The median around a ping lies ``increase_ms`` above that of a long while around it."""
    near, far = series.bucket(p.window).median, series.bucket(p.context).median
    return np.asarray(near > far + p.increase_ms)

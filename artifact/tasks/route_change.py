"""Route changes: moments from which all replies take longer, or shorter, for good."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.labeling.levels import change_points, unit_us
from artifact.parameters import BucketSize, MillisecondsRange, Probability, StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

ROUTE_CHANGE = PROPERTY
QUICK = 0.1
"""The share of quickest replies that shows a route's own delay, even where a queue holds most of the others up."""


class RouteChangeParameters(TaskParameters):
    """How often routes change and for how long they stay (pings), by how much (ms), and what the functions compare.

    ``near_buckets`` and ``far_buckets`` are windows in buckets: about the moment itself, and longer than a swell.
    """

    probability: Probability
    gap: Annotated[int, Field(ge=1, le=100_000)]
    step_ms: MillisecondsRange
    near_buckets: Annotated[int, Field(ge=1, le=1_000)]
    far_buckets: Annotated[int, Field(ge=1, le=1_000)]


class LevelsParameters(StrictModel):
    """How long a level has to last (pings), or it is a passing one."""

    lasts: BucketSize


route_change = Task(
    "route_change", parameters=RouteChangeParameters, kind="event", within=10, colour="#ffa90e", marker="D"
)


@route_change.injection
def add_route_changes(
    rtt_us: Microseconds, rng: np.random.Generator, p: RouteChangeParameters
) -> tuple[Microseconds, Mask]:
    """Move all answered pings from a moment on, up or down, never below the first route; mark the moment."""
    n, above_us = len(rtt_us), 0
    low, high = (int(1000 * bound) for bound in p.step_ms)
    # A short trace has room for as many changes as a long one, closer together.
    gap = max(min(p.gap, n // 10), 1)
    moments = []
    at = int(rng.geometric(p.probability))
    while at < n:
        moments.append(at)
        at += gap + int(rng.geometric(p.probability))
    gold = np.zeros(n, dtype=np.bool_)
    gold[moments] = True
    for begin, end in pairwise([*moments, n]):
        step_us = int(rng.integers(low, high, endpoint=True))
        above_us += -step_us if above_us >= step_us and rng.random() < 0.5 else step_us
        route = rtt_us[begin:end]
        route[route > 0] += above_us
    return rtt_us, gold


@route_change.labeling_function(votes=ROUTE_CHANGE)
def lf_lasting_step(x: Any, bucket: Any, p: RouteChangeParameters) -> Any:
    """The first ping on the other side of a step between a long while before and a long while after."""
    before, after = _quick(bucket.around(p.far_buckets))
    return _steps(before, after, p) & _crosses(x, bucket, (before + after) / 2)


@route_change.labeling_function(votes=ROUTE_CHANGE)
def lf_clear_step(x: Any, bucket: Any, p: RouteChangeParameters) -> Any:
    """The first ping on the other side of a step between what lies right before and right after, if it lasts."""
    near = bucket.around(p.near_buckets)
    before, after = near.earlier.median, near.later.median
    lasts = _steps(*_quick(bucket.around(p.far_buckets)), p)
    return lasts & _steps(before, after, p) & _crosses(x, bucket, (before + after) / 2)


@route_change.labeling_function(votes=NORMAL)
def lf_same_route(bucket: Any, p: RouteChangeParameters) -> Any:
    """The quick replies of a long while before and after are alike."""
    before, after = _quick(bucket.around(p.far_buckets))
    return np.abs(after - before) <= p.step_ms[0] / 2


@route_change.labeling_function(votes=NORMAL)
def lf_nothing_moves(bucket: Any, p: RouteChangeParameters) -> Any:
    """What lies right before and right after is alike."""
    near = bucket.around(p.near_buckets)
    return np.abs(near.later.median - near.earlier.median) <= p.step_ms[0] / 2


@route_change.labeling_function(votes=NORMAL)
def lf_like_the_ping_before(x: Any, bucket: Any, p: RouteChangeParameters) -> Any:
    """No further from the ping before than half of the smallest step, or no reply."""
    return (x.ping == 0) | (np.abs(x.ping - bucket.earlier.median) <= p.step_ms[0] / 2)


def _quick(bucket: Any) -> tuple[Any, Any]:
    return bucket.earlier.quantile(QUICK), bucket.later.quantile(QUICK)


def _steps(before: Any, after: Any, p: RouteChangeParameters) -> Any:
    return np.abs(after - before) > p.step_ms[0] / 2


def _crosses(x: Any, bucket: Any, middle: Any) -> Any:
    """Tell whether a ping lies on one side of ``middle`` and what came right before it on the other."""
    before = bucket.earlier.median
    return (x.ping > 0) & (((before < middle) & (x.ping > middle)) | ((before > middle) & (x.ping < middle)))


@route_change.rule(LevelsParameters)
def lasting_levels(series: ColumnSeries, p: LevelsParameters) -> Mask:
    """Where the line's level changes for good: a passing level, with the same one before and after, is none."""
    rtt_us, found = series.rtt_us, np.zeros(series.n, dtype=np.bool_)
    at = change_points(rtt_us).tolist()
    while passing := _passing(rtt_us, at, p.lasts):
        _, begins = min(passing)
        del at[begins : begins + 2]
    found[at] = True
    return found


def _passing(rtt_us: Microseconds, at: list[int], lasts: int) -> list[tuple[int, int]]:
    """Return length and number of each short level between two that are the same."""
    levels = [float(np.median(part)) for part in np.split(rtt_us, at)]
    alike = unit_us(rtt_us) if len(at) > 1 else 0.0
    return [
        (end - begin, k)
        for k, (begin, end) in enumerate(pairwise(at))
        if end - begin < lasts and abs(levels[k + 2] - levels[k]) <= alike
    ]

"""Starting: say here what the property is, and why somebody would want to know it."""

from __future__ import annotations

from typing import Any

import numpy as np

from artifact.parameters import Milliseconds, PingsRange, Probability
from artifact.tasks.task import NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters


class StartingParameters(TaskParameters):
    """How often stretches begin, how long they last (pings), and by how much replies are slower (ms)."""

    probability: Probability
    length: PingsRange
    slower_ms: Milliseconds


starting = Task("starting", parameters=StartingParameters)


@starting.injection
def add_starting(rtt_us: Microseconds, rng: np.random.Generator, p: StartingParameters) -> tuple[Microseconds, Mask]:
    """Put the property in: change RTTs (whole microseconds, 0 a loss), and mark each ping that was changed."""
    gold = np.zeros(len(rtt_us), dtype=np.bool_)
    for begin in np.flatnonzero(rng.random(len(rtt_us)) < p.probability):
        gold[begin : begin + rng.integers(*p.length, endpoint=True)] = True
    rtt_us[gold & (rtt_us > 0)] += int(1000 * p.slower_ms)
    return rtt_us, gold


@starting.labeling_function(votes=PROPERTY)
def lf_slower(bucket: Any, p: StartingParameters) -> Any:
    """The median around it lies far above that of a long while around."""
    return bucket.median > bucket.around(40).median + p.slower_ms / 2


@starting.labeling_function(votes=NORMAL)
def lf_no_slower(bucket: Any, p: StartingParameters) -> Any:
    """The median around it does not."""
    return bucket.median <= bucket.around(40).median + p.slower_ms / 2


@starting.labeling_function(votes=NORMAL)
def lf_quick_reply(x: Any, bucket: Any) -> Any:
    """A reply no slower than the median of a long while around it."""
    return (x.ping > 0) & (x.ping <= bucket.around(40).median)

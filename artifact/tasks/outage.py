"""Outages: runs of pings without a reply, value zero (section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from artifact.parameters import NoParameters, PingsRange, Probability
from artifact.tasks.task import BLIND, NORMAL, PROPERTY, Mask, Microseconds, Task, TaskParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

OUTAGE = PROPERTY


class OutageParameters(TaskParameters):
    """How often outages begin and how long they last (pings)."""

    probability: Probability
    length: PingsRange


outage = Task("outage", parameters=OutageParameters, colour="#d62728", marker="X")


@outage.injection
def add_outages(rtt_us: Microseconds, rng: np.random.Generator, p: OutageParameters) -> tuple[Microseconds, Mask]:
    """Set a random number of pings to zero from each beginning on; natural losses are outages too (3.1)."""
    n = len(rtt_us)
    begins = np.flatnonzero(rng.random(n) < p.probability)
    ends = begins + rng.integers(*p.length, size=len(begins), endpoint=True)
    edges = np.zeros(n + 1, dtype=np.int64)
    np.add.at(edges, begins, 1)
    np.add.at(edges, np.minimum(ends, n), -1)
    rtt_us[np.cumsum(edges[:-1]) > 0] = 0
    return rtt_us, rtt_us == 0


@outage.labeling_function(votes=OUTAGE)
def lf_zero(x: Any) -> Any:
    """Section 3.2: the measurement is zero."""
    return x.ping == 0


@outage.labeling_function(votes=NORMAL)
def lf_answered(x: Any) -> Any:
    """There was a reply."""
    return x.ping > 0


@outage.labeling_function(votes=OUTAGE)
def lf_silence_around(bucket: Any) -> Any:
    """Nothing around it was answered."""
    return bucket.answered == 0


@outage.labeling_function(votes=NORMAL)
def lf_all_answered_around(bucket: Any) -> Any:
    """Everything around it was answered."""
    return bucket.answered == bucket.size


@outage.labeling_function(votes=OUTAGE, suite=BLIND)
def lf_lost(x: Any) -> Any:
    """There was no reply."""
    return x.ping == 0


@outage.labeling_function(votes=NORMAL, suite=BLIND)
def lf_reply(x: Any) -> Any:
    """There was one."""
    return x.ping > 0


@outage.labeling_function(votes=OUTAGE, suite=BLIND)
def lf_nothing_around(bucket: Any) -> Any:
    """Nothing around it was answered; that something was not tells little next to an outage, so it has no vote."""
    return bucket.answered == 0


@outage.labeling_function(votes=NORMAL, suite=BLIND)
def lf_reply_among_replies(x: Any, bucket: Any) -> Any:
    """There was a reply, and the pings around it have an average."""
    return (x.ping > 0) & (bucket.mean > 0)


@outage.rule()
def zero(series: ColumnSeries, _: NoParameters) -> Mask:
    """No reply."""
    return np.asarray(series.rtt_us == 0)

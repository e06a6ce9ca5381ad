"""What was found in one series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.annotate.events import Event, events_of
from artifact.annotate.labels import Labelers
from artifact.annotate.moments import Moments, moments_of
from artifact.annotate.summary import Sentence, sentences
from artifact.approaches.approach import Labelled
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.tasks.task import NORMAL, PROPERTY, Task
from artifact.trace.series import Trace

BUCKETS_TO_FIT = 2
"""Buckets, of the widest of a study's, that a series has to be long to be labelled: below, no ping has its context."""


class Vote(NamedTuple):
    """For which pings a labeling function voted one ``way``: a bit for each, the lowest first, shape (n / 8,)."""

    task: str
    function: str
    way: int
    bits: NDArray[np.uint8]


@dataclass(frozen=True)
class Annotation:
    """A series, its labels by each approach (none where it is too short to fit any).

    ``votes`` are those that the first approach listens to, ``events`` and what is ``said`` are made of its labels.
    """

    trace: Trace
    tasks: Sequence[Task]
    labelled: Mapping[str, Labelled]
    votes: Sequence[Vote]
    events: Sequence[Event]
    said: Sequence[Sentence]
    notes: Sequence[str]

    @cached_property
    def moments(self) -> Moments:
        """When its pings were sent."""
        return moments_of(self.trace)

    @property
    def first(self) -> Labelled | None:
        """The labels that its events are made of."""
        return next(iter(self.labelled.values()), None)


def annotated(trace: Trace, labelers: Labelers) -> Annotation:
    """Label a series and say what is in it; one that is too short is described without labels, with a note."""
    tasks, moments, notes = labelers.tasks, moments_of(trace), trace.notes
    needed = BUCKETS_TO_FIT * max(task.p.bucket for task in tasks)
    labelled, votes, first = dict[str, Labelled](), list[Vote](), Labelled({}, {})
    if len(trace) < needed:
        notes = (*notes, f"too few pings to fit labels to: {len(trace):,} of at least {needed:,}")
    else:
        series = ColumnSeries(trace.rtt_us)
        labelled = labelers.label(series)
        votes = [vote for task in tasks for vote in _votes(labelers.suite_of(task), series)]
        first = labelled[labelers.names[0]]
    events = events_of(trace.rtt_us, moments, tasks, first)
    said = sentences(trace, moments, tasks, events, first.labels)
    return Annotation(trace, tasks, labelled, votes, events, said, notes)


def _votes(task: Task, series: ColumnSeries) -> Iterator[Vote]:
    votes = apply_columns(task, series.rtt_us, series)
    for cast, function in zip(votes.T, task.labeling_functions, strict=True):
        for way in (PROPERTY, NORMAL):
            if (spoken := cast == way).any():
                yield Vote(task.name, function.name, way, np.packbits(spoken, bitorder="little"))

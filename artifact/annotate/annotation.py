"""What was found in one series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from artifact.annotate.events import Event, events_of
from artifact.annotate.labels import Labelers
from artifact.annotate.moments import Moments, moments_of
from artifact.annotate.summary import Sentence, sentences
from artifact.approaches.approach import Labelled
from artifact.labeling.bucket import ColumnSeries
from artifact.tasks.task import Task
from artifact.trace.series import Trace

BUCKETS_TO_FIT = 2
"""Buckets, of the widest of a study's, that a series has to be long to be labelled: below, no ping has its context."""


@dataclass(frozen=True)
class Annotation:
    """A series, its labels by each approach (none where it is too short to fit any), events by the first of them."""

    trace: Trace
    tasks: Sequence[Task]
    labelled: Mapping[str, Labelled]
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
    tasks, moments = labelers.tasks, moments_of(trace)
    needed = BUCKETS_TO_FIT * max(task.p.bucket for task in tasks)
    if len(trace) < needed:
        note = f"too few pings to fit labels to: {len(trace):,} of at least {needed:,}"
        nothing = Labelled({}, {})
        events = events_of(trace.rtt_us, moments, tasks, nothing)
        return Annotation(trace, tasks, {}, events, sentences(trace, moments, tasks, events, ()), (*trace.notes, note))
    labelled = labelers.label(ColumnSeries(trace.rtt_us))
    first = labelled[labelers.names[0]]
    events = events_of(trace.rtt_us, moments, tasks, first)
    said = sentences(trace, moments, tasks, events, first.labels)
    return Annotation(trace, tasks, labelled, events, said, trace.notes)

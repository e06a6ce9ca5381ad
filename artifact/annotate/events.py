"""Labels -> events: what, from when to when, and how bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifact.annotate.moments import Moments
from artifact.approaches.approach import Labelled
from artifact.scores import events as runs
from artifact.tasks.task import Task

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

NEARBY = 50
"""Answered pings before an event, and as many behind it, that nothing is wrong with: a minute and a half at 1 Hz."""
BLOCK = 2**13
"""Events whose surroundings are looked at together: seven megabytes of each kind of array."""
GAP = "gap"
"""What stands for a while in which nothing was sent."""


@dataclass(frozen=True)
class Event:
    """Pings ``begin`` to ``end`` (exclusive, from 0) of one property, or a gap before ping ``begin`` of no ping at all.

    ``probability`` is the highest of its pings. ``above_ms``: how far the median of its answered pings lies above
    that of calm ones nearby; of an event task, how far the level after it lies above that before. ``slowest_ms``: its
    slowest reply. Each is None where there is no reply to say it of.
    """

    what: str
    begin: int
    end: int
    lost: int = 0
    probability: float | None = None
    above_ms: float | None = None
    slowest_ms: float | None = None
    is_moment: bool = False

    @property
    def pings(self) -> int:
        """How many pings it holds; a moment is where something lasting begins, and holds none to speak of."""
        return self.end - self.begin


def events_of(rtt_us: NDArray[np.int64], moments: Moments, tasks: Sequence[Task], labelled: Labelled) -> list[Event]:
    """Return the events of all tasks and the gaps, in the order of time.

    ``rtt_us``: shape (n,), µs, 0 is a loss. An event ends at a gap: what was between is not known.
    """
    cut = {task.name: _runs(labelled.labels[task.name], moments.gaps) for task in tasks if task.name in labelled.labels}
    calm = _calm(rtt_us, [cut[task.name] for task in tasks if task.name in cut and task.kind == "state"])
    found = [Event(GAP, int(at), int(at)) for at in moments.gaps]
    for task in tasks:
        if task.name in cut:
            sure = labelled.posteriors[task.name][:, 1].astype(np.float64) if task.name in labelled.posteriors else None
            found += _events(rtt_us, task, cut[task.name], calm, sure)
    return sorted(found, key=lambda event: (event.begin, event.end, event.what))


def in_words(event: Event) -> str:
    """Return how bad an event is."""
    if event.what == GAP:
        return "nothing was sent"
    if event.lost == event.pings and not event.is_moment:
        return "no reply"
    said = [_slower(event.above_ms)] if event.above_ms is not None else []
    if event.lost and not event.is_moment:
        said.append(f"{event.lost:,} of {event.pings:,} lost")
    return ", ".join(said)


def milliseconds(value: float) -> str:
    """Return milliseconds with as many digits as tell something: 812 ms, 18 ms, 2.4 ms, 0.31 ms, 0.024 ms."""
    digits = next((digits for digits, above in enumerate((9.95, 0.995, 0.0995)) if abs(value) >= above), 3)
    return f"{value:,.{digits}f} ms"


def _slower(above_ms: float) -> str:
    return f"{milliseconds(abs(above_ms))} {'slower' if above_ms >= 0 else 'faster'}"


def _runs(labels: NDArray[np.int8], gaps: Places) -> tuple[Places, Places]:
    """Return where events begin and end (exclusive), cut at gaps."""
    begins, ends = runs(labels)
    inside = gaps[(labels[gaps] == 1) & (labels[gaps - 1] == 1)]
    return np.sort(np.concatenate([begins, inside])), np.sort(np.concatenate([ends, inside]))


def _calm(rtt_us: NDArray[np.int64], cut: Sequence[tuple[Places, Places]]) -> Places:
    """Return the positions of answered pings that lie in no event."""
    edges = np.zeros(len(rtt_us) + 1, dtype=np.int64)
    for begins, ends in cut:
        np.add.at(edges, begins, 1)
        np.add.at(edges, ends, -1)
    return np.flatnonzero((np.cumsum(edges[:-1]) == 0) & (rtt_us > 0))


def _events(
    rtt_us: NDArray[np.int64], task: Task, cut: tuple[Places, Places], calm: Places, sure: Floats | None
) -> list[Event]:
    """Return the events of one task; events by the hundred thousand are taken in blocks, so that memory stays small."""
    begins, ends = cut
    found: list[Event] = []
    for k in range(0, len(begins), BLOCK):
        found += _block(rtt_us, task, (begins[k : k + BLOCK], ends[k : k + BLOCK]), calm, sure)
    return found


def _block(
    rtt_us: NDArray[np.int64], task: Task, cut: tuple[Places, Places], calm: Places, sure: Floats | None
) -> list[Event]:
    begins, ends = cut
    is_moment = task.kind == "event"
    sides = _nearby(rtt_us, calm, begins, ends)
    inside, slowest, lost, likely = _inside(rtt_us, begins, ends, sure)
    level = _medians(sides[1]) - _medians(sides[0]) if is_moment else inside - _medians(np.concatenate(sides, axis=1))
    columns = (begins, ends, lost, likely, level, slowest)
    return [
        Event(task.name, begin, end, gone, _or_none(p), _or_none(above), _or_none(worst), is_moment)
        for begin, end, gone, p, above, worst in zip(*(of.tolist() for of in columns), strict=True)
    ]


def _inside(
    rtt_us: NDArray[np.int64], begins: Places, ends: Places, sure: Floats | None
) -> tuple[Floats, Floats, Places, Floats]:
    """Return of each event's pings the median and the slowest reply (ms), the losses, the highest probability."""
    alone = rtt_us[begins] / 1000
    median = np.where(alone > 0, alone, np.nan)
    slowest, lost = median.copy(), (alone == 0).astype(np.intp)
    likely = np.full(len(begins), np.nan) if sure is None else sure[begins].astype(np.float64)
    for k in np.flatnonzero(ends - begins > 1).tolist():
        pings = rtt_us[begins[k] : ends[k]]
        answered = pings[pings > 0] / 1000
        lost[k] = len(pings) - len(answered)
        if sure is not None:
            likely[k] = sure[begins[k] : ends[k]].max()
        median[k], slowest[k] = (np.median(answered), answered.max()) if len(answered) else (np.nan, np.nan)
    return median, slowest, lost, likely


def _nearby(rtt_us: NDArray[np.int64], calm: Places, begins: Places, ends: Places) -> tuple[Floats, Floats]:
    """Return the RTTs (ms) of calm pings before and behind each event, shape (events, NEARBY) each, NaN beyond them."""
    rtt_ms = np.concatenate([rtt_us[calm] / 1000, [np.nan]])
    last, next_one = np.searchsorted(calm, begins), np.searchsorted(calm, ends)
    before = last[:, None] - np.arange(1, NEARBY + 1)
    behind = next_one[:, None] + np.arange(NEARBY)
    return rtt_ms[np.where(before < 0, -1, before)], rtt_ms[np.minimum(behind, len(calm))]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _medians(rows: Floats) -> Floats:
    """Return the median of each row's numbers, NaN of a row that has none."""
    ordered = np.sort(rows, axis=1)  # NaN last
    count = np.isfinite(rows).sum(axis=1)
    at = np.arange(len(rows))
    middle = (ordered[at, np.maximum(count - 1, 0) // 2] + ordered[at, np.minimum(count // 2, rows.shape[1] - 1)]) / 2
    return np.where(count > 0, middle, np.nan)

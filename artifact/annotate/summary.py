"""Events -> what a person would say of the line: every sentence follows from numbers, so none can be false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifact.annotate.events import GAP, Event, milliseconds
from artifact.annotate.moments import SECOND_US, Moments, lasting
from artifact.tasks.task import Task
from artifact.trace.series import Trace

Floats = NDArray[np.float64]

DAYS = 3
"""Days that have to show what is said of every day."""
MOST_DAYS = 0.8
"""The share of them that shows it where it is said of most days."""
HOURS_IN_A_DAY = 20
"""Hours of a day that have to be measured for it to count."""
RAISED_MAD = 3.0
"""Median absolute deviations that an hour's level lies above the day's: a usual hour does in one day of twenty."""
RAISED_SHARE = 0.02
"""And the share of the day's level: less is nothing to complain about."""
PARTS = ((5, 11, "morning"), (11, 17, "afternoon"), (17, 24, "evening"), (0, 5, "night"), (21, 29, "night"))
"""Hours of the day that have a name; what begins before midnight may end after it."""


@dataclass(frozen=True)
class Sentence:
    """What is said of the line as a whole, or of a task: then ``count`` events, called ``word``, come first."""

    facts: tuple[str, ...]
    task: str | None = None
    count: int = 0
    word: str = ""

    @property
    def text(self) -> str:
        """The whole sentence."""
        facts = "; ".join(self.facts)
        if not self.task:
            return facts
        return f"{f'{self.count:,}' if self.count else 'No'} {self.word}{f', {facts}' if facts else ''}."


def sentences(
    trace: Trace, moments: Moments, tasks: Sequence[Task], events: Sequence[Event], told: Iterable[str]
) -> list[Sentence]:
    """Return what is to be said of a series: the line, each of the tasks ``told`` of, gaps, hours of the day."""
    by_task: dict[str, list[Event]] = {name: [] for name in (GAP, *told)}
    for event in events:
        by_task[event.what].append(event)
    said = [Sentence((_line(trace, moments),))]
    said += [_of_task(task, by_task[task.name], moments) for task in tasks if task.name in by_task]
    more = [_of_gaps(by_task[GAP], moments), every_day(trace)]
    return said + [Sentence((text,)) for text in more if text]


def every_day(trace: Trace) -> str:
    """Return at which hours of the day replies are slower, by the log's clock; nothing where no hours stand out.

    An hour's level is the median of its replies, a day's the median of its hours. Hours stand out that lie above their
    day's level, by more than other hours scatter, on most of three days or more.
    """
    if trace.sent_us is None:
        return ""
    levels = _hours(trace.rtt_us, trace.sent_us)
    if len(levels) < DAYS:
        return ""
    day = np.nanmedian(levels, axis=1, keepdims=True)
    above = levels - day
    scatter = float(np.nanmedian(np.abs(above)))
    line = np.maximum(RAISED_MAD * scatter, RAISED_SHARE * day)
    measured = np.isfinite(above).sum(axis=0)
    raised = (above > line).sum(axis=0)
    stands_out = (measured >= DAYS) & (raised >= MOST_DAYS * measured)
    return " ".join(
        _of_hours(begin, end, above[:, [hour % 24 for hour in range(begin, end)]], line)
        for begin, end in _stretches(stands_out)
    )


def thousands(count: int, one: str, many: str) -> str:
    """Return a number and what is counted: 1 ping, 1,204 pings, no pings."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def percent(share: float) -> str:
    """Return a share in percent, with enough digits to tell it from none and from all."""
    for digits in (0, 1, 2, 3):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0.0, 100.0) and (100 * share >= 10 or digits):
            return f"{text} %"
    return "none" if share == 0 else "all" if share == 1 else "almost none" if share < 0.5 else "almost all"


def _line(trace: Trace, moments: Moments) -> str:
    n = len(trace)
    answered = trace.rtt_us[trace.rtt_us > 0] / 1000
    said = [_when(n, moments)]
    lost = n - len(answered)
    if lost:
        said.append("None was answered." if lost == n else f"{percent(lost / n)} without a reply ({lost:,}).")
    elif n > 1:
        said.append("All were answered.")
    if len(answered) == 1 and n == 1:
        said.append(f"It took {milliseconds(answered[0])}.")
    elif len(answered):
        half, most = np.quantile(answered, [0.5, 0.99], method="higher")
        said.append(
            f"Half of the replies came within {milliseconds(half)}, 99 % within {milliseconds(most)}, "
            f"the slowest after {milliseconds(answered.max())}."
        )
    return " ".join(said)


def _when(n: int, moments: Moments) -> str:
    pings = thousands(n, "ping", "pings")
    if moments.sent_us is None:
        return f"{pings}; the log has no times."
    if n == 1:
        return f"{pings}, sent {moments.said(0)}."
    usual = lasting(moments.usual_us / SECOND_US)
    rate = f", one {'a second' if usual == '1 s' else 'a minute' if usual == '1 min' else f'every {usual}'}"
    over = moments.seconds(0, n)
    return (
        f"{pings} from {moments.said(0)} to {moments.said(n - 1)} ({lasting(over)}){rate if moments.usual_us else ''}."
    )


def _of_task(task: Task, events: Sequence[Event], moments: Moments) -> Sentence:
    one, many = task.words
    if not events:
        return Sentence((), task.name, 0, many)
    if task.kind == "event":
        said = _of_moments(events, moments)
    else:
        said = [*_of_lengths(events, moments), *_of_badness(events)]
    return Sentence(tuple(said), task.name, len(events), one if len(events) == 1 else many)


def _of_moments(events: Sequence[Event], moments: Moments) -> list[str]:
    largest = max(events, key=lambda event: abs(event.above_ms or 0))
    if largest.above_ms is None:
        return [f"the first at {moments.said(events[0].begin)}"]
    moved = f"{milliseconds(abs(largest.above_ms))} {'up' if largest.above_ms > 0 else 'down'}"
    return [f"{'' if len(events) == 1 else 'the largest '}{moved} at {moments.said(largest.begin)}"]


def _of_lengths(events: Sequence[Event], moments: Moments) -> list[str]:
    """Return how long they are in all, which is the longest, and how many are of one ping."""
    alone = sum(event.pings == 1 for event in events)
    longest = max(events, key=lambda event: event.pings)
    if alone == len(events):
        which = moments.said(longest.begin)
        return [f"at {which}"] if alone == 1 else ["each of a single ping"]
    if moments.sent_us is None:
        whole = f"{sum(event.pings for event in events):,} pings"
        length = f"{longest.pings:,}"
    else:
        whole = lasting(sum(moments.seconds(event.begin, event.end) for event in events))
        longest = max(events, key=lambda event: moments.seconds(event.begin, event.end))
        length = lasting(moments.seconds(longest.begin, longest.end))
    if len(events) == 1:
        return [f"{whole} from {moments.said(longest.begin)}"]
    said = [f"{whole} in all, the longest {length} from {moments.said(longest.begin)}"]
    return [*said, f"{alone:,} of a single ping"] if alone else said


def _of_badness(events: Sequence[Event]) -> list[str]:
    lost, pings = sum(event.lost for event in events), sum(event.pings for event in events)
    above = [event.above_ms for event in events if event.above_ms is not None]
    slowest = [event.slowest_ms for event in events if event.slowest_ms is not None]
    said = []
    if above:
        level = float(np.median(above))
        typical = "" if len(above) == 1 else ", the median of them"
        said.append(f"{milliseconds(abs(level))} {'slower' if level >= 0 else 'faster'} than nearby{typical}")
        said.append(f"the slowest reply after {milliseconds(max(slowest))}")
    if 0 < lost < pings:
        said.append(f"{percent(lost / pings)} of their pings without a reply")
    return said


def _of_gaps(gaps: Sequence[Event], moments: Moments) -> str:
    if not gaps:
        return ""
    each = [moments.seconds(gap.begin, gap.end) for gap in gaps]
    after = moments.said(gaps[int(np.argmax(each))].begin - 1)
    if len(gaps) == 1:
        return f"1 gap, in which nothing was sent: {lasting(each[0])} after {after}."
    longest = f"the longest {lasting(max(each))} after {after}"
    return f"{len(gaps):,} gaps, in which nothing was sent: {lasting(sum(each))} in all, {longest}."


def _hours(rtt_us: NDArray[np.int64], sent_us: NDArray[np.int64]) -> Floats:
    """Return the median reply (ms) of each hour of each day that was measured nearly whole, shape (days, 24)."""
    answered = rtt_us > 0
    hour = (sent_us[answered] // (3_600 * SECOND_US)).astype(np.int64)
    order = np.argsort(hour, kind="stable")
    hours, begins = np.unique(hour[order], return_index=True)
    medians = (
        [float(np.median(part)) / 1000 for part in np.split(rtt_us[answered][order], begins[1:])] if len(hours) else []
    )
    days, which = np.unique(hours // 24, return_inverse=True)
    levels = np.full((len(days), 24), np.nan)
    levels[which, hours % 24] = medians
    nearly_whole = np.isfinite(levels).sum(axis=1) >= HOURS_IN_A_DAY
    return np.asarray(levels[nearly_whole])


def _stretches(stands_out: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where hours that stand out begin and end (exclusive), past 24 where they go on over midnight."""
    if stands_out.all():
        return []
    first = int(np.argmin(stands_out))
    turned = np.concatenate([np.roll(stands_out, -first), [False]]).astype(np.int8)
    edges = np.diff(turned, prepend=0)
    begins, ends = np.flatnonzero(edges == 1) + first, np.flatnonzero(edges == -1) + first
    return [(int(b % 24), int(b % 24 + e - b)) for b, e in zip(begins, ends, strict=True)]


def _of_hours(begin: int, end: int, above: Floats, line: Floats) -> str:
    """Say it of hours ``begin`` to ``end``; ``above``, shape (days, hours), is how far each lies above its day (ms)."""
    days = np.isfinite(above).any(axis=1)
    by_day = np.nanmedian(above[days], axis=1)
    shown = int((by_day > line[days, 0]).sum())
    part = next((name for low, high, name in PARTS if low <= begin and end <= high), "day")
    when = f"every {part}" if shown == len(by_day) else f"on {shown} of {len(by_day)} {part}s"
    return f"Slower by {milliseconds(float(np.median(by_day)))} {when} from {begin} to {end % 24 or 24} h."


def as_text(name: str, said: Sequence[Sentence], more: Sequence[str]) -> str:
    """Return a summary as text, one sentence to a line."""
    return "\n".join([name, *(f"  {of.text}" for of in said), *(f"  {text}" for text in more)]) + "\n"

"""What a log says about the pings of one host, by sequence number -> the series that were sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.series import LONGEST_RTT_US
from artifact.trace.stamps import NO_TIME

MOST_LOSSES_IN_A_ROW = 86_400
"""A day of silence at the usual 1 Hz: beyond it, a log is not believed but two traces."""

MOST_PINGS = 50_000_000
"""A year and a half at 1 Hz (400 MB): icmp_seq that jumps about must not fill the memory with losses."""

LATEST = 1_024
"""How many pings a reply may come behind the line before it: 60 s at some 17 Hz."""

LONGEST_WRAP = 8_192
"""How far icmp_seq may go on over its wrap-around; further, and it rather started over without a header."""

SEQUENCE = 2**16

OVERTAKEN = 16
"""How many pings a reply may be behind others where two pings may be interleaved."""

FEW_REPEATS = 0.02
"""Up to this share of second answers they are repeats; more of them are the output of two pings, interleaved."""

USUAL_US = 1_000_000
"""The seconds between two pings where neither options nor times tell them: ping's own default."""

_PARTS = 2**24
"""More parts than any run has, each with a number of its own."""

Ints = NDArray[Any]


@dataclass(frozen=True)
class Heard:
    """The lines about one host's pings in the log's order, each of shape (n,).

    ``run`` counts the runs of ping that they belong to (ascending), ``headed`` are those with a header. ``rtt_us`` is
    -1 where a line tells of no answer, ``time_us`` NO_TIME where it has no time. ``told`` is how many each run sent and
    how long it took in ms (0 where the log does not tell), ``dates`` are (line, µs) of lines that hold a time alone,
    ``first`` is the number that ping counts from, ``silent_is_sent`` that the time of a ping without an answer is when
    it was sent, not when the next one was.
    """

    line: Ints
    run: Ints
    seq: Ints
    rtt_us: Ints
    time_us: Ints
    headed: frozenset[int] = frozenset()
    told: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    dates: Sequence[tuple[int, int]] = ()
    duplicates: int = 0
    first: int = 1
    silent_is_sent: bool = False

    def part(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Heard:
        """Return some of the lines."""
        columns = ("line", "run", "seq", "rtt_us", "time_us")
        return replace(self, **{name: getattr(self, name)[which] for name in columns})


def series_of(lines: Lines, name: str, heard: Heard) -> list[Series]:
    """Return the host's series: one, or several where the output of pings that ran beside each other is interleaved.

    Raises BadInputError where the numbers make no sense.
    """
    if (heard.seq >= SEQUENCE).any():
        at = int(np.argmax(heard.seq >= SEQUENCE))
        problem = f"an icmp_seq above 65,535 (icmp_seq={heard.seq[at]})"
        raise BadInputError(lines.path, problem, "correct or remove the line", line=int(heard.line[at]))
    notes: list[str] = []
    heard = _divided(heard)
    second = _second_answers(heard)
    crossed = max(int(second.sum()), _far_back(heard))
    found = [heard]
    if crossed >= 3 and crossed > FEW_REPEATS * len(second):
        found = _interleaved(heard)
        second = _second_answers(found[0])
    if len(found) > 1:
        notes.append(f"the output of {len(found)} pings of one host, interleaved; told apart by sequence numbers")
    elif second.any():
        _note(notes, int(second.sum()), "second replies to one ping that are not marked as such, left out")
        found = [found[0].part(~second)]
    return [_series(lines, name if at == 0 else f"{name} ({at + 1})", one, [*notes]) for at, one in enumerate(found)]


def _note(notes: list[str], count: int, what: str) -> None:
    if count:
        notes.append(f"{what}: {count:,}")


def _divided(heard: Heard) -> Heard:
    """Return the lines with a run of its own for each part whose numbers start over without a header."""
    new = np.diff(heard.run, prepend=heard.run[:1] - 1) != 0
    step = np.diff(heard.seq, prepend=0)
    ahead = step % SEQUENCE
    starts_over = ~new & (step < 0) & (ahead < SEQUENCE - LATEST) & (ahead > LONGEST_WRAP)
    if not starts_over.any():
        return heard
    # The last part of a run is what its statistics are about, and the first alone has its header.
    parts = np.cumsum(starts_over)
    since = parts[np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))]
    last = dict(zip(heard.run.tolist(), (parts - since).tolist(), strict=True))
    return replace(
        heard,
        run=heard.run * _PARTS + parts - since,
        headed=frozenset(run * _PARTS for run in heard.headed),
        told={run * _PARTS + last.get(run, 0): told for run, told in heard.told.items() if not last.get(run, 0)},
    )


def counted_on(heard: Heard) -> Ints:
    """Return icmp_seq counted on over 65,535, run by run."""
    new = np.diff(heard.run, prepend=heard.run[:1] - 1) != 0
    step = np.diff(heard.seq, prepend=0)
    ahead = step % SEQUENCE
    if not new[1:].any() and (ahead[1:] < SEQUENCE - LATEST).all():
        ahead[:1] = heard.seq[:1]
        return np.cumsum(ahead, dtype=np.int64)
    late = ahead >= SEQUENCE - LATEST
    moved = np.cumsum(np.where(new, 0, np.where(late, ahead - SEQUENCE, ahead)))
    since = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    counted: Ints = moved - moved[since] + heard.seq[since]
    return counted


def _second_answers(heard: Heard) -> NDArray[np.bool_]:
    """Mark the lines that answer a ping which one before them answered."""
    second = np.zeros(len(heard.seq), dtype=np.bool_)
    answers = np.flatnonzero(heard.rtt_us >= 0)
    counted = counted_on(heard)[answers]
    if len(counted) < 2 or (np.diff(counted) > 0).all():
        return second
    order = np.lexsort((np.arange(len(answers)), counted, heard.run[answers]))
    same = (np.diff(counted[order]) == 0) & (np.diff(heard.run[answers][order]) == 0)
    second[answers[order[1:]][same]] = True
    return second


def _far_back(heard: Heard) -> int:
    """Count the steps back that are too far for replies that overtake each other."""
    ahead = np.diff(heard.seq) % SEQUENCE
    same = np.diff(heard.run) == 0
    return int((same & (ahead >= SEQUENCE - LATEST) & (ahead < SEQUENCE - OVERTAKEN)).sum())


class _Thread:
    """One of several runs of ping whose lines are interleaved."""

    def __init__(self, at: int, seq: int, answered: bool) -> None:
        self.lines, self.first, self.last, self.touched = [at], seq, seq, at
        self.answered = {seq} if answered else set()
        self.leap: tuple[int, int, int] | None = None

    def distance(self, seq: int, answered: bool) -> int | None:
        """Return how far on a ping of this number is, None where it is none of this run."""
        ahead = (seq - self.last) % SEQUENCE
        if 0 < ahead <= LATEST:
            return ahead
        behind = (self.last - seq) % SEQUENCE
        place = self.last - behind
        if behind <= OVERTAKEN and place >= self.first and place not in self.answered and (answered or not behind):
            return SEQUENCE + behind
        return None

    def take(self, at: int, seq: int, answered: bool) -> None:
        ahead = (seq - self.last) % SEQUENCE
        if ahead <= LATEST:
            if ahead > OVERTAKEN:
                self.leap = len(self.lines), self.last, self.last + ahead
            self.last += ahead
        self.lines.append(at)
        self.touched = at
        if answered:
            self.answered.add(self.last if ahead <= LATEST else self.last - (self.last - seq) % SEQUENCE)
            if len(self.answered) > 4 * LATEST:
                self.answered = {one for one in self.answered if one > self.last - LATEST}

    def parted(self, seq: int) -> _Thread | None:
        """Give up what came since the last long way ahead, as the run it was, where ``seq`` goes on before that."""
        if self.leap is None or not 0 < (seq - self.leap[1]) % SEQUENCE <= OVERTAKEN:
            return None
        count, before, first = self.leap
        other = _Thread(self.lines[count], first, answered=False)
        other.lines, self.lines = self.lines[count:], self.lines[:count]
        other.last, self.last, self.leap = self.last, before, None
        other.touched, self.touched = self.touched, self.lines[-1]
        other.answered = {one for one in self.answered if one >= first}
        self.answered -= other.answered
        return other


def _interleaved(heard: Heard) -> list[Heard]:
    """Tell runs apart that ran beside each other; those that came after each other are one series."""
    threads: list[_Thread] = []
    for at, (seq, rtt) in enumerate(zip(heard.seq.tolist(), heard.rtt_us.tolist(), strict=True)):
        open_ones = threads[-16:]
        distances = [(d, t.touched, t) for t in open_ones if (d := t.distance(seq, rtt >= 0)) is not None]
        if distances:
            min(distances, key=lambda one: one[:2])[2].take(at, seq, rtt >= 0)
            continue
        for mixed in open_ones:
            if other := mixed.parted(seq):
                threads.append(other)
                mixed.take(at, seq, rtt >= 0)
                break
        else:
            threads.append(_Thread(at, seq, rtt >= 0))
    threads.sort(key=lambda thread: thread.lines[0])
    lanes: list[list[_Thread]] = []
    for thread in threads:
        lane = next((lane for lane in lanes if lane[-1].lines[-1] < thread.lines[0]), None)
        if lane is None:
            lanes.append([thread])
        else:
            lane.append(thread)
    lengths = [sum(len(thread.lines) for thread in lane) for lane in lanes]
    if len(lanes) > 1 and sorted(lengths)[-2] < 0.05 * len(heard.seq):
        return [heard]
    return [_lane(heard, lane) for lane in lanes]


def _lane(heard: Heard, lane: list[_Thread]) -> Heard:
    at = np.concatenate([np.asarray(thread.lines) for thread in lane])
    run = np.repeat(np.arange(len(lane)), [len(thread.lines) for thread in lane])
    return replace(heard.part(at), run=run, headed=frozenset(), told={})


def _series(lines: Lines, name: str, heard: Heard, notes: list[str]) -> Series:
    place, runs, start, size = _places(lines, heard)
    rtt_us = np.zeros(int(size.sum()), dtype=np.int64)
    answer = heard.rtt_us >= 0
    rtt_us[place[answer]] = np.maximum(heard.rtt_us[answer], 1)
    rtt_us[place[heard.rtt_us > LONGEST_RTT_US]] = 0
    _refuse_long_silence(lines, rtt_us)
    _note(notes, len(size) if len(size) > 1 else 0, "runs of ping, taken one after the other")
    _note(notes, heard.duplicates, "duplicate replies left out")
    _note(
        notes,
        int((np.diff(place[answer]) < 0).sum()),
        "replies out of order, put in the order in which pings were sent",
    )
    _note(notes, int((heard.rtt_us > LONGEST_RTT_US).sum()), "replies after more than 60 s taken as losses")
    _note(notes, int((heard.rtt_us == 0).sum()), "replies after 0 ms, an artefact of the timer, taken as 1 µs")
    _note(
        notes, _doubtful(lines, heard, place, rtt_us), "losses beside lines that were set aside, which may be replies"
    )
    return Series(name, rtt_us, _sent_us(heard, place, runs, start, size), tuple(notes), heard.duplicates)


def _places(lines: Lines, heard: Heard) -> tuple[Ints, Ints, Ints, Ints]:
    """Return where in the series each line's ping stands; the runs, where each begins and how many pings it has."""
    seq = counted_on(heard)
    # A run of which only the statistics came is one of losses.
    runs = np.union1d(heard.run, np.array([run for run, (sent, _) in heard.told.items() if sent], dtype=np.int64))
    of = np.searchsorted(runs, heard.run).astype(np.int32)
    low, high = np.full(len(runs), 2**62), np.full(len(runs), -1)
    begins = np.flatnonzero(np.diff(of, prepend=-1))
    if len(begins):
        low[of[begins]], high[of[begins]] = np.minimum.reduceat(seq, begins), np.maximum.reduceat(seq, begins)
    told = np.array([heard.told.get(int(run), (0, 0))[0] for run in runs], dtype=np.int64)
    # Without its header a run may be the end of a longer one; what came before it is not known.
    whole = np.isin(runs, list(heard.headed)) | (low <= heard.first)
    begin = np.where(whole, np.minimum(low, heard.first), low)
    begin = np.where(high < 0, heard.first, begin)
    end = np.maximum(high + 1, begin + np.where(whole | (high < 0), told, 0))
    size = np.maximum(end - begin, 0)
    if size.sum() > MOST_PINGS:
        problem = f"its icmp_seq tell of {int(size.sum()):,} pings where {len(seq):,} lines stand"
        raise BadInputError(lines.path, problem, f"give a log of {MOST_PINGS:,} pings at most")
    start = np.cumsum(size) - size
    return (start - begin)[of] + seq, runs, start, size


def _refuse_long_silence(lines: Lines, rtt_us: Ints) -> None:
    answered = np.flatnonzero(rtt_us)
    silence = np.diff(answered, prepend=-1, append=len(rtt_us)) - 1
    if silence.max() > MOST_LOSSES_IN_A_ROW:
        after = int(answered[np.argmax(silence) - 1]) + 1 if np.argmax(silence) else 0
        problem = f"{silence.max():,} losses in a row after ping {after:,}, more than {MOST_LOSSES_IN_A_ROW:,}"
        raise BadInputError(lines.path, problem, "give the log before or after them")


def _doubtful(lines: Lines, heard: Heard, place: Ints, rtt_us: Ints) -> int:
    """Count the losses that no line tells of, with a line that was set aside where their reply would stand."""
    strange = lines.set_aside().lines
    if not len(strange) or not len(place):
        return 0
    untold = rtt_us == 0
    untold[place[heard.rtt_us < 0]] = False
    at = np.flatnonzero(untold)
    order = np.argsort(place, kind="stable")
    after = np.searchsorted(place[order], at)
    before_line = heard.line[order[np.maximum(after - 1, 0)]]
    after_line = heard.line[order[np.minimum(after, len(order) - 1)]]
    between = np.searchsorted(strange, after_line) - np.searchsorted(strange, before_line)
    return int((between > 0).sum())


def _sent_us(heard: Heard, place: Ints, runs: Ints, start: Ints, size: Ints) -> Ints | None:
    """Return when each ping was sent, from the lines with a time and between these; None where hardly any has."""
    timed = (heard.time_us != NO_TIME) & (heard.rtt_us >= 0)
    at, time_us = place[timed], heard.time_us[timed] - heard.rtt_us[timed]
    if not len(at):
        at, time_us = _from_dates(heard, place, runs, start, size)
    elif (silent := (heard.time_us != NO_TIME) & (heard.rtt_us < 0)).any():
        # "No answer yet" is said when the next ping is sent.
        usual = 0 if heard.silent_is_sent else _usual_us(at, time_us)
        at, time_us = np.append(at, place[silent]), np.append(time_us, heard.time_us[silent] - usual)
    if not len(at):
        return None
    at, first = np.unique(at, return_index=True)
    return interpolated(at, time_us[first], int(size.sum()))


def interpolated(at: Ints, time_us: Ints, n: int) -> Ints:
    """Return a time for each of n pings from those at some (distinct, ascending), in usual steps beyond them."""
    if len(at) == n:
        return time_us
    usual = _usual_us(at, time_us)
    where = np.arange(n)
    offset = int(time_us[0])
    within = np.interp(where, at, (time_us - offset).astype(np.float64))
    sent = offset + np.rint(within).astype(np.int64)
    sent[: at[0]] = time_us[0] - usual * (at[0] - where[: at[0]])
    sent[at[-1] + 1 :] = time_us[-1] + usual * (where[at[-1] + 1 :] - at[-1])
    return sent


def _usual_us(at: Ints, time_us: Ints) -> int:
    if len(at) < 2:
        return USUAL_US
    order = np.argsort(at, kind="stable")
    steps = np.diff(time_us[order]) / np.maximum(np.diff(at[order]), 1)
    return int(np.median(steps)) if np.median(steps) > 0 else USUAL_US


def _from_dates(heard: Heard, place: Ints, runs: Ints, start: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Take times from lines that hold nothing else: of the next ping, or of the one before where pings come first."""
    if not heard.dates or not len(place):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    line, time_us = (np.array(column, dtype=np.int64) for column in zip(*heard.dates, strict=True))
    leads = line[0] < heard.line[0]
    nearest = np.searchsorted(heard.line, line) - (0 if leads else 1)
    there = (nearest >= 0) & (nearest < len(place))
    # With several dates before one ping, the last of them is meant.
    found = dict(zip(place[nearest[there]].tolist(), time_us[there].tolist(), strict=True))
    for begin, n, run in zip(start.tolist(), size.tolist(), runs.tolist(), strict=True):
        sent, took_ms = heard.told.get(run, (0, 0))
        step = took_ms * 1_000 // (sent - 1) if sent > 1 and took_ms else USUAL_US
        if begin in found and begin + n - 1 not in found:
            found[begin + n - 1] = found[begin] + (n - 1) * step
    at = np.array(sorted(found), dtype=np.int64)
    return at, np.array([found[one] for one in at.tolist()], dtype=np.int64)


def concatenated(parts: Iterable[Ints]) -> Ints:
    """Return columns one after the other, an empty one for none."""
    found = [part for part in parts if len(part)]
    return np.concatenate(found).astype(np.int64, copy=False) if found else np.zeros(0, dtype=np.int64)

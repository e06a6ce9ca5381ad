"""Which host each line of a ping log is about: several may share a file, one after the other or line by line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.trace.heard import SEQUENCE, Heard
from artifact.trace.lines import Lines
from artifact.trace.readers._ping_lines import Header, Replies, Said, responder_of

Ints = NDArray[Any]


def by_host(lines: Lines, said: Said, replies: Replies) -> Iterator[tuple[str, Heard]]:
    """Yield what was heard of each host, by the name that it was pinged by, in the order in which they come."""
    replies = replies._replace(rtt_us=_with_carry(lines, replies))
    header = _headers_of(said, replies)
    replies = replies._replace(duplicate=replies.duplicate | _answers_of_many(replies, header))
    of_header = {one.target: None for one in said.headers}
    names = list(dict.fromkeys([*of_header, *_addresses(said)]))
    host = _hosts_of(said, replies, header, names)
    silent = replies.responder < 0
    if silent.any():
        header, host = _given_a_host(said, replies, header, host, names)
        if _mixed(replies, host):
            note = "unanswered pings that name no host, given to the one whose next number they have"
            lines.notes.append(f"{note}: {int(silent.sum()):,}")
    told = _told(lines, said, header[(replies.rtt_us >= 0) & ~replies.duplicate])
    used = np.flatnonzero(np.bincount(host, minlength=1))
    first_lines = {int(one): int(replies.line[np.argmax(host == one)]) for one in used}
    heads_of: dict[str, list[int]] = {}
    for at, one in enumerate(said.headers):
        heads_of.setdefault(one.target, []).append(at)
        if told.get(at):
            first_lines.setdefault(names.index(one.target), one.line)
    for of in sorted(first_lines, key=first_lines.__getitem__):
        mine = host == of
        heads = frozenset(heads_of.get(names[of], []))
        own = {run: one for run, one in told.items() if run in heads or run < 0}
        yield names[of], replace(_heard(said, replies, mine, header), headed=heads, told=own)


def _heard(said: Said, replies: Replies, mine: NDArray[np.bool_], header: Ints) -> Heard:
    kept = mine & ~replies.duplicate
    columns = [replies.line, header, replies.seq, replies.rtt_us, replies.time_us]
    if not kept.all():
        columns = [column[kept] for column in columns]
    if (np.diff(columns[1]) < 0).any():  # two addresses of one name, line by line
        order = np.argsort(columns[1], kind="stable")
        columns = [column[order] for column in columns]
    line, run, seq, rtt_us, time_us = columns
    return Heard(
        line=line,
        run=run,
        seq=seq,
        rtt_us=rtt_us,
        time_us=time_us,
        dates=said.dates,
        duplicates=int((mine & replies.duplicate).sum()),
    )


def _addresses(said: Said) -> list[str]:
    return [responder_of(prefix) for prefix in said.responders]


def _headers_of(said: Said, replies: Replies) -> Ints:
    """Return the header that each reply belongs to, by the address that answers; -1 for none before it."""
    header = np.full(len(replies.line), -1, dtype=np.int32)
    if not said.headers:
        return header
    at_line = np.array([one.line for one in said.headers])
    addresses = np.array(_addresses(said), dtype=object)
    own = np.zeros(len(said.headers), dtype=np.int64)
    heads_of: dict[str, list[int]] = {}
    for at, one in enumerate(said.headers):
        for named in {one.address, one.target}:
            heads_of.setdefault(named, []).append(at)
    for address in dict.fromkeys(addresses):
        if address not in heads_of:
            continue
        heads = np.array(heads_of[address])
        mine = np.append(addresses == address, False)[replies.responder]
        last = np.searchsorted(at_line[heads], replies.line[mine]) - 1
        header[mine] = np.where(last >= 0, heads[np.maximum(last, 0)], -1)
        own += np.bincount(header[mine][last >= 0], minlength=len(own))
    # Somebody else's answer is the run's where the host itself never answers (a broadcast, a translated address).
    last = np.searchsorted(at_line, replies.line) - 1
    foreign = (header < 0) & (replies.responder >= 0) & (last >= 0)
    taken = foreign & ((own[np.maximum(last, 0)] == 0) | replies.duplicate)
    header[taken] = last[taken]
    return header


def _answers_of_many(replies: Replies, header: Ints) -> NDArray[np.bool_]:
    """Mark the second answers to a ping that came from somebody else, which macOS does not mark (a broadcast)."""
    second = np.zeros(len(header), dtype=np.bool_)
    if not replies.responder.any():
        return second
    answers = np.flatnonzero((replies.responder >= 0) & (header >= 0) & ~replies.duplicate)
    if np.count_nonzero(np.bincount(replies.responder[answers], minlength=1)) < 2:
        return second
    order = answers[np.lexsort((answers, replies.seq[answers], header[answers]))]
    same = (np.diff(replies.seq[order]) == 0) & (np.diff(header[order]) == 0)
    first = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(order)), 0))
    other = replies.responder[order] != replies.responder[order[first]]
    near = np.abs(replies.line[order] - replies.line[order[first]]) < SEQUENCE
    second[order[np.append(False, same) & other & near]] = True
    return second


def _hosts_of(said: Said, replies: Replies, header: Ints, names: list[str]) -> Ints:
    """Return which of the names each reply belongs to: its header's target, or else who answers."""
    number = {name: at for at, name in enumerate(names)}
    target = np.array([number[one.target] for one in said.headers] + [-1], dtype=np.int32)
    by_address = {one.address: one.target for one in reversed(said.headers)}
    responder = np.array([number[by_address.get(one, one)] for one in _addresses(said)] + [-1], dtype=np.int32)
    return np.where(header >= 0, target[header], responder[replies.responder])


def _given_a_host(said: Said, replies: Replies, header: Ints, host: Ints, names: list[str]) -> tuple[Ints, Ints]:
    """Give the lines about an unanswered ping, which name no host, to the run whose next ping has their number."""
    silent = np.flatnonzero(replies.responder < 0)
    at = replies.line[silent]
    at_line = np.array([one.line for one in said.headers], dtype=np.int64)
    number = {name: of for of, name in enumerate(names)}
    target = np.array([number[one.target] for one in said.headers], dtype=np.int64)
    candidates = sorted({*np.unique(host[replies.responder >= 0]).tolist(), *target.tolist()})
    if not candidates:
        names.append("")
        host[silent] = len(names) - 1
        return header, host
    distance, last_header = [], []
    ended = _ended(said)
    for of in candidates:
        heads = np.flatnonzero(target == of)
        begun = np.searchsorted(at_line[heads], at) - 1
        head = np.where(begun >= 0, heads[np.maximum(begun, 0)], -1) if len(heads) else np.full(len(at), -1)
        mine = np.flatnonzero((host == of) & (replies.responder >= 0))
        before = np.searchsorted(replies.line[mine], at) - 1
        answered = before >= 0
        last = np.zeros(len(at), dtype=np.int64)
        if len(mine):
            at_last = mine[np.maximum(before, 0)]
            answered &= header[at_last] == head
            last = np.where(answered, replies.seq[at_last], 0)
        ahead = (replies.seq[silent] - last) % SEQUENCE
        over = (head >= 0) & (ended[head] < at) if len(said.headers) else np.zeros(len(at), dtype=np.bool_)
        distance.append(ahead + SEQUENCE * over + 2 * SEQUENCE * ((head < 0) & ~answered))
        last_header.append(head)
    best = np.argmin(distance, axis=0)
    header[silent] = np.array(last_header)[best, np.arange(len(at))]
    host[silent] = np.array(candidates)[best]
    return header, host


def _mixed(replies: Replies, host: Ints) -> bool:
    """Tell whether the hosts' lines are mixed rather than one host after the other."""
    return int((np.diff(host[replies.responder >= 0]) != 0).sum()) >= 2 * len(np.unique(host))


def _ended(said: Said) -> Ints:
    """Return the line at which each header's run ended by its statistics."""
    ended = np.full(len(said.headers) + 1, 2**62)
    find = _Before(said.headers)
    for end in said.ends:
        at = find(end.line, end.text)
        if at >= 0:
            ended[at] = min(ended[at], end.line)
    return ended


def _told(lines: Lines, said: Said, answered: Ints) -> dict[int, tuple[int, int]]:
    """Return how many pings each header's run sent and how long it took, by the statistics that name its target.

    Where these count more replies than there are lines (ping -q, a torn log), what has no line is no loss.
    """
    told, without_lines = {}, 0
    replies = np.bincount(answered + 1, minlength=len(said.headers) + 1)
    ends = [end.line for end in said.ends]
    find = _Before(said.headers)
    for one in said.summaries:
        last = bisect_left(ends, one.line) - 1
        near = said.ends[last].text if last >= 0 and one.line - ends[last] <= 3 else ""
        run = find(one.line, near)
        missing = one.received > replies[run + 1]
        without_lines += bool(missing)
        told[run] = (0 if missing else one.sent, one.took_ms)
    if without_lines:
        lines.notes.append(f"runs whose statistics count more replies than there are lines: {without_lines:,}")
    return told


class _Before:
    """Finds the last header before a line whose target stands in a text, or the last one at all; -1 for none."""

    def __init__(self, headers: list[Header]) -> None:
        self._lines = [one.line for one in headers]
        self._of: dict[str, list[int]] = {}
        for at, one in enumerate(headers):
            self._of.setdefault(one.target, []).append(at)

    def __call__(self, line: int, text: str) -> int:
        for word in text.split():
            heads = self._of.get(word, [])
            at = bisect_left(heads, line, key=self._lines.__getitem__) - 1
            if at >= 0:
                return heads[at]
        return bisect_left(self._lines, line) - 1


def _with_carry(lines: Lines, replies: Replies) -> Ints:
    """Return RTTs as they were meant where a faulty iputils of 2018 printed 49.95 ms as 49.10.

    Between two of its commits the carry of rounding was lost: 49.10, with two decimals where this size has one, means
    50.0, and 4.100, with three where it has two, 5.00.
    """
    rtt_us = replies.rtt_us
    for least, decimals, carried in ((10_000, 1, 100), (1_000, 2, 100)):
        size = (rtt_us >= least) & (rtt_us < 10 * least)
        odd = size & (replies.decimals == decimals + 1)
        if not odd.any():
            continue
        lost = odd & (rtt_us % 1_000 == carried)
        if (odd & ~lost).any() or not (size & (replies.decimals == decimals)).any():
            continue
        lines.notes.append(
            f"RTTs such as 49.10 that a faulty ping printed for 50.0, read as meant: {int(lost.sum()):,}"
        )
        rtt_us = np.where(lost, rtt_us + 900, rtt_us)
    return rtt_us

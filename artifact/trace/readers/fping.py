"""Logs of ``fping``: a line per ping (-l, -c, with -D), a line per host (-C), or whether a host is alive (-e)."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.trace.heard import SEQUENCE, Heard, series_of
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.stamps import NO_TIME, STAMP, Clock

FORMAT = "fping"

_HOST = rb"([^\s\[\]]{1,255}) *+"
_PING = _HOST + rb": (duplicate for )?\[(\d{1,9})\], (?:\d{1,6} bytes, (\d{1,9}(?:\.\d{1,6})?) ms|timed out)[^\n]*+"
_ROW = _HOST + rb": ((?:-|\d{1,9}(?:\.\d{1,6})?)(?: (?:-|\d{1,9}(?:\.\d{1,6})?))*+)"
_ALIVE = _HOST + rb"is (?:alive(?: \((\d{1,9}(?:\.\d{1,6})?) ms[^\n)]*\))?|(unreachable))[^\n]*+"
_LINE = line_pattern(
    rb"((?:%s)?+)(?:" % STAMP
    + rb"|".join((_PING, _ROW, _ALIVE))
    + rb"|[^\s]{1,255} *+: xmt/rcv/%loss = [^\n]*|ICMP [^\n]* sent to [^\n]*"
    rb"|\[\d\d:\d\d:\d\d\]|(?:fping|[^\n:]{1,255}): [^\n]*|)"
)
_HEAD = re.compile(
    rb"^(?:%s)?+(?:%s|[^\s]+ +: xmt/rcv/%%loss = |[^\s]+ *+:(?: -| \d+\.\d+)+$|[^\s]+ is (?:alive \(\d|unreachable$))"
    % (STAMP, _PING),
    re.MULTILINE,
)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` holds a line that only ``fping`` prints."""
    return _HEAD.search(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per host; lines per ping are read, or, in their absence, those of -C and -e."""
    said = _Said()
    for numbers, columns in lines.columns(_LINE):
        said.take(numbers, *columns)
    return [one for name, heard in said.by_host() for one in series_of(lines, name, heard)]


class _Ping(NamedTuple):
    line: int
    seq: int  # -1 where a line tells of no number
    rtt_us: int
    time_us: int


class _Said:
    def __init__(self) -> None:
        self._clock = Clock()
        self._numbered: dict[str, list[_Ping]] = {}
        self._listed: dict[str, list[_Ping]] = {}
        self._duplicates: dict[str, int] = {}
        self._dates: list[tuple[int, int]] = []

    def take(self, numbers: NDArray[np.int64], *columns: tuple[bytes, ...]) -> None:
        stamps = columns[0]
        time_us = self._clock.read(stamps) if any(stamps) else np.full(len(numbers), NO_TIME)
        rows = zip(numbers.tolist(), time_us.tolist(), *columns[1:], strict=True)
        for line, at_us, host, again, seq, ms, listed, row, alive, alive_ms, dead in rows:
            if again:
                name = host.decode("utf-8", "replace")
                self._duplicates[name] = self._duplicates.get(name, 0) + 1
            elif host:
                self._add(self._numbered, host, _Ping(line, int(seq), _microseconds(ms), at_us))
            elif listed:
                for cell in row.split():
                    self._add(self._listed, listed, _Ping(line, -1, _microseconds(cell.strip(b"-")), at_us))
            elif alive_ms or dead:
                self._add(self._listed, alive, _Ping(line, -1, _microseconds(alive_ms), at_us))
            elif at_us != NO_TIME:
                self._dates.append((line, at_us))

    def by_host(self) -> list[tuple[str, Heard]]:
        """Return what was heard of each host."""
        found = self._numbered or self._listed
        return [(name, self._heard(name, pings)) for name, pings in found.items()]

    def _heard(self, name: str, pings: list[_Ping]) -> Heard:
        line, seq, rtt_us, time_us = (np.array(column) for column in zip(*pings, strict=True))
        if seq[0] < 0:
            seq = np.arange(len(seq))
        # Numbers go on beyond 16 bits; fping counts from 0 at every start.
        run = np.cumsum(np.diff(seq, prepend=seq[0]) < -1_000).astype(np.int64)
        return Heard(
            line=line,
            run=run,
            seq=seq % SEQUENCE,
            rtt_us=rtt_us,
            time_us=time_us,
            dates=self._dates,
            duplicates=self._duplicates.get(name, 0),
            first=0,
        )

    @staticmethod
    def _add(to: dict[str, list[_Ping]], host: bytes, ping: _Ping) -> None:
        to.setdefault(host.decode("utf-8", "replace"), []).append(ping)


def _microseconds(ms: bytes) -> int:
    return round(float(ms) * 1_000) if ms else -1

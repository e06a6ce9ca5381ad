"""What ``mtr --raw`` prints: ``x HOP SEQ`` when it sends, ``p HOP USEC SEQ`` when that is answered."""

from __future__ import annotations

import re

import numpy as np

from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.series import LONGEST_RTT_US

FORMAT = "mtr raw"

_SENT = rb"x (\d{1,3}) (\d{1,9})"
_ANSWERED = rb"p (\d{1,3}) (\d{1,9})(?: (\d{1,9}))?"
_LINE = line_pattern(_SENT, _ANSWERED, rb"h (\d{1,3}) ([^\s]{1,255})", rb"[dtms] \d{1,3}(?: [^\n]{0,255})?")
_HEAD = re.compile(rb"\A(?:[^\n]*\n){0,5}?[xh] \d{1,3} [^\n]*\n(?:[xphd] \d{1,3} [^\n]*\n?)", re.MULTILINE)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins with lines of a letter and a hop."""
    return _HEAD.match(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per hop that ever answered, the farthest first: it is what was pinged."""
    hops: dict[int, _Hop] = {}
    for _, columns in lines.columns(_LINE):
        for sent, seq, answered, us, of, hop, address in zip(*columns, strict=True):
            if sent:
                hops.setdefault(int(sent), _Hop()).sent(int(seq))
            elif answered:
                hops.setdefault(int(answered), _Hop()).answered(int(us), int(of) if of else None)
            elif hop:
                hops.setdefault(int(hop), _Hop()).address = address.decode("utf-8", "replace")
    return [hops[at].series(at) for at in sorted(hops, reverse=True) if any(hops[at].rtt_us)]


class _Hop:
    """What was sent towards a hop, in that order."""

    def __init__(self) -> None:
        self.address = ""
        self.rtt_us: list[int] = []
        self._place: dict[int, int] = {}
        self._second = 0
        self._late = 0

    def sent(self, seq: int) -> None:
        self._place[seq] = len(self.rtt_us)
        self.rtt_us.append(0)

    def answered(self, us: int, seq: int | None) -> None:
        if seq is None or seq not in self._place:
            # Versions of before 2016 print neither what they send nor a number.
            at = len(self.rtt_us) - 1 if self._place else None
        else:
            at = self._place[seq]
        if at is None:
            self.rtt_us.append(max(us, 1))
        elif self.rtt_us[at]:
            self._second += 1
        else:
            self._late += us > LONGEST_RTT_US
            self.rtt_us[at] = max(us, 1) if us <= LONGEST_RTT_US else 0

    def series(self, at: int) -> Series:
        name = f"hop {at + 1}" + (f" {self.address}" if self.address else "")
        notes = (f"replies after more than 60 s taken as losses: {self._late:,}",) if self._late else ()
        series = np.minimum(np.array(self.rtt_us, dtype=np.int64), LONGEST_RTT_US)
        return Series(name, series, None, notes, self._second)

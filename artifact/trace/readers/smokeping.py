"""SmokePing's round-robin data as CSV: a step to a row, median and pings in seconds.

The pings of a step stand in ascending order, not as they were sent, so the series is that of the medians.
"""

from __future__ import annotations

import re

import numpy as np

from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.series import LONGEST_RTT_US
from artifact.trace.stamps import NO_TIME, Clock

FORMAT = "SmokePing"

_NUMBER = rb"(?:[nN]a[nN]|\d{1,12}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,2})?|)"
_HEADER = rb"\"?(?:timestamp|time|date)\"?,\"?uptime\"?,\"?loss\"?,\"?median\"?(?:,\"?ping\d+\"?)*"
_LINE = line_pattern(_HEADER, rb"\"?(\d[^,\"\n]{7,40})\"?,%s,(%s),(%s)(?:,%s)*" % ((_NUMBER,) * 4))
_HEAD = re.compile(rb"\A(?:[ \t]*(?:#[^\n]*)?\n)*" + _HEADER, re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Tell whether the header is that of SmokePing's columns."""
    return _HEAD.match(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return the medians of all steps; a step of which nothing is known is a gap, one that lost all pings a loss."""
    clock = Clock()
    rtt_us, sent_us, some_lost = [], [], 0
    for _, (stamp, loss, median) in lines.columns(_LINE):
        times = clock.read(stamp).tolist()
        for at_us, lost, seconds in zip(times, map(_number, loss), map(_number, median), strict=True):
            if at_us == NO_TIME or (seconds is None and lost is None):
                continue
            us = round(seconds * 1e6) if seconds is not None else 0
            some_lost += bool(lost) and us > 0
            rtt_us.append(max(us, 1) if seconds and us <= LONGEST_RTT_US else 0)
            sent_us.append(at_us)
    notes = (f"steps of which some pings were lost, taken as answered: {some_lost:,}",) if some_lost else ()
    return [Series("median", np.array(rtt_us, dtype=np.int64), np.array(sent_us, dtype=np.int64), notes)]


def _number(text: bytes) -> float | None:
    return None if not text or text[:1] in b"nN" else float(text)

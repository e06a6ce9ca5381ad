"""What PowerShell's ``Test-Connection`` shows on the screen: a row per ping, in versions 5 and 7."""

from __future__ import annotations

import re

from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.readers._numbered import Numbered

FORMAT = "PowerShell"

_HEADER_5 = rb"Source +Destination +IPV4Address +IPV6Address +Bytes +Time\(ms\)"
_HEADER_7 = rb"Ping Source +Address +Latency(?: +BufferSize)? +Status"
_NAME = rb"[^\s]{1,255}"
_ROW_5 = rb"%s +(%s)(?: +[\d.]{7,15})?(?: +[\da-fA-F:%%]{2,60})? +\d{1,5} +(\d{1,9})" % (_NAME, _NAME)
_ROW_7 = rb" *(\d{1,9}) %s +(%s) +(?:(\d{1,9}|\*) +(?:\d{1,5}|\*) +|\* *)([A-Z][A-Za-z]+)" % (_NAME, _NAME)
_LINE = line_pattern(
    _ROW_7,
    _ROW_5,
    rb"[ \t]*Destination: (%s)(?: \[[^\n]*\])?" % _NAME,
    _HEADER_5 + rb"|" + _HEADER_7 + rb"|[- ]{10,}|[ \t]*\(ms\)(?: +\(B\))?",
)
_HEAD = re.compile(rb"^(?:%s|%s)[ \t]*$" % (_HEADER_5, _HEADER_7), re.MULTILINE)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` holds the header of Test-Connection's table."""
    return _HEAD.search(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per destination. Version 5 shows no losses but errors, which are set aside."""
    hosts: dict[str, Numbered] = {}
    target, under = "", 0
    for numbers, columns in lines.columns(_LINE):
        for line, ping, address, ms, status, destination, ms_5, header in zip(numbers.tolist(), *columns, strict=True):
            if header:
                target = header.decode("utf-8", "replace")
            elif ping or ms_5:
                given = ms or ms_5
                answered = bool(ms_5) or (status == b"Success" and given != b"*")
                shown = (address or destination).decode("utf-8", "replace")
                # A lost ping shows no address; it is of whatever was pinged before it.
                name = target if ping and target else next(reversed(hosts), "") if shown == "*" else shown
                us = max(int(given), 1) * 1_000 if answered else -1
                under += answered and int(given) == 0
                hosts.setdefault(name, Numbered()).add(line, None, us)
    if under:
        lines.notes.append(f"replies within less than 1 ms, taken as 1 ms: {under:,}")
    return [one for name, pings in hosts.items() for one in pings.series(lines, name, 0)]

"""Logs of ``ping`` as iputils prints them (of all years, in any language, with any options), and BSD, macOS, BusyBox.

A loss leaves no line, or one without a time; what was sent is told by ``icmp_seq``, which counts up from 1 (or 0),
goes from 65,535 to 0 and starts over at every header, and by the statistics at the end.
"""

from __future__ import annotations

import re

import numpy as np

from artifact.trace.heard import series_of
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.readers._ping_hosts import by_host
from artifact.trace.readers._ping_lines import Said
from artifact.trace.readers._plain_replies import divided
from artifact.trace.stamps import STAMP

FORMAT = "ping log"

# Possessive (++): a line that fits is read without a step back, which halves the time.
_TIME = (
    rb"(?: (?:ttl|hlim|TTL|id)=\d++)*+ [^\n=<\d ]{1,24}+ ?[=<] ?(\d{1,12}+(?:[.,]\d{0,9}+)?+)"
    rb" ?(ms|usec|\xd0\xbc\xd1\x81|\xe3\x83\x9f\xe3\x83\xaa\xe7\xa7\x92|\xe6\xaf\xab\xe7\xa7\x92)"
)
_REPLY = rb"(\d[^\n=]*+(?<=seq))=(\d{1,5}+)[.,]?+" + _TIME + rb"((?: ?\([^\n()=]{1,40}\))*+)(?:: [^\n=]*+)?+"
_UNANSWERED = rb"((?!\d)[^\n=:]* |From [^\n]*? )icmp_seq[= ](\d{1,5})\b(?![^\n]*[=<][\d.,]+ ?ms)[^\n]*+"
_SUMMARY = (
    rb"\d{1,12}+ packets transmitted, [^\n]*+"
    rb"|[^\n=:\d%]{0,60}\d{1,9}[^\n=:\d%]{1,60}\d{1,9}[^\n=:%]{0,60}\d ?%[^\n=]*+"
)
_KNOWN = (
    rb"\^C",
    rb"(?:rtt|round-trip) [^\n]*|pipe \d+|[^\n=%]* = [\d.,]+/[\d.,]+/[^\n]*",
    rb"(?:/[^\n: ]*/)?ping6?: [^\n]*|connect: [^\n]*|(?i:warning: )[^\n]*|PATTERN: [^\n]*",
    rb"wrong data byte [^\n]*|#\d+\t[^\n]*|\d+/\d+ packets, [^\n]*",
    rb"\d{1,6} bytes from [^\n=]*: "
    rb"(?:Dest|Time |Redirect|Source |Communication |Param|Packet |Frag|frag|Echo |Bad )[^\n]*",
    rb"Vr HL TOS[^\n]*| ?\d  ?[\da-f]  [\da-f]{2} [\da-f ]{8,}[^\n=]*",
)
_LINE = line_pattern(
    rb"((?:%s)?+)(?:" % STAMP
    + rb"|".join((_REPLY, _UNANSWERED, rb"((?:\^C)?PING6?[ (][^\n]*+)", rb"(?:\^C)?--- ?([^\n]*?) ?---"))
    + rb"|(%s)|" % _SUMMARY
    + rb"|".join(_KNOWN)
    + rb"|)"
)
_HEAD = re.compile(
    rb"^(?:%s)?+(?:PING6?[ (][^\n]* \(?\d+[^\n]*|\d[^\n=]*+(?<=seq)=\d{1,5}[.,]?%s|no answer yet for icmp_seq=\d)"
    % (STAMP, _TIME),
    re.MULTILINE,
)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` holds a line that only ``ping`` prints."""
    return _HEAD.search(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per host that was pinged; raise BadInputError where icmp_seq makes no sense."""
    said = Said()
    for first, text, ended in lines.blocks():
        if parts := divided(text, first, ended, said.responders):
            said.parts.append(parts.plain)
            lines.known += len(parts.plain.line)
            numbers, rest = parts.numbers, parts.rest
        else:
            numbers, rest = np.arange(first, first + text.count(b"\n") + 1), text
        if len(numbers):
            said.take(numbers, *lines.matched(_LINE, numbers, rest, ended))
    found = said.replies()
    return [one for name, heard in by_host(lines, said, found) for one in series_of(lines, name, heard)]

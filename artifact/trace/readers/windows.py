"""Logs of Windows' ping, in any of its languages and code pages.

A reply is told by its form: an address, then ``=`` or ``<`` before whole milliseconds. Only what is said of a lost ping
has to be known word by word.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.heard import Heard, series_of
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.stamps import NO_TIME, STAMP, Clock

FORMAT = "Windows ping"

LOST = (
    *("Request timed out", "Zeitüberschreitung der Anforderung", "Délai d’attente de la demande dépassé"),
    *("Délai d'attente de la demande dépassé", "Delai d'attente de la demande depasse", "Tiempo de espera agotado"),
    *(
        "Richiesta scaduta",
        "Esgotado o tempo limite",
        "Time-out bij opdracht",
        "Upłynął limit czasu",
        "Vypršel časový limit",
    ),
    *(
        "Превышен интервал ожидания",
        "要求がタイムアウト",
        "请求超时",
        "請求逾時",
        "要求等候逾時",
        "요청 시간이 만료",
        "Begäran gjorde timeout",
    ),
    *(
        "General failure",
        "Allgemeiner Fehler",
        "Défaillance générale",
        "Échec général",
        "Error general",
        "Errore generale",
    ),
    *("Falha geral", "Общий сбой", "一般エラー", "一般的なエラー", "常见故障", "一般故障", "일반 오류"),
    *(
        "transmit failed",
        "Fehler bei der Übertragung",
        "Hardware error",
        "TTL expired in transit",
        "Destination host unreachable",
    ),
    *(
        "Destination net unreachable",
        "Zielhost nicht erreichbar",
        "Zielnetz nicht erreichbar",
        "Destination port unreachable",
    ),
)
"""How a lost ping is told, up to where wordings differ."""

CODE_PAGES = ("utf-8", "cp850", "cp437", "cp1252", "cp932", "cp866", "cp1251", "gbk", "big5", "cp949", "cp852")


def _in_all_code_pages(texts: tuple[str, ...]) -> bytes:
    found = set()
    for text in texts:
        for page in CODE_PAGES:
            try:
                found.add(re.escape(text.encode(page)))
            except UnicodeEncodeError:
                continue
    return b"|".join(sorted(found, reverse=True))


# Possessive where it can be, and bounded: a line of 60,000 characters must not be tried in every way to split it.
_ADDRESS = (
    rb"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}"
    rb"|[\da-fA-F]{0,4}:[\da-fA-F:]{1,40}(?:\.\d{1,3}){0,3}(?:%\w{1,20})?)(?![\w.])"
)
_FROM = rb"([^\n=<:\d]{0,60}%s)[^\n=<:]{0,60}:" % _ADDRESS
_REPLY = _FROM + rb" ?(?:[^\n=<]{1,30} ?=\d{1,5} )?[^\n=<\d]{1,30}?([=<]) ?(\d{1,9}) ?[^\n=<\d ]{1,10}(?: TTL=\d{1,3})?"
_UNREACHED = rb"[^\n=<:\d]{0,60}%s[^\n=<:]{0,60}: ?[^\n=:]{3,200}[^\n=: ]" % _ADDRESS
_TIMED_OUT = rb"[^\n=]{0,80}(?:%s)[^\n=]{0,80}" % _in_all_code_pages(LOST)
_HEADER = (
    rb"[^\n=<]{0,120}?(?:\[%s\]|%s)[^\n=<]{0,120} \d{1,5} [^\n=<\d]{1,60}|%s ?[^\n=<\d]{1,60} \d{1,5} [^\n=<\d]{1,60}"
    % ((_ADDRESS,) * 3)
)
_LINE = line_pattern(
    rb"((?:%s)?+)(?:" % STAMP
    + rb"|".join((_REPLY, rb"(%s|%s)" % (_TIMED_OUT, _UNREACHED), rb"(%s)" % _HEADER))
    + rb"|[^\n=]{0,80}%s[^\n=]{0,80}:" % _ADDRESS
    + rb"|[^\n=]{1,60}(?:= ?\d{1,9}[^\n=]{1,40}){2}= ?\d{1,9}[^\n=]{0,60}"
    + rb"| *\([\d.,]{1,5} ?%[^\n=]*|[^\n=\d]{3,100}: *|data:|\^C|(?:Control|Strg|Ctrl)[-+]C)"
)
_HEAD = re.compile(rb"^(?:%s)?+(?:%s|Pinging [^\n]* with \d+ bytes of[^\n]*)\s*$" % (STAMP, _REPLY), re.MULTILINE)
_FIND_ADDRESS = re.compile(_ADDRESS)
_NAMED = re.compile(rb"([^\s\[\]]+) \[(%s)\]" % _ADDRESS)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` holds a reply as only Windows prints it."""
    return _HEAD.search(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per host, a ping to a line; raise BadInputError where a loss may be of any of several hosts."""
    said = _Said()
    for numbers, columns in lines.columns(_LINE):
        said.take(numbers, *columns)
    if said.under_one_ms:
        lines.notes.append(f"replies within less than 1 ms, taken as 1 ms: {said.under_one_ms:,}")
    return [one for name, heard in said.by_host(lines) for one in series_of(lines, name, heard)]


class _Ping(NamedTuple):
    line: int
    address: str  # empty for a loss
    rtt_us: int
    time_us: int
    header: int


class _Said:
    def __init__(self) -> None:
        self.under_one_ms = 0
        self._clock = Clock()
        self._pings: list[_Ping] = []
        self._targets: list[str] = []
        self._of_address: dict[str, str] = {}
        self._dates: list[tuple[int, int]] = []

    def take(self, numbers: NDArray[np.int64], *columns: tuple[bytes, ...]) -> None:
        time_us = self._clock.read(columns[0]) if any(columns[0]) else np.full(len(numbers), NO_TIME)
        rows = zip(numbers.tolist(), time_us.tolist(), *columns[1:], strict=True)
        for line, at_us, source, below, ms, lost, header in rows:
            if header:
                self._begin(header)
            if ms:
                self._answer(line, at_us, source, int(ms))
                self.under_one_ms += below == b"<"
            elif lost:
                self._pings.append(_Ping(line, "", -1, at_us, len(self._targets)))
            elif at_us != NO_TIME:
                self._dates.append((line, at_us))

    def _begin(self, header: bytes) -> None:
        named = _NAMED.search(header)
        address = named[2] if named else _FIND_ADDRESS.findall(header)[0]
        target = (named[1] if named else address).decode("utf-8", "replace")
        self._targets.append(target)
        self._of_address[address.decode("ascii")] = target

    def _answer(self, line: int, at_us: int, source: bytes, ms: int) -> None:
        address = _FIND_ADDRESS.findall(source)[-1].decode("ascii")
        self._pings.append(_Ping(line, address, max(ms, 1) * 1_000, at_us, len(self._targets)))

    def by_host(self, lines: Lines) -> list[tuple[str, Heard]]:
        """Return what was heard of each host."""
        found: dict[str, list[_Ping]] = {}
        host, changes = "", 0
        for ping in self._pings:
            before = host
            if ping.address:
                host = self._of_address.get(ping.address, ping.address)
            elif ping.header:
                host = self._targets[ping.header - 1]
            changes += bool(before) and host != before
            found.setdefault(host, []).append(ping)
        lost = [ping for ping in self._pings if not ping.address]
        if lost and len(found) > 1 and changes > len(self._targets):
            problem = f"replies of several hosts in turn, and {len(lost):,} losses that name none of them"
            raise BadInputError(lines.path, problem, "keep a log for each host", line=lost[0].line)
        if "" in found and len(found) == 2:  # losses before the first reply
            (name,) = (one for one in found if one)
            found = {name: sorted(found[""] + found[name])}
        return [(name, self._heard(pings)) for name, pings in found.items()]

    def _heard(self, pings: list[_Ping]) -> Heard:
        line, _, rtt_us, time_us, header = zip(*pings, strict=True)
        run = np.array(header)
        begins = np.maximum.accumulate(np.where(np.diff(run, prepend=run[0]) != 0, np.arange(len(run)), 0))
        return Heard(
            line=np.array(line),
            run=run,
            seq=(np.arange(len(run)) - begins) % 2**16,
            rtt_us=np.array(rtt_us),
            time_us=np.array(time_us),
            headed=frozenset(header),
            dates=self._dates,
            first=0,
        )

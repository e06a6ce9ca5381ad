"""What the lines of a ping log say, as columns."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.trace.stamps import NO_TIME, Clock

Ints = NDArray[Any]
"""Whole numbers, of 32 bits where these do: a log may have ten million lines."""

LARGEST = 2**31 - 1
Texts = tuple[bytes, ...]

_ADDRESS = re.compile(
    rb"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}"
    rb"|[\da-fA-F]{0,4}:[\da-fA-F:]*:[\da-fA-F.:]*[\da-fA-F](?:%[\w.-]+)?|[\da-f:]+::)(?![\w.])"
)
_TARGET = re.compile(rb"PING6?(?: |\([^\n]*? --> )([^\s(),]*[^\s(),:])")
_RESPONDER = re.compile(rb"\d+ [^\s]+ [^\s]+ ([^\s(),]*[^\s(),:])")
_NUMBERS = re.compile(rb"\d+")
_TOOK_MS = re.compile(rb"(\d+) ?ms *$")


class Header(NamedTuple):
    """The line that begins a run: what was pinged, by name and by address."""

    line: int
    target: str
    address: str


class End(NamedTuple):
    """The line above a run's statistics."""

    line: int
    text: str


class Summary(NamedTuple):
    """How many pings a run sent, how many were answered, and how long it took (ms, 0: untold)."""

    line: int
    sent: int
    received: int
    took_ms: int


class Replies(NamedTuple):
    """The lines about one ping each, shapes (n,): ``responder`` counts in ``Said.responders``, -1 where none answers.

    ``rtt_us`` is -1 for no answer, ``decimals`` how many the RTT was written with.
    """

    line: Ints
    responder: Ints
    seq: Ints
    rtt_us: Ints
    decimals: NDArray[np.int8]
    duplicate: NDArray[np.bool_]
    time_us: Ints


class Said:
    """All that a log says."""

    def __init__(self) -> None:
        self.headers: list[Header] = []
        self.ends: list[End] = []
        self.summaries: list[Summary] = []
        self.dates: list[tuple[int, int]] = []
        self.responders: dict[bytes, int] = {}
        self.clock = Clock()
        self.parts: list[Replies] = []

    def take(self, numbers: Ints, *columns: Texts) -> None:
        """Take in lines as the pattern of the format divides them."""
        stamp, prefix, seq, time, unit, tail, _, unanswered, header, end, summary = columns
        time_us = self.clock.read(stamp) if any(stamp) else np.broadcast_to(NO_TIME, len(numbers))
        at = np.flatnonzero(_given(seq) | _given(unanswered))
        if len(at):
            responder = [self.responders.setdefault(prefix[i], len(self.responders)) if prefix[i] else -1 for i in at]
            self.parts.append(
                Replies(
                    numbers[at].astype(np.int32),
                    np.array(responder, dtype=np.int32),
                    np.array([int(seq[i] or unanswered[i]) for i in at], dtype=np.int32),
                    *_microseconds([time[i] for i in at], [unit[i] for i in at]),
                    np.array([_is_duplicate(tail[i]) for i in at]),
                    time_us[at] if any(stamp) else time_us[: len(at)],
                )
            )
        self._take_frame(numbers, header, end, summary)
        alone = _given(stamp) & (time_us != NO_TIME)
        alone[at] = False
        self.dates.extend(zip(numbers[alone].tolist(), time_us[alone].tolist(), strict=True))

    def replies(self) -> Replies:
        """Return all lines about pings."""
        if not self.parts:
            none = np.zeros(0, dtype=np.int64)
            return Replies(none, none, none, none, none.astype(np.int8), none.astype(np.bool_), none)
        parts, self.parts = [list(part) for part in self.parts], []
        joined = []
        for at in range(len(Replies._fields)):
            joined.append(_joined([part[at] for part in parts]))
            for part in parts:
                part[at] = joined[-1][:0]  # lets go of what has been copied
        found = Replies._make(joined)
        if (np.diff(found.line) > 0).all():
            return found
        order = np.argsort(found.line, kind="stable")
        return Replies._make(column[order] for column in found)

    def _take_frame(self, numbers: Ints, header: Texts, end: Texts, summary: Texts) -> None:
        for i in np.flatnonzero(_given(header)):
            self.headers.append(Header(int(numbers[i]), *_pinged(header[i])))
        for i in np.flatnonzero(_given(end)):
            self.ends.append(End(int(numbers[i]), end[i].decode("utf-8", "replace")))
        for i in np.flatnonzero(_given(summary)):
            self.summaries.append(Summary(int(numbers[i]), *_counted(summary[i])))


def _joined(columns: list[NDArray[Any]]) -> NDArray[Any]:
    """Return columns one after the other; those of one value that take no memory stay so."""
    if all(column.strides == (0,) for column in columns):
        return np.broadcast_to(columns[0][:1], sum(map(len, columns)))
    return np.concatenate(columns)


def responder_of(prefix: bytes) -> str:
    """Return the address, or else the name, of who answered, from what stands before ``icmp_seq``."""
    addresses = _ADDRESS.findall(prefix)
    if addresses:
        return str(addresses[-1].decode("ascii"))
    named = _RESPONDER.match(prefix)
    return named[1].decode("utf-8", "replace") if named else prefix.decode("utf-8", "replace")


@lru_cache(1024)
def _counted(text: bytes) -> tuple[int, int, int]:
    """Return how many pings were sent and answered, and how long it took (ms), from a line of statistics."""
    sent, received, *_ = [int(one) for one in _NUMBERS.findall(text)] + [0, 0]
    took = _TOOK_MS.search(text)
    return sent, received, int(took[1]) if took else 0


@lru_cache(1024)
def _pinged(text: bytes) -> tuple[str, str]:
    """Return target and address from the line that begins a run."""
    target = _TARGET.search(text)
    addresses = _ADDRESS.findall(text.split(b" --> ")[-1].split(b": ")[0])
    address = addresses[-1].decode("ascii") if addresses else ""
    name = target[1].decode("utf-8", "replace") if target else address
    return name or address, address or name


def _microseconds(time: list[bytes], unit: list[bytes]) -> tuple[Ints, NDArray[np.int8]]:
    """Return whole microseconds, -1 where there is no time, and the number of decimals."""
    text = np.array(time, dtype="S24")
    if any(b"," in one for one in time):
        text = np.strings.replace(text, b",", b".")
    given = text != b""
    rtt_us = np.full(len(text), -1.0)
    scale = np.where(np.array(unit, dtype="S8")[given] == b"usec", 1, 1_000)
    rtt_us[given] = np.rint(text[given].astype(np.float64) * scale)
    point = np.strings.find(text, b".")
    decimals = np.where(point < 0, 0, np.strings.str_len(text) - point - 1)
    return np.minimum(rtt_us, LARGEST).astype(np.int32), decimals.astype(np.int8)


def _is_duplicate(tail: bytes) -> bool:
    """Tell a mark such as (DUP!) in any language from English ones of another meaning."""
    return b"DUP" in tail.upper() or not tail.isascii()


def _given(column: Texts) -> NDArray[np.bool_]:
    given: NDArray[np.bool_] = np.array(column, dtype="S1") != b""
    return given

"""Logs of a date as ``ctime`` prints it, a tab, and an RTT in seconds or ``None``; a summary may end them."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.log import Series
from artifact.trace.series import LONGEST_RTT_US

FORMAT = "timed RTTs"

_DATE = rb"[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d (?:[01]\d|2[0-3]):[0-5]\d:[0-6]\d \d{4})\t"
_SECONDS_PER_DIGIT = np.array([36_000, 3_600, 0, 600, 60, 0, 10, 1])  # of hh:mm:ss
_LINE = line_pattern(
    _DATE + rb"(?:(\d{1,9}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?)|None)",
    # The summary, which some versions of the program print without line ends.
    rb"(?:(?:(?:Successful|Failed) attempts|No response|Average response time): (?:[\d.eE+-]+|None|nan)?)+",
)
_HEAD = re.compile(rb"\A(?:[ \t]*(?:#[^\n]*)?\n)*" + _DATE)


def recognises(head: bytes) -> bool:
    """Tell whether the first line that is no comment begins with a date and a tab."""
    return _HEAD.match(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return the series, 0 for a loss; raise BadInputError at an impossible date or RTT.

    A reading of exactly 0 is the artefact of a timer, not a loss, and becomes 1 µs.
    """
    parts: list[NDArray[np.int64]] = []
    clock: list[NDArray[np.int64]] = []
    for numbers, (date, seconds) in lines.columns(_LINE):
        given = np.flatnonzero(np.array(date, dtype="S20") != b"")
        clock.append(_epoch(lines, np.array(date, dtype="S20")[given], numbers[given]))
        parts.append(_microseconds(lines, np.array(seconds, dtype="S56")[given], numbers[given]))
    rtt_us = np.concatenate(parts)
    n_zero = int((rtt_us == 0).sum())
    notes = (f"replies after 0 s, an artefact of the timer, taken as 1 µs: {n_zero:,}",) if n_zero else ()
    series = np.where(rtt_us < 0, 0, np.maximum(rtt_us, 1))
    return [Series("", series, 1_000_000 * np.concatenate(clock), notes)]


def _epoch(log: Lines, date: NDArray[np.bytes_], lines: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return seconds since 1970 as the clock showed them, without a time zone."""
    part = np.ascontiguousarray(date).view([("day", "S7"), ("time", "S8"), ("year", "S5")])
    # Parsing a million dates takes longer than all else here, but few are of different days.
    days, of_day = np.unique(np.strings.add(part["day"], part["year"]), return_inverse=True)
    start = np.zeros(len(days), dtype=np.int64)
    for at, day in enumerate(days):
        try:
            start[at] = datetime.strptime(day.decode() + " +0000", "%b %d %Y %z").timestamp()
        except ValueError:
            line = int(lines[np.argmax(of_day == at)])
            problem = f"there is no such day: {' '.join(day.decode().split())}"
            raise BadInputError(log.path, problem, "correct or remove the line", line=line) from None
    digits = np.ascontiguousarray(part["time"]).view(np.uint8).reshape(-1, 8).astype(np.int64) - ord("0")
    seconds: NDArray[np.int64] = start[of_day] + digits @ _SECONDS_PER_DIGIT
    return seconds


def _microseconds(log: Lines, seconds: NDArray[np.bytes_], lines: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return whole microseconds, -1 for a loss."""
    rtt_us = np.full(len(seconds), -1.0)
    answered = seconds != b""
    rtt_us[answered] = np.rint(seconds[answered].astype(np.float64) * 1e6)
    wrong = rtt_us > LONGEST_RTT_US
    if wrong.any():
        at = int(np.argmax(wrong))
        problem = f"an RTT above {LONGEST_RTT_US / 1e6:.0f} s: {seconds[at].decode()}"
        raise BadInputError(log.path, problem, "give RTTs in seconds, a loss as None", line=int(lines[at]))
    return rtt_us.astype(np.int64)

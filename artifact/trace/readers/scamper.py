"""Ping results of scamper, as ``sc_warts2json`` writes them: an object per run, its replies by number."""

from __future__ import annotations

from typing import Any

from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.readers._json_objects import first_object, number, objects
from artifact.trace.readers._numbered import Numbered

FORMAT = "scamper"

MOST_SENT = 65_536
"""How many pings scamper sends in one run, at most."""


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins with a run, or with the cycle that one belongs to."""
    one = first_object(head)
    return ("ping_sent" in one and "dst" in one) or one.get("type") in {"cycle-start", "cycle-def"}


def read(lines: Lines) -> list[Series]:
    """Return a series per target, of every source where there are several."""
    runs = []
    for line, one in objects(lines):
        if isinstance(one.get("responses"), list) and "dst" in one:
            runs.append((line, one))
        elif not str(one.get("type", "")).startswith("cycle"):
            lines.known -= 1
            lines.put_aside([line], [f"an object of type {one.get('type')!r}"])
    several = len({str(one.get("src")) for _, one in runs}) > 1
    found: dict[str, Numbered] = {}
    for line, one in runs:
        name = f"{one.get('src')} {one['dst']}" if several else str(one["dst"])
        _take(found.setdefault(name, Numbered()), line, one)
    return [series for name, pings in found.items() if pings.line for series in pings.series(lines, name, 0)]


def _take(to: Numbered, line: int, run: dict[str, Any]) -> None:
    """Take in a run: all that it sent, in order, with when that was."""
    answers: dict[int, dict[str, Any]] = {}
    for reply in run["responses"]:
        seq = number(reply.get("seq")) if isinstance(reply, dict) else None
        if seq is None or not 0 <= seq < MOST_SENT or number(reply.get("rtt")) is None:
            continue
        to.duplicates += int(seq) in answers
        answers.setdefault(int(seq), reply)
    sent = number(run.get("ping_sent")) or 0
    n = max(min(int(sent), MOST_SENT), max(answers, default=-1) + 1)
    start, wait = _moment(run.get("start")), number(run.get("wait")) or 1
    for seq in range(n):
        reply = answers.get(seq, {})
        ms = number(reply.get("rtt"))
        rtt_us = round(min(max(ms, 0), 1e9) * 1_000) if ms is not None else -1
        tx = _moment(reply.get("tx"))
        if tx is None and start is not None:
            tx = start + round(seq * min(wait, 86_400) * 1e6)
        to.add(line, None, rtt_us, None if tx is None else tx + max(rtt_us, 0))


def _moment(value: Any) -> int | None:
    if not isinstance(value, dict):
        return None
    seconds, micros = number(value.get("sec")), number(value.get("usec")) or 0
    return round(seconds) * 1_000_000 + round(micros) if seconds is not None and 0 < seconds < 1e11 else None

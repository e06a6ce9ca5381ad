"""What is in a log, for a person or a program: its series, what they hold, and what was set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from artifact.trace.log import Log, gaps_of
from artifact.trace.reading import read_log
from artifact.trace.series import Trace

QUANTILES = {"p1": 0.01, "p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
MOST_SHOWN = 20
"""How many series and how many lines set aside are listed in words."""


def checked(path: Path) -> dict[str, Any]:
    """Return what is in a log, as plain values (RTTs in ms, times as ISO 8601 by the log's own clock).

    Raises BadInputError as reading it does.
    """
    log = read_log(path)
    return {
        "file": log.name,
        "sha256": log.sha256,
        "format": log.format,
        "notes": list(log.notes),
        "set_aside": _set_aside(log),
        "series": [_series(trace) for trace in log.series],
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the same in words, a fact to a line."""
    series = found["series"]
    said = [f"{found['file']}: {found['format']}, {len(series):,} series"]
    said += [f"  note: {note}" for note in found["notes"]]
    for one in series[:MOST_SHOWN]:
        said += _in_words(one)
    if len(series) > MOST_SHOWN:
        said.append(f"and {len(series) - MOST_SHOWN:,} more series, with --json")
    aside = found["set_aside"]
    if aside["count"]:
        said.append(f"lines set aside: {aside['count']:,}")
        said += [f"  {line:,}: {text}" for line, text in zip(aside["lines"], aside["shown"], strict=False)]
        if aside["count"] > len(aside["shown"]):
            said.append(f"  and {aside['count'] - len(aside['shown']):,} more, with --json")
    return "\n".join(said)


def _set_aside(log: Log) -> dict[str, Any]:
    aside = log.set_aside
    return {"count": len(aside), "lines": aside.lines.tolist(), "shown": list(aside.shown)}


def _series(trace: Trace) -> dict[str, Any]:
    answered = trace.rtt_us[trace.rtt_us > 0] / 1000
    lost = len(trace) - len(answered)
    levels = np.quantile(answered, [*QUANTILES.values()]).round(3).tolist() if len(answered) else []
    return {
        "name": trace.series,
        "pings": len(trace),
        "lost": lost,
        "lost_share": round(lost / len(trace), 6),
        "longest_loss": _longest_loss(trace),
        "duplicates": trace.duplicates,
        "resolution_ms": trace.resolution_us / 1000,
        "rtt_ms": {
            "min": float(answered.min()),
            **dict(zip(QUANTILES, levels, strict=True)),
            "max": float(answered.max()),
        }
        if len(answered)
        else None,
        "time": _time(trace),
        "notes": list(trace.notes),
    }


def _longest_loss(trace: Trace) -> int:
    answered = np.flatnonzero(trace.rtt_us > 0)
    return int((np.diff(answered, prepend=-1, append=len(trace)) - 1).max())


def _time(trace: Trace) -> dict[str, Any] | None:
    if trace.sent_us is None:
        return None
    sent_us = trace.sent_us
    steps, gaps = np.diff(sent_us), gaps_of(sent_us)
    return {
        "from": _iso(int(sent_us.min())),
        "to": _iso(int(sent_us.max())),
        "usual_step_s": float(np.median(steps)) / 1e6 if len(steps) else None,
        "gaps": [{"after": _iso(int(sent_us[at - 1])), "s": round(float(steps[at - 1]) / 1e6, 3)} for at in gaps],
        "steps_back": int((steps < 0).sum()),
    }


def _iso(time_us: int) -> str:
    return str(np.datetime64(time_us, "us").astype("datetime64[ms]"))


def _in_words(one: dict[str, Any]) -> list[str]:
    share = f"{100 * one['lost_share']:.3g} %"
    said = [
        f"{one['name'] or 'the series'}: {one['pings']:,} pings, {one['lost']:,} without a reply ({share}), "
        f"{one['duplicates']:,} duplicates"
    ]
    if one["rtt_ms"]:
        levels = ", ".join(f"{name} {level:.6g}" for name, level in one["rtt_ms"].items())
        said.append(f"  RTT (ms): {levels}; written in steps of {one['resolution_ms']:g}")
    if one["lost"]:
        said.append(f"  longest loss: {one['longest_loss']:,} pings")
    if one["time"]:
        time = one["time"]
        step = f", every {time['usual_step_s']:.4g} s" if time["usual_step_s"] is not None else ""
        said.append(f"  from {time['from']} to {time['to']}{step}, gaps: {len(time['gaps']):,}")
    return said + [f"  note: {note}" for note in one["notes"]]

"""PingPlotter's export: a table of hops, then a row per round with an RTT (ms) for each hop."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.series import LONGEST_RTT_US
from artifact.trace.stamps import NO_TIME, Clock

FORMAT = "PingPlotter"

_HEAD = re.compile(rb"\A\s*\"?Host Information\"?\s*\n")
_HOP = re.compile(rb"(\d{1,3}),([^\n]*),([^,\n]*)")
_ROUND = re.compile(rb"(\"?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} [\d:. APMZapm+-]+\"?),([^\n]*)")
_CELL = re.compile(rb"\"?(?:(\d{1,6}(?:[.,]\d{1,6})?)|(\*)|(N/A|))\"?")
NO_HOP = -1


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins with the table of hops."""
    return _HEAD.match(head) is not None


def read(lines: Lines) -> list[Series]:
    """Return a series per hop that ever answered, the target first; rounds without such a hop are none of its pings."""
    hops: dict[int, str] = {}
    stamps: list[bytes] = []
    rounds: list[list[int]] = []
    for first, text, ended in lines.blocks():
        written = text.split(b"\n")
        for at, line in enumerate(map(bytes.strip, written)):
            cells = _round(line) if (found := _ROUND.fullmatch(line)) else None
            if found and cells is not None and (not rounds or len(cells) == len(rounds[0])):
                stamps.append(found[1].strip(b'"'))
                rounds.append(cells)
            elif hop := _HOP.fullmatch(line):
                hops[int(hop[1])] = (hop[2].strip(b'" ') or hop[3]).decode("utf-8", "replace")
            elif line and line.strip(b'"') not in (b"Host Information", b"Sample Information"):
                if not ended and at == len(written) - 1:
                    lines.notes.append("the last line is cut off and was left out")
                else:
                    lines.put_aside([first + at], [line])
                continue
            lines.known += bool(line)
    if not rounds:
        return []
    table = np.array(rounds, dtype=np.int64)
    sent_us = Clock().read(stamps)
    order = [at for at in reversed(range(table.shape[1])) if (table[:, at] > 0).any()]
    return [_hop(at + 1, hops.get(at + 1, ""), table[:, at], sent_us) for at in order]


def _round(line: bytes) -> list[int] | None:
    """Return µs, 0 for a loss and NO_HOP for no such hop; None where a cell is none of these."""
    decimal_commas = b";" in line
    cells = line.split(b";" if decimal_commas else b",")[1:]
    found = [_CELL.fullmatch(cell) for cell in cells]
    if not all(found):
        return None
    return [_microseconds(cell) for cell in found if cell]


def _microseconds(cell: re.Match[bytes]) -> int:
    if cell[1]:
        us = max(round(float(cell[1].replace(b",", b".")) * 1_000), 1)
        return us if us <= LONGEST_RTT_US else 0
    return 0 if cell[2] else NO_HOP


def _hop(at: int, name: str, rtt_us: NDArray[np.int64], sent_us: NDArray[np.int64]) -> Series:
    there = rtt_us != NO_HOP
    times = sent_us[there] if (sent_us != NO_TIME).all() else None
    without = int((~there).sum())
    notes = (f"rounds that had no such hop, left out: {without:,}",) if without else ()
    return Series(f"hop {at}" + (f" {name}" if name and name != "-" else ""), rtt_us[there], times, notes)

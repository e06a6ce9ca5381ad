"""RIPE Atlas ping results, as JSON or a line each: a few packets per result, a series per probe and target."""

from __future__ import annotations

from typing import Any

import numpy as np

from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.readers._json_objects import first_object, number, objects
from artifact.trace.series import LONGEST_RTT_US

FORMAT = "RIPE Atlas"

BETWEEN_PACKETS_US = 1_000_000
"""Between the packets of one result, by default of the measurements (https://atlas.ripe.net/docs/apis/)."""


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins with a result of a probe."""
    one = first_object(head)
    return "prb_id" in one and ("result" in one or "msm_id" in one)


def read(lines: Lines) -> list[Series]:
    """Return a series per probe and target; results of other measurements are set aside."""
    found: dict[str, _Series] = {}
    for line, one in objects(lines):
        packets, at = one.get("result"), number(one.get("timestamp"))
        if one.get("type", "ping") != "ping" or not isinstance(packets, list) or at is None or not 0 < at < 1e11:
            lines.known -= 1
            lines.put_aside([line], [f"a result of type {one.get('type')!r}"])
            continue
        target = one.get("dst_name") or one.get("dst_addr") or ""
        found.setdefault(f"{one.get('prb_id')} {target}".strip(), _Series()).take(round(at * 1e6), packets)
    return [series.done(name) for name, series in found.items() if series.rtt_us]


class _Series:
    def __init__(self) -> None:
        self.rtt_us: list[int] = []
        self._sent_us: list[int] = []
        self._duplicates = self._late = self._above = 0

    def take(self, at_us: int, packets: list[Any]) -> None:
        sent = 0
        for packet in packets:
            if not isinstance(packet, dict) or packet.get("dup"):
                self._duplicates += isinstance(packet, dict)
                continue
            if "late" in packet:
                self._late += 1
                continue
            ms = number(packet.get("rtt"))
            rtt_us = max(round(ms * 1_000), 1) if ms is not None and ms >= 0 else 0
            self._above += rtt_us > LONGEST_RTT_US
            self.rtt_us.append(rtt_us if rtt_us <= LONGEST_RTT_US else 0)
            self._sent_us.append(at_us + sent * BETWEEN_PACKETS_US)
            sent += 1

    def done(self, name: str) -> Series:
        # Probes deliver when they can; results lie in the order of delivery.
        order = np.argsort(np.array(self._sent_us, dtype=np.int64), kind="stable")
        notes = []
        if (np.diff(order) < 0).any():
            notes.append("results put in the order of time")
        if self._late:
            notes.append(f"late replies, which name no packet, left out: {self._late:,}")
        if self._above:
            notes.append(f"replies after more than 60 s taken as losses: {self._above:,}")
        sent_us = np.array(self._sent_us, dtype=np.int64)[order]
        return Series(name, np.array(self.rtt_us, dtype=np.int64)[order], sent_us, tuple(notes), self._duplicates)

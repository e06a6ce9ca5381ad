"""JSON of iputils' ``ping -j``, of ``fping -J``, and what jc makes of ping's text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.readers._json_objects import first_object, number, objects
from artifact.trace.readers._numbered import Numbered

FORMAT = "ping JSON"

_SEQ, _RTT_MS = ("seq", "icmp_seq"), ("time", "rtt", "time_ms")
_HOST = ("destination", "host", "response_ip", "destination_ip", "ip")


def recognises(head: bytes) -> bool:
    """Tell whether the first object tells of a ping by its number."""
    one = first_object(head)
    inner = [one, *(value for value in one.values() if isinstance(value, dict))]
    numbered = any(key in of for of in inner for key in _SEQ) and "from" not in one
    return numbered or ("responses" in one and "packets_transmitted" in one)


def read(lines: Lines) -> list[Series]:
    """Return a series per host."""
    hosts: dict[str, Numbered] = {}
    fping = False
    for line, one in objects(lines):
        fping |= "resp" in one or "timeout" in one
        for host, ping in _pings(one):
            _take(hosts.setdefault(host, Numbered()), line, ping)
    return [
        series for name, pings in hosts.items() if pings.line for series in pings.series(lines, name, 0 if fping else 1)
    ]


def _pings(one: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("resp", "timeout"):
        if isinstance(inner := one.get(kind), dict):
            yield _host(inner), {**inner, "type": kind}
            return
    if isinstance(responses := one.get("responses"), list):
        yield from ((_host(one), ping) for ping in responses if isinstance(ping, dict))
    else:
        yield _host(one), one


def _take(to: Numbered, line: int, ping: dict[str, Any]) -> None:
    seq = next((found for key in _SEQ if (found := number(ping.get(key))) is not None), None)
    ms = next((found for key in _RTT_MS if (found := number(ping.get(key))) is not None), None)
    if seq is None or not 0 <= seq < 2**53:
        return
    if ping.get("duplicate") is True or ping.get("dup"):
        to.duplicates += 1
        return
    stamp = number(ping.get("timestamp"))
    time_us = round(stamp * 1e6) if stamp is not None and 0 < stamp < 1e11 else None
    told = ms is not None and ms >= 0 and ping.get("type") != "timeout"
    to.add(line, int(seq), round(min(ms or 0, 1e9) * 1_000) if told else -1, time_us)


def _host(one: dict[str, Any]) -> str:
    return next((str(one[key]) for key in _HOST if one.get(key)), "")

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.trace.lines import opened
from artifact.trace.readers import ping

HEADER = "PING a.example (192.0.2.1) 56(84) bytes of data.\n"


def reply(seq: int, ms: float | str = 10.2, suffix: str = "") -> str:
    return f"64 bytes from 192.0.2.1: icmp_seq={seq} ttl=56 time={ms} ms{suffix}\n"


def statistics(sent: int, received: int) -> str:
    return (
        f"\n--- a.example ping statistics ---\n{sent} packets transmitted, {received} received, "
        "9% packet loss, time 9ms\n"
        "rtt min/avg/max/mdev = 0.036/0.044/0.060/0.010 ms, pipe 2\n"
    )


def read(path: Path, text: str | bytes) -> tuple[list[int], list[str]]:
    """Return the RTTs of the only series, and the notes."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with opened(path) as lines:
        assert ping.recognises(lines.head)
        (series,) = ping.read(lines)
        return series.rtt_us.tolist(), [*lines.notes, *series.notes]


GOLDEN = {
    "plain": (HEADER + reply(1, 62.3) + reply(2, 100) + reply(3, 0.045), [62_300, 100_000, 45]),
    "a gap is losses": (HEADER + reply(1) + reply(4), [10_200, 0, 0, 10_200]),
    "lost before the first reply": (HEADER + reply(3), [0, 0, 10_200]),
    "stamped (-D)": (f"[1795423870.339854] {reply(1)}[1795423870.541665] {reply(2, 9)}", [10_200, 9_000]),
    "host name": ("64 bytes from dns.example (8.8.8.8): icmp_seq=1 ttl=117 time=10.2 ms\n", [10_200]),
    "host name beyond ASCII": (HEADER + "64 bytes from münchen: icmp_seq=1 ttl=117 time=10.2 ms\n", [10_200]),
    "IPv6": ("PING ::1(::1) 56 data bytes\n64 bytes from fe80::1%eth0: icmp_seq=1 ttl=64 time=1 ms\n", [1_000]),
    "no answer yet (-O)": (
        HEADER + reply(1) + "no answer yet for icmp_seq=2\n" + reply(3) + "no answer yet for icmp_seq=4\n",
        [10_200, 0, 10_200, 0],
    ),
    "a late reply is an answer": (
        HEADER + "no answer yet for icmp_seq=1\n" + reply(1, 1500) + reply(2, 500),
        [1_500_000, 500_000],
    ),
    "unreachable": (
        HEADER + reply(1) + "From 10.0.0.1 icmp_seq=2 Destination Host Unreachable\n" + reply(3),
        [10_200, 0, 10_200],
    ),
    "redirected, then answered": (
        HEADER + "From gw.example (10.0.0.1): icmp_seq=1 Redirect Host(New nexthop: 10.0.0.2)\n" + reply(1),
        [10_200],
    ),
    "without header, from the middle": (reply(500) + reply(502), [10_200, 0, 10_200]),
    "lost at the end": (HEADER + reply(1) + reply(2) + statistics(4, 2), [10_200, 10_200, 0, 0]),
    "lost wholly": (HEADER + statistics(3, 0), [0, 0, 0]),
    "interrupted in a terminal": (HEADER + reply(1) + "^C" + statistics(1, 1).lstrip(), [10_200]),
    "complaints of ping": (
        HEADER + reply(1) + "ping: sendmsg: Network is unreachable\n" + reply(3),
        [10_200, 0, 10_200],
    ),
    "macOS": (
        "PING 8.8.8.8 (8.8.8.8): 56 data bytes\n64 bytes from 8.8.8.8: icmp_seq=0 ttl=117 time=9.123 ms\n"
        "Request timeout for icmp_seq 1\n64 bytes from 8.8.8.8: icmp_seq=2 ttl=117 time=9.2 ms\n",
        [9_123, 0, 9_200],
    ),
    "BusyBox": (
        "PING 8.8.8.8 (8.8.8.8): 56 data bytes\n64 bytes from 8.8.8.8: seq=0 ttl=117 time=9.123 ms\n",
        [9_123],
    ),
    "blank lines and comments": (f"# home\n\n{HEADER}{reply(1)}  \n#x\n{reply(2)}", [10_200, 10_200]),
    "CRLF": ((HEADER + reply(1) + reply(2)).replace("\n", "\r\n"), [10_200, 10_200]),
    "CR": ((HEADER + reply(1) + reply(2)).replace("\n", "\r"), [10_200, 10_200]),
    "byte order mark": ("\ufeff" + HEADER + reply(1), [10_200]),
    "a header at the end": (HEADER + reply(1) + HEADER, [10_200]),
    "wrap-around": (reply(65_534, 1) + reply(65_535, 2) + reply(1, 3), [1_000, 2_000, 0, 3_000]),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_reads(tmp_path: Path, case: str) -> None:
    text, rtt_us = GOLDEN[case]
    assert read(tmp_path / "log", text) == (rtt_us, [])


NOTED = {
    "runs": (
        HEADER + reply(1) + statistics(2, 1) + HEADER + reply(2),
        [10_200, 0, 0, 10_200],
        "runs of ping, taken one after the other: 2",
    ),
    "duplicate": (HEADER + reply(1) + reply(1, 12, " (DUP!)"), [10_200], "duplicate replies left out: 1"),
    "too late": (HEADER + reply(1, 60_001), [0], "replies after more than 60 s taken as losses: 1"),
    "zero": (HEADER + reply(1, "0.000"), [1], "replies after 0 ms, an artefact of the timer, taken as 1 µs: 1"),
    "cut off": (HEADER + reply(1) + reply(2)[:-9], [10_200], "the last line is cut off and was left out"),
}


@pytest.mark.parametrize("case", NOTED)
def test_tells_what_it_did(tmp_path: Path, case: str) -> None:
    text, rtt_us, note = NOTED[case]
    assert read(tmp_path / "log", text) == (rtt_us, [note])


BAD = {
    "icmp_seq beyond its 16 bits": (reply(65_536), ":1: an icmp_seq above 65,535"),
    "a silence of days": (HEADER + reply(1) + statistics(90_000, 1), ": 89,999 losses in a row after ping 1, more"),
    "years of silence": (HEADER + reply(1) + statistics(10**11, 1), ": its icmp_seq tell of 100,000,000,000 pings"),
    "a small log of big gaps": (
        HEADER + "".join(reply(seq) for n in range(1_000) for seq in (n + 1, n + 60_000)),
        ": its icmp_seq tell of 65,5",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(refused: Callable[..., None], case: str) -> None:
    refused(read, *BAD[case])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), stamped=st.booleans(), outstanding=st.booleans(), first=st.sampled_from([1, 65_500]))
def test_gives_back_what_was_pinged(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, stamped: bool, outstanding: bool, first: int
) -> None:
    """Whatever is lost, late or out of order, every ping gets its own RTT."""
    series = data.draw(st.lists(st.one_of(st.just(0), st.integers(1, 60_000_000)), min_size=2, max_size=200))
    lines = []
    for at, us in enumerate(series):
        seq = (first + at) % 65_536
        late = data.draw(st.integers(0, 5)) if us else 0
        if outstanding and (late or not us):
            lines.append((at + 1, f"no answer yet for icmp_seq={seq}\n"))
        if us:
            lines.append((at + 1 + late, reply(seq, f"{us / 1000:.3f}")))
    text = "".join(
        f"[1700000000.123456] {line}" if stamped else line for _, line in sorted(lines, key=lambda pair: pair[0])
    )
    # Seen from 65,500 there is no header, and so no telling what was lost before the first line or after the last.
    text = HEADER + text + statistics(len(series), len([us for us in series if us])) if first == 1 else text
    if first != 1 and not outstanding:
        answered = np.flatnonzero(series)
        series = series[answered[0] : answered[-1] + 1] if len(answered) else []
    if text:
        path = tmp_path_factory.mktemp("ping") / "log"
        assert read(path, text)[0] == series

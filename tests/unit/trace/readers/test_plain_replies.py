"""Replies read as columns of bytes are what the pattern reads, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.errors import BadInputError
from artifact.trace import lines, unpacking
from artifact.trace.readers import ping
from artifact.trace.reading import read_log

A, B = "192.0.2.1", "b.example (198.51.100.7)"
LINES = st.one_of(
    st.builds(
        "{0}{1} bytes from {2}: icmp_seq={3} ttl={4} time={5} ms{6}\n".format,
        st.sampled_from(
            ["", "", "", "[1700000000.123456] ", "[1700000000.1234567] ", "[17000000x0.123456] ", "[9.5] "]
        ),
        st.sampled_from(["64", "64", "64", "1408"]),
        st.sampled_from([A, A, A, B, "2001:db8::1"]),
        st.one_of(st.integers(0, 40), st.sampled_from(["65535", "007", "", "1x", "123456"])),
        st.sampled_from(["64", "64", "117", "1", "", "1234", "6 4"]),
        st.sampled_from(
            [
                "9.04",
                "10.1",
                "100",
                "0.041",
                "49.10",
                "4.100",
                "12345678",
                "123456789",
                "1234.567",
                "0.0",
                "0",
                ".5",
                "5.",
                "1.2.3",
                "",
                "-1",
                "9.0412",
                "9,04",
                "60001",
                "9.1e3",
            ]
        ),
        st.sampled_from(["", "", "", "", " (DUP!)", " ", ": odd", "x"]),
    ),
    st.sampled_from(
        [
            "\n",
            "PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n",
            "no answer yet for icmp_seq=7\n",
            "a=b=c=d ms\n",
            "== = ms\n",
            "64 bytes from 192.0.2.1: icmp_seq=3 ttl=6\n",
            "# x\n",
            "Tue Nov 24 10:00:01 UTC 2026\n",
            "\r\n",
            "64 bytes from 192.0.2.1: icmp_seq=1 ttl=6 time=1 ms64 bytes from 192.0.2.1: icmp_seq=2 ttl=6 time=1 ms\n",
        ]
    ),
)


def told(path: Path) -> object:
    try:
        log = read_log(path)
    except BadInputError as refused:
        return str(refused)
    of_each = [
        (
            one.series,
            one.rtt_us.tolist(),
            None if one.sent_us is None else one.sent_us.tolist(),
            one.notes,
            one.duplicates,
        )
        for one in log.series
    ]
    return of_each, log.set_aside.lines.tolist(), log.set_aside.shown, log.notes


@settings(max_examples=150, deadline=None)
@given(
    st.lists(LINES, min_size=1, max_size=40),
    st.sampled_from(["", "64 bytes from 192.0.2.1: icmp_seq=9 ttl=6 time=1 ms"]),
)
def test_both_ways_read_the_same(tmp_path_factory: pytest.TempPathFactory, text: list[str], last: str) -> None:
    path = tmp_path_factory.mktemp("plain") / "log"
    path.write_text("".join([*text, last]), newline="")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unpacking, "BLOCK_BYTES", 400)
        patched.setattr(lines, "HEAD_BYTES", 400)
        by_bytes = told(path)
        patched.setattr(ping, "divided", lambda *_: None)
        assert by_bytes == told(path)


def test_the_way_by_bytes_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a day's log would take minutes, and the test above compare one way with itself."""
    path = tmp_path / "log"
    path.write_text("".join(f"64 bytes from {A}: icmp_seq={n} ttl=64 time=9.{n % 10} ms\n" for n in range(1, 5_000)))
    monkeypatch.setattr(unpacking, "BLOCK_BYTES", 2**14)
    monkeypatch.setattr(lines, "HEAD_BYTES", 2**14)
    by_pattern = 0

    def counted(text: bytes, *rest: object) -> object:
        nonlocal by_pattern
        found = divided(text, *rest)
        by_pattern += text.count(b"\n") + 1 if found is None else len(found.numbers)
        return found

    divided = ping.divided
    monkeypatch.setattr(ping, "divided", counted)
    assert len(read_log(path).series[0]) == 4_999
    assert by_pattern < 700

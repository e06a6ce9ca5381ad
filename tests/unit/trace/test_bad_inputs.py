"""A table of bad inputs, each with its one line: what is wrong, where, and what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from artifact.errors import BadInputError, printable
from artifact.trace import reading
from artifact.trace.series import FEWEST_PINGS, Trace


def read_trace(path: Path) -> Trace:
    """Read a trace as the study does."""
    return reading.read_trace(path, fewest=FEWEST_PINGS)


HEADER = b"PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n"


def reply(seq: int, time: str = "9.81") -> bytes:
    return f"64 bytes from 192.0.2.1: icmp_seq={seq} ttl=57 time={time} ms\n".encode()


def replies(begin: int, end: int) -> bytes:
    return b"".join(reply(seq % 65_536) for seq in range(begin, end))


def packed_zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ping.log", content)
    return buffer.getvalue()


PING = HEADER + replies(1, 1_101)
CSV = b"rtt_ms\n" + b"10.5\n" * 1_100
TIMED = b"".join(b"Tue Oct 22 16:%02d:%02d 2024\t0.00925\n" % divmod(n, 60) for n in range(1_100))

BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\t\n", "is empty"),
    "byte order mark and nothing": (b"\xef\xbb\xbf", "is empty"),
    "prose": (b"no ping here\n" * 2_000, "no known format"),
    "HTML": (b"<html><script>alert(1)</script></html>\n", "no known format"),
    "JSON": (b'{"rtt_ms": [1, 2, 3]}\n', "no known format"),
    "ELF": (b"\x7fELF\x02\x01\x01\x00" + bytes(64), "no known format"),
    "pickle": (b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix", "no known format"),
    "NUL bytes only": (bytes(4_096), "is empty"),
    "zip": (packed_zip(PING), "zip"),
    "too short, ping": (HEADER + replies(1, 1_000), "999 pings, too few"),
    "too short, CSV": (b"rtt_ms\n" + b"10.5\n" * 999, "999 pings, too few"),
    "header only, ping": (HEADER, "no pings"),
    "header only, CSV": (b"rtt_ms\n", "no pings"),
    "the 31st of November, timed": (TIMED.replace(b"Oct 22 16:00:07", b"Nov 31 16:00:07"), ":8:"),
    "icmp_seq above 65,535": (HEADER + replies(1, 1_101) + reply(70_000), "above 65,535"),
    "strange lines by the hundred, ping": (HEADER + b"rm -rf /\n" * 300 + replies(1, 200), ":2:"),
    "strange lines by the hundred, CSV": (b"rtt_ms\n" + b"ten\n" * 300 + b"10.5\n" * 200, "no known format"),
    "strange lines by the hundred, timed": (TIMED[:33] + b"now\tslow\n" * 300, ":2:"),
    "gzip of nothing": (gzip.compress(b""), "is empty"),
    "gzip of prose": (gzip.compress(b"no ping here\n" * 2_000), "no known format"),
    "gzip, damaged": (gzip.compress(PING)[:200] + bytes(300) + gzip.compress(PING)[500:], "cannot be unpacked"),
    "xz, damaged": (lzma.compress(PING)[:100] + bytes(300) + lzma.compress(PING)[400:], "cannot be unpacked"),
    "bzip2, damaged": (bz2.compress(PING)[:100] + bytes(300) + bz2.compress(PING)[400:], "cannot be unpacked"),
    "gzip in gzip": (gzip.compress(gzip.compress(PING)), "no known format"),
    "rar": (b"Rar!\x1a\x07\x01" + bytes(100), "rar"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "no known format"),
    "INI": (b"[ping]\nhost=192.0.2.1\ncount=5\n", "no known format"),
    "a header of ping and prose": (HEADER + b"and nothing else\n", "no pings"),
    "columns of words": (b"host,city\nalpha,Graz\nbeta,Linz\n", "RTT"),
    "an RTT above a minute": (CSV + b"60000.5\n", "above 60 s"),
    "7-Zip": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "7-Zip"),
    "UTF-16 prose": ("no ping here\n".encode("utf-16"), "no known format"),
    "columns that may all be RTTs": (b"1.5,2.5\n2.5,1\n7,8\n" * 400, "no header"),
    "Latin-1": ("rtt_ms;caf\xe9\n".encode("latin-1") + b"9.5;\xe9\n" * 3, "too few"),
    "no RTT column": (b"second,host\n" + b"1,a\n" * 1_100, "RTT"),
    "decimal commas between commas": (b"second,rtt_ms\n" + b"1,9,5\n" * 1_100, ":2:"),
    "a line of 1 MiB": (HEADER + replies(1, 1_101) + b"x" * 2**20 + b"\n", "line"),
    "a line of 1 MiB and no end": (b"x" * 2**20, "no known format"),
    "ANSI colours": (b"\x1b[31m" + PING.replace(b"\n", b"\x1b[0m\n"), ":1:"),
}


@pytest.mark.parametrize("case", BAD)
def test_each_is_one_line_that_says_where(case: str, tmp_path: Path) -> None:
    content, expected = BAD[case]
    log = tmp_path / "ping.log"
    log.write_bytes(content)
    with pytest.raises(BadInputError) as refused:
        read_trace(log)
    said = str(refused.value)
    assert len(said.splitlines()) == 1
    assert len(said) < 400 + len(str(log))
    assert said.startswith(str(log))
    assert expected in said
    assert ";" in said  # what is wrong; what to do


def test_there_are_forty() -> None:
    assert len(BAD) >= 40


GOOD: dict[str, tuple[bytes, int]] = {
    "quote never closed": (b'second,rtt_ms\n"1,9.5\n' + b"1,9.5\n" * 1_100, 1_100),
    "NUL in the middle": (PING + b"\0" + replies(1_101, 1_110), 1_109),
    "UTF-16": (PING.decode().encode("utf-16"), 1_100),
    "UTF-16 without its mark": (PING.decode().encode("utf-16-be"), 1_100),
    "gzip": (gzip.compress(PING), 1_100),
    "gzip in two parts": (gzip.compress(PING) + gzip.compress(replies(1_101, 1_200)), 1_199),
    "xz": (lzma.compress(PING), 1_100),
    "bzip2": (bz2.compress(PING), 1_100),
    "one strange line, ping": (HEADER + replies(1, 900) + b"rm -rf /\n" + replies(900, 1_101), 1_100),
    "one strange line, CSV": (CSV + b"ten\n" + CSV[7:], 2_200),
    "one strange line, timed": (TIMED + b"now\tslow\n" + TIMED, 2_200),
    "negative RTT, ping": (HEADER + replies(1, 900) + reply(900, "-3.5") + replies(901, 1_101), 1_100),
    "absurd digits, ping": (HEADER + replies(1, 900) + reply(900, "9" * 400) + replies(901, 1_101), 1_100),
    "icmp_seq of 30 digits": (HEADER + replies(1, 1_101) + reply(10**30), 1_100),
    "duplicate sequence number": (HEADER + replies(1, 900) + reply(500) + replies(900, 1_101), 1_100),
    "starts over without a header": (HEADER + replies(30_000, 31_000) + replies(1, 200), 31_198),
    "locale date": (b"23.11.2026 18:00\t9.25\n" * 1_100, 1_100),
    "ragged CSV": (b"second,rtt_ms\n" + b"1,9.5\n" * 600 + b"1,9.5,7\n" + b"1,9.5\n" * 600, 1_200),
    "two RTT columns": (b"rtt_ms,rtt\n" + b"1.5,2.5\n" * 1_100, 1_100),
    "ANSI colours in some lines": (PING + b"\x1b[31mTue\x1b[0m\n" + replies(1_101, 1_110), 1_109),
    "CRLF": (PING.replace(b"\n", b"\r\n"), 1_100),
    "byte order mark": (b"\xef\xbb\xbf" + CSV, 1_100),
    "wrap-around of icmp_seq": (HEADER + replies(1, 66_600), 66_599),
    "decimal commas": (b"second;rtt_ms\n" + b"1;9,5\n" * 1_100, 1_100),
    "late and duplicate replies": (
        HEADER
        + replies(1, 700)
        + b"64 bytes from 192.0.2.1: icmp_seq=700 ttl=57 time=8.1 ms (DUP!)\n"
        + replies(700, 1_101),
        1_100,
    ),
    "negative codes for losses": (CSV + b"-1\n" * 5, 1_105),
    "clock going back": (TIMED + TIMED, 2_200),
    "cut in the last line": (PING[:-20], 1_099),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_unusual_but_right_is_read(case: str, tmp_path: Path) -> None:
    content, pings = GOOD[case]
    log = tmp_path / "ping.log"
    log.write_bytes(content)
    assert len(read_trace(log)) == pings


def test_a_line_of_one_gibibyte_takes_no_gibibyte_of_memory(tmp_path: Path) -> None:
    import resource

    log = tmp_path / "ping.log"
    with log.open("wb") as file:
        file.write(PING)
        for _ in range(1_024):
            file.write(b"x" * 2**20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInputError, match=r":1102: .* line of more than 65,536 bytes"):
        read_trace(log)
    log.unlink()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    fifo = tmp_path / "ping.log"
    os.mkfifo(fifo)
    with pytest.raises(BadInputError, match="not a regular file"):
        read_trace(fifo)


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/stdin", "/proc/self/mem"])
def test_what_never_ends_is_refused(place: str) -> None:
    with pytest.raises(BadInputError):
        read_trace(Path(place))


def test_links_that_lead_nowhere_or_round_are_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("nowhere", "round"):
        with pytest.raises(BadInputError):
            read_trace(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.log", "$(touch worse).log", "two\nlines.log", "-rf.log", "a\udcffb.log"]
)
def test_a_name_stays_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(b"no ping here\n")
    with pytest.raises(BadInputError) as refused:
        read_trace(Path(name))
    assert len(str(refused.value).splitlines()) == 1
    Path(name).write_bytes(PING)
    assert read_trace(Path(name)).name == printable(name)
    assert [path.name for path in tmp_path.iterdir()] == [name]

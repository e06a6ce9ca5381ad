from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from artifact.errors import BadInputError
from artifact.trace import lines, unpacking
from artifact.trace.reading import read_log, read_trace
from artifact.trace.series import FEWEST_PINGS, LONGEST_RTT_US, Trace

REAL = Path(os.environ.get("REAL_TRACES", Path(__file__).parents[4] / "shared" / "traces"))
TABLE = "t;rtt\n" + "1;5\n" * FEWEST_PINGS


def refusal(path: Path, at_most: int | None = None) -> str:
    with pytest.raises(BadInputError) as refused:
        read_trace(path, at_most, fewest=FEWEST_PINGS)
    message = str(refused.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "log"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("log", content)
    return packed.getvalue()


def test_a_trace_says_where_it_comes_from(tmp_path: Path) -> None:
    path = written(tmp_path, TABLE)
    trace = read_trace(path)
    assert (trace.name, trace.format, trace.series) == ("log", "RTT table", "rtt")
    assert trace.sha256 == hashlib.sha256(TABLE.encode()).hexdigest()
    assert trace.rtt_us.dtype == np.int64
    assert trace.rtt_us.tolist() == [5_000] * FEWEST_PINGS


def test_reading_a_part_still_hashes_the_whole(tmp_path: Path) -> None:
    text = "t;rtt\n" + "1;5\n" * 300_000
    trace = read_trace(written(tmp_path, text), at_most=1_500)
    assert len(trace) == 1_500
    assert trace.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_part_as_long_as_the_whole_is_no_part(tmp_path: Path) -> None:
    assert not any("first" in note for note in read_trace(written(tmp_path, TABLE), at_most=FEWEST_PINGS).notes)


def test_a_link_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(written(tmp_path, TABLE))
    assert len(read_trace(link)) == FEWEST_PINGS


@pytest.mark.parametrize("block_bytes", [1, 7, 64])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blocks_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int, end: str) -> None:
    """Not even a line end that is torn in two changes a line or its number."""
    text = f"64 bytes from a: icmp_seq=1 ttl=6 time=1 ms{end}" + end * 3 + f"oops{end}{end}"
    monkeypatch.setattr(unpacking, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(lines, "HEAD_BYTES", 64)
    log = read_log(written(tmp_path, text))
    assert log.set_aside.lines.tolist() == [5]
    assert log.series[0].rtt_us.tolist() == [1_000]


PACKED = {
    "gzip": gzip.compress(TABLE.encode()),
    "xz": lzma.compress(TABLE.encode()),
    "bzip2": bz2.compress(TABLE.encode()),
    "UTF-16": TABLE.encode("utf-16"),
    "UTF-16 without its mark": TABLE.encode("utf-16-le"),
}


@pytest.mark.parametrize("packing", PACKED)
def test_packed_logs_are_read_and_hashed_as_they_lie_there(tmp_path: Path, packing: str) -> None:
    trace = read_trace(written(tmp_path, PACKED[packing]))
    assert trace.rtt_us.tolist() == [5_000] * FEWEST_PINGS
    assert trace.sha256 == hashlib.sha256(PACKED[packing]).hexdigest()


def test_a_packed_log_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    text = "t;rtt\n" + "".join(f"{n};{n * 7919 % 1000 / 10}\n" for n in range(20_000))
    trace = read_trace(written(tmp_path, gzip.compress(text.encode())[:-20_000]))
    assert 0 < len(trace) < 20_000
    assert trace.rtt_us[:3].tolist() == [0, 91_900, 83_800]
    assert "the packed file is cut off; what could be unpacked was read" in trace.notes


def test_zstandard_is_read_where_its_package_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, bytes.fromhex("28b52ffd") + bytes(20))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert refusal(path) == ": is packed with zstandard; unpack it first, or install the package zstandard"


TWO = "time,host,rtt\n" + "".join(
    f"{n},{host},{n % 7 + of}\n" for n in range(6) for of, host in ((1, "a"), (9, "b<i>"))
)


def test_a_log_is_a_set_of_series(tmp_path: Path) -> None:
    log = read_log(written(tmp_path, TWO + "6,a,3\n"))
    assert {trace.series: len(trace) for trace in log.series} == {"a": 7, "b<i>": 6}
    assert len({trace.sha256 for trace in log.series} | {log.sha256}) == 3
    assert log.sha256 == hashlib.sha256((TWO + "6,a,3\n").encode()).hexdigest()


def test_one_series_is_taken_by_name_or_the_longest(tmp_path: Path) -> None:
    path = written(tmp_path, TWO + "6,a,3\n")
    assert read_trace(path, series="b<i>").rtt_us[0] == 9_000
    longest = read_trace(path)
    assert longest.series == "a"
    assert "the longest of 2 series, 'a', was taken; others: 'b<i>' (6)" in longest.notes
    with pytest.raises(BadInputError, match=r"has no series 'c'; name one of 'a', 'b<i>'"):
        read_trace(path, series="c")


def test_a_log_that_runs_backwards_is_put_in_order(tmp_path: Path) -> None:
    rows = [f"2026-01-01 10:00:{n:02d},{n + 1}\n" for n in range(50)]
    trace = read_trace(written(tmp_path, "time,rtt\n" + "".join(reversed(rows))))
    assert trace.rtt_us.tolist() == [1_000 * n for n in range(1, 51)]
    assert trace.sent_us is not None
    assert (np.diff(trace.sent_us) == 1_000_000).all()
    assert "the log runs backwards; its pings were put in the order of time" in trace.notes


@pytest.mark.parametrize(
    ("cells", "step"),
    [("1 2 3 7", 1_000), ("1.5 2 3.1 7", 100), ("10.25 9 8.13 100", 10), ("1.123 2.333 3", 1), ("0", 1)],
)
def test_the_resolution_is_the_step_of_most_rtts(tmp_path: Path, cells: str, step: int) -> None:
    trace = read_trace(written(tmp_path, "rtt\n" + cells.replace(" ", "\n") + "\n"))
    assert trace.resolution_us == step
    assert ("RTTs are written in whole milliseconds" in trace.notes) == (step == 1_000)


def test_takes_only_the_first(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, "t,rtt\n" + "".join(f"{n},{n % 50 + 1}.5\n" for n in range(9_000))), 2_000)
    assert trace.rtt_us.tolist() == [1_000 * (n % 50 + 1) + 500 for n in range(2_000)]
    assert trace.sent_us is not None
    assert len(trace.sent_us) == 2_000
    assert trace.notes == ("only the first 2,000 pings were taken, the rest of the log was left out",)


BAD = {
    "empty": (b"", ": is empty; give a log with pings in it"),
    "blank": (b"\xef\xbb\xbf\n \n", ": is empty; give a log with pings in it"),
    "zip": (zipped(TABLE), ": is packed with zip; unpack it first"),
    "binary": (b"\x7fELF\0\0", ": is a log of no known format; give one of"),
    "prose": (
        b"Dear all\nno pings here.\n",
        ": is a log of no known format; give one of 'Parquet table', 'RIPE Atlas', ",
    ),
    "too short": (b"t;rtt\n1;5\n", ": holds 1 pings, too few for a trace; give a log of 1,000 pings or more"),
    "a long line": (TABLE.encode() + b"1;" + b"5" * 70_000 + b"\n", ":1002: a line of more than 65,536 bytes; give"),
    "a line without end": (b"t;rtt\n1;" + b"5" * 3_000_000, ":2: a line of more than 65,536 bytes; give a log with"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(tmp_path: Path, case: str) -> None:
    content, problem = BAD[case]
    message = refusal(written(tmp_path, content))
    assert message.startswith(problem)
    assert message.isprintable()


def test_refuses_what_is_no_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert refusal(tmp_path / "none") == ": there is no such file; check the path"
    assert refusal(tmp_path) == ": is a folder; name one log file in it"
    assert refusal(fifo) == ": is not a regular file; save the log as a file first"
    assert refusal(Path("/dev/zero")) == ": is not a regular file; save the log as a file first"
    assert refusal(written(tmp_path, TABLE) / "in it").startswith(": ")
    assert refusal(loop).startswith(": ")
    assert "cannot be read" in refusal(tmp_path / ("n" * 300))
    assert "no" in refusal(Path("a\0b"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_refuses_what_may_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path, TABLE)
    path.chmod(0)
    assert refusal(path) == ": cannot be read: permission denied; check the path and its permissions"


@pytest.mark.parametrize(
    ("head", "repeated", "tail"),
    [
        (b"t;rtt\n1;", b" ", b"x"),
        (b"t;rtt\n1;", b'""', b"x"),
        (b"t;rtt\n", b" ", b"x"),
        (b"PING a b bytes\n", b"64 bytes from a: icmp_seq=1 ", b"x"),
        (b"PING a b bytes\n", b"From a icmp_seq= ", b"x"),
        (b"PING a b bytes\n", b"--- ", b"x"),
        (b"Tue Oct 22 16:00:32 2024\t0.1\n", b"No response: ", b"x"),
    ],
)
def test_no_line_takes_long_to_refuse(tmp_path: Path, head: bytes, repeated: bytes, tail: bytes) -> None:
    """A pattern that tries every way to split a line would take hours for these."""
    started = time.monotonic()
    refusal(written(tmp_path, head + repeated * (60_000 // len(repeated)) + tail + b"\n"))
    assert time.monotonic() - started < 5


def test_refuses_to_take_too_few(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none", at_most=999) == ": at most 999 pings were asked for; ask for 1,000 or more"


PIECES = [
    b"PING a (192.0.2.1) 56(84) bytes of data.\n",
    b"64 bytes from a: icmp_seq=1 ttl=6 time=1 ms\n",
    b"64 bytes from a: icmp_seq=60000 ttl=6 time=99999999999 ms (DUP!)\n",
    b"no answer yet for icmp_seq=7\n",
    b"99999999999 packets transmitted, 1 received\n",
    b"t;rtt\n",
    b"1;5,5\n",
    b"1;9e99\n",
    b'1;"\n',
    b"Tue Oct 22 16:00:32 2024\t0.002\n",
    b"Tue Feb 31 16:00:32 2024\t0.002\n",
    b"No response: 1",
    b"#",
    b"\r",
    b"\xef\xbb\xbf",
    b"\xff",
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)))
@example(b"64 bytes from a: icmp_seq=1 ttl=6 time=1 ms\n" + b"no answer yet for icmp_seq=1\n" * 2_000)
@example((PIECES[0] + PIECES[1]) * 2_000)
@example(PIECES[5] + PIECES[6] * 2_000)
@example(PIECES[9] * 2_000)
def test_any_bytes_are_a_trace_or_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        trace = read_trace(written(tmp_path_factory.mktemp("any"), content))
    except BadInputError as refused:
        assert str(refused).isprintable()  # either outcome is right
    else:
        assert isinstance(trace, Trace)
        assert trace.rtt_us.min() >= 0
        assert trace.rtt_us.max() <= LONGEST_RTT_US


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the real traces are not in {REAL}; REAL_TRACES may name their folder")
class TestRealTraces:
    @pytest.mark.parametrize(
        ("name", "pings", "answered"),
        [
            ("iputils_gcp_1s.txt", 10_851, 10_663),
            ("campus_8888_1s_a.tsv", 21_600, 21_599),
            ("campus_8888_1s_b.tsv", 35_688, 35_536),
            ("ripe_labelled/13835.csv", 7_001, 6_783),
            ("ripe_labelled/artificial_1.csv", 7_785, 7_785),
        ],
    )
    def test_counts(self, name: str, pings: int, answered: int) -> None:
        trace = read_trace(REAL / name)
        assert (len(trace), int((trace.rtt_us > 0).sum())) == (pings, answered)

    def test_the_long_silence_in_the_ping_log(self) -> None:
        lost = np.flatnonzero(read_trace(REAL / "iputils_gcp_1s.txt").rtt_us == 0) + 1
        assert lost.tolist() == [*range(634, 821), 8_584]

    def test_every_one_is_read(self) -> None:
        logs = [path for path in REAL.rglob("*.*") if path.suffix in {".txt", ".tsv", ".csv"}]
        assert logs
        for path in logs:
            rtt_ms = np.median(read_trace(path).rtt_us) / 1_000
            assert 0 < rtt_ms < 500, path

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.trace.lines import opened
from artifact.trace.readers import timed
from artifact.trace.reading import read_log

START_S = 1_729_612_832


def row(second: int, cell: str) -> str:
    return f"{time.asctime(time.gmtime(START_S + second))}\t{cell}\n"


def read(path: Path, text: str) -> tuple[list[int], list[str]]:
    """Return the RTTs of the only series, and all notes."""
    path.write_text(text, encoding="utf-8", newline="")
    with opened(path) as lines:
        assert timed.recognises(lines.head)
    log = read_log(path)
    notes = [note for note in (*log.notes, *log.series[0].notes) if "whole milliseconds" not in note]
    return log.series[0].rtt_us.tolist(), notes


THREE = row(0, "0.002062082290649414") + row(1, "None") + row(2, "2.5e-05")
SUMMARY = "Successful attempts: 2\nFailed attempts: 0\nNo response: 1\nAverage response time: 0.0038\n"

GOLDEN = {
    "plain": (THREE, [2_062, 0, 25]),
    "summary": (THREE + SUMMARY, [2_062, 0, 25]),
    "summary without line ends": (THREE + SUMMARY.replace("\n", ""), [2_062, 0, 25]),
    "CRLF": (THREE.replace("\n", "\r\n"), [2_062, 0, 25]),
    "comments": ("# home\n\n" + THREE, [2_062, 0, 25]),
    "a day of one digit": ("Wed Oct  2 00:00:00 2024\t0.5\nWed Oct  2 00:00:01 2024\t0.25\n", [500_000, 250_000]),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_reads(tmp_path: Path, case: str) -> None:
    text, rtt_us = GOLDEN[case]
    assert read(tmp_path / "log", text) == (rtt_us, [])


NOTED = {
    "zero": (
        row(0, "0.0") + row(1, "0.5"),
        [1, 500_000],
        "replies after 0 s, an artefact of the timer, taken as 1 µs: 1",
    ),
    "gaps": (
        "".join(row(n, "0.1") for n in (0, 1, 2, 3, 5, 8, 9, 100_000, 100_001)),
        [100_000] * 9,
        "gaps in the clock, not taken as losses: 2, the largest of 99,991 s",
    ),
    "clock set back": (
        row(0, "0.1") + row(1, "0.1") + row(0, "0.1"),
        [100_000] * 3,
        "steps back of the clock, the lines taken as they stand: 1",
    ),
    "cut off": (THREE + row(3, "0.1")[:17], [2_062, 0, 25], "the last line is cut off and was left out"),
}


@pytest.mark.parametrize("case", NOTED)
def test_tells_what_it_did(tmp_path: Path, case: str) -> None:
    text, rtt_us, note = NOTED[case]
    assert read(tmp_path / "log", text) == (rtt_us, [note])


def test_times_are_kept(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(THREE)
    (trace,) = read_log(tmp_path / "log").series
    assert trace.sent_us is not None
    assert trace.sent_us.tolist() == [1_000_000 * (START_S + n) for n in range(3)]


def test_strange_lines_are_set_aside(tmp_path: Path) -> None:
    text = row(0, "0.1") + "hello\n" + row(1, "-0.1") + "Sat Feb 03 25:00:00 2024\t0.1\n" + row(2, "0.2") * 3
    (tmp_path / "log").write_text(text)
    log = read_log(tmp_path / "log")
    assert log.set_aside.lines.tolist() == [2, 3, 4]
    assert log.series[0].rtt_us.tolist() == [100_000, 200_000, 200_000, 200_000]


BAD = {
    "nothing but strange lines": (row(0, "0.1") + "hello\n" * 2, ":2: 2 lines are no part of a log of the format"),
    "no such day": (row(0, "0.1") + "Sat Feb 31 00:00:00 2024\t0.1\n", ":2: there is no such day: Feb 31 2024"),
    "above 60 s": (row(0, "0.1") + row(1, "60.1"), ":2: an RTT above 60 s: 60.1; give RTTs in seconds"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(refused: Callable[..., None], case: str) -> None:
    refused(read, *BAD[case])


@settings(max_examples=60, deadline=None)
@given(series=st.lists(st.one_of(st.just(0), st.integers(1, 60_000_000)), min_size=1, max_size=200))
def test_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, series: list[int]) -> None:
    text = "".join(row(at, str(rtt / 1e6) if rtt else "None") for at, rtt in enumerate(series))
    assert read(tmp_path_factory.mktemp("tsv") / "log", text)[0] == series

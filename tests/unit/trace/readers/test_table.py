from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.trace.readers import table
from artifact.trace.reading import read_log


def read(path: Path, text: str) -> tuple[list[int], list[str]]:
    """Return the RTTs of the only series, and all notes."""
    path.write_text(text, encoding="utf-8", newline="")
    log = read_log(path)
    assert log.format == table.FORMAT
    (trace,) = log.series
    usual = "whole milliseconds", "no header and no unit"
    notes = [note for note in (*log.notes, *trace.notes) if not any(one in note for one in usual)]
    return trace.rtt_us.tolist(), notes


GOLDEN = {
    "one column": ("rtt_ms\n12.5\n13\n", [12_500, 13_000]),
    "semicolons": ("epoch;rtt;cp\n1;12.5;0\n2;13;1\n", [12_500, 13_000]),
    "commas": ("epoch,Latency,cp\n1,12.5,0\n2,13,1\n", [12_500, 13_000]),
    "tabs": ("epoch\tPING\tcp\n1\t12.5\t0\n2\t13\t1\n", [12_500, 13_000]),
    "decimal commas": ("epoch;rtt\n1;82,68108073\n2;1,5\n", [82_681, 1_500]),
    "decimal commas, one column": ("rtt\n82,68108073\n1,5\n", [82_681, 1_500]),
    "unit in brackets": ("t,RTT [µs]\n1,1250\n2,13.4\n", [1_250, 13]),
    "seconds": ("t,rtt_s\n1,0.0125\n2,6e-5\n", [12_500, 60]),
    "quoted": ('"host, port","rtt_ms"\n"a ""b"", 1","12.5"\nc,13\n', [12_500, 13_000]),
    "losses": (
        "t,rtt\n1,\n2,None\n3,nan\n4,*\n5,timeout\n6,0\n7,-\n8,NULL\n9,N/A\n10, 5 \n",
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 5_000],
    ),
    "quoted losses, one column": ('rtt\n""\n5\n', [0, 5_000]),
    "under half a microsecond": ("t,rtt_us\n1,0.2\n2,1.4\n", [1, 1]),
    "header standing again": ("t,rtt\n1,5\nt,rtt\n2,6\n", [5_000, 6_000]),
    "blank lines and comments": ("# home\n\nt,rtt\n1,5\n\n# moved\n2,6\n", [5_000, 6_000]),
    "CRLF without a last line end": ("t;rtt\r\n1;5\r\n2;6", [5_000, 6_000]),
    "CR": ("t;rtt\r1;5\r2;6\r", [5_000, 6_000]),
    "no header": ("12.5\n13\n", [12_500, 13_000]),
    "no header, a time and an RTT": ("2026-01-01 10:00:00;12.5\n2026-01-01 10:00:01;13\n", [12_500, 13_000]),
    "no header, a count and an RTT": ("1,12.5\n2,13\n3,9\n", [12_500, 13_000, 9_000]),
    "cells that name their RTT": (
        "2026-01-01 10:00:00,192.0.2.1,ttl=9,time=28.6\n2026-01-01 10:00:01,192.0.2.1,ttl=9,time=9\n",
        [28_600, 9_000],
    ),
    "cells with their unit": ("t,rtt\n1,28.6 ms\n2,900 us\n3,0.002s\n", [28_600, 900, 2_000]),
    "blanks": ("2026-01-01 10:00:00 12.5\n2026-01-01 10:00:01 13\n", [12_500, 13_000]),
    "values": ("epoch,values\n1512144010.0,63.86\n1512144010.0,66.52\n", [63_860, 66_520]),
    "Excel's first line": ("sep=;\nt;rtt\n1;5\n", [5_000]),
    "strange rows": (
        "n,rtt\n1,5\n2,soon\n3,inf\n4,0x1F\n5,6,7\n6\n7,8\n8,9\n9,8\n1,8\n2,9\n",
        [5_000, 8_000, 9_000, 8_000, 8_000, 9_000],
    ),
    "byte order mark": ("\ufeffrtt;t\n5;1\n6;2\n", [5_000, 6_000]),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_reads(tmp_path: Path, case: str) -> None:
    text, rtt_us = GOLDEN[case]
    assert read(tmp_path / "log", text) == (rtt_us, [])


def test_negative_numbers_are_losses(tmp_path: Path) -> None:
    read_back = read(tmp_path / "log", "epoch;rtt\n1;-3\n2;-15,2\n3;7\n")
    assert read_back == ([0, 0, 7_000], ["negative RTTs taken as losses: 2"])


def test_a_cut_row_is_left_out(tmp_path: Path) -> None:
    read_back = read(tmp_path / "log", "epoch;rtt;cp\n1;3;0\n2;7")
    assert read_back == ([3_000], ["the last line is cut off and was left out"])


def test_one_time_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("time,rtt\n1700000000,1\n1700000001,2\n9e99,3\n1700000003,4\n")
    (trace,) = read_log(tmp_path / "log").series
    assert trace.sent_us is not None
    assert (trace.sent_us // 1_000_000 - 1_700_000_000).tolist() == [0, 1, 2, 3]
    assert "times that cannot be read, put between those around them: 1" in trace.notes


HOSTS = {
    "by target": ("time,target,rtt\n1,a,5\n1,b,9\n2,a,6\n", {"a": [5_000, 6_000], "b": [9_000]}),
    "by probe and target": (
        "time;probe;dst;rtt\n1;7;a;5\n1;8;a;9\n2;7;b;6\n",
        {"7 a": [5_000], "8 a": [9_000], "7 b": [6_000]},
    ),
    "one target, named": ("time,source,target,rtt\n1,me,a,5\n2,me,a,6\n", {"a": [5_000, 6_000]}),
    "two columns": ("time,ping_ms,latency\n1,5,7\n2,6,*\n", {"ping_ms": [5_000, 6_000], "latency": [7_000, 0]}),
    "no header": (
        "2026-01-01 10:00:00,192.0.2.1,5.5\n2026-01-01 10:00:00,192.0.2.2,9.5\n2026-01-01 10:00:01,192.0.2.1,6.5\n",
        {"192.0.2.1": [5_500, 6_500], "192.0.2.2": [9_500]},
    ),
}


@pytest.mark.parametrize("case", HOSTS)
def test_hosts_and_columns_are_series(tmp_path: Path, case: str) -> None:
    text, expected = HOSTS[case]
    (tmp_path / "log").write_text(text)
    assert {trace.series: trace.rtt_us.tolist() for trace in read_log(tmp_path / "log").series} == expected


TIMES = {
    "ISO": ("2026-03-04 05:06:07", "2026-03-04 05:06:09"),
    "epoch": ("1772600767", "1772600769"),
    "epoch in ms": ("1772600767000", "1772600769000"),
    "month first": ("03/04/2026 5:06:07 AM", "03/04/2026 5:06:09 AM"),
    "day first": ("04.03.2026 05:06:07", "04.03.2026 05:06:09"),
    "another zone": ("2026-03-04T05:06:07+02:00", "2026-03-04T06:06:09+03:00"),
    "ctime": ("Wed Mar  4 05:06:07 2026", "Wed Mar  4 05:06:09 2026"),
}


@pytest.mark.parametrize("case", TIMES)
def test_times_of_every_form(tmp_path: Path, case: str) -> None:
    (tmp_path / "log").write_text("time;rtt\n" + "".join(f"{time};5\n" for time in TIMES[case]))
    (trace,) = read_log(tmp_path / "log").series
    assert trace.sent_us is not None
    assert [str(np.datetime64(int(at), "us"))[:19] for at in trace.sent_us] == [
        "2026-03-04T05:06:07",
        "2026-03-04T05:06:09",
    ]


def test_a_status_tells_losses_from_fast_replies(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("time,rtt,status\n1,0,Success\n2,5000,TimedOut\n3,7,Success\n")
    assert read_log(tmp_path / "log").series[0].rtt_us.tolist() == [1_000, 0, 7_000]


BAD = {
    "no header, two numbers": (
        "1.5;12.5\n7.5;13\n2.25;1\n",
        ": has no header, and 2 of its columns may hold RTTs; add",
    ),
    "no RTT column": (
        "when,load\n1,5\n",
        ": has no RTT column among its columns 'when', 'load'; name it one of rtt, ping, latency, delay, ",
    ),
    "no RTT column, one column": ("load\n5\n", ": has no RTT column among its columns 'load'"),
    "decimal commas between commas": ("t,rtt\n1,12,5\n2,6,1\n", ":2: 2 lines are no part of a log"),
    "above 60 s": (
        "t,rtt\n1,5\n# x\n2,60001\n",
        ":4: an RTT above 60 s: 60001; write a loss as nan, or name the unit of the column",
    ),
    "beyond all numbers": ("t,rtt\n1,1e999\n", ":2: an RTT above 60 s: 1e999;"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(refused: Callable[..., None], case: str) -> None:
    refused(read, *BAD[case])


@pytest.mark.parametrize("names", table.RTT_COLUMNS)
def test_knows_every_name_in_its_unit(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        us = {"us": 1, "s": 1_000_000}.get(name.rpartition("_")[2], 1_000)
        assert read(tmp_path / "log", f"t,{name.upper()}\n1,2\n")[0] == [2 * us]


@settings(max_examples=60, deadline=None)
@given(
    series=st.lists(st.one_of(st.just(0), st.integers(1, 60_000_000)), min_size=1, max_size=200),
    separator=st.sampled_from(";\t,"),
    unit=st.sampled_from([("rtt_us", 1, 0), ("rtt", 1_000, 3), ("rtt_s", 1_000_000, 6)]),
    loss=st.sampled_from(["", "nan", "None", "0", "0.0", "-3", "timeout"]),
    comma=st.booleans(),
)
def test_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    **drawn: Any,
) -> None:
    series, separator, loss, (name, us, digits) = (drawn[key] for key in ("series", "separator", "loss", "unit"))
    cells = [f"{rtt / us:.{digits}f}" if rtt else loss for rtt in series]
    if drawn["comma"] and separator != ",":
        cells = [cell.replace(".", ",") for cell in cells]
    text = f"t{separator}{name}\n" + "".join(f"x{separator}{cell}\n" for cell in cells)
    assert read(tmp_path_factory.mktemp("csv") / "log", text)[0] == series


def test_an_empty_line_of_a_single_column_is_set_aside_and_told(tmp_path: Path) -> None:
    """It may be a loss, or what divides the rows; of several columns it is no row."""
    (tmp_path / "one.csv").write_text("rtt_ms\n1.5\n\n2.5\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("rtt_ms,n\n1.5,1\n\n2.5,2\n", encoding="utf-8")
    one, two = (read_log(tmp_path / name) for name in ("one.csv", "two.csv"))
    assert one.series[0].rtt_us.tolist() == two.series[0].rtt_us.tolist() == [1_500, 2_500]
    assert one.set_aside.lines.tolist() == [3]
    assert len(two.set_aside) == 0

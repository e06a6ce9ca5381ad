"""What programs other than ping leave behind: the numbers, in each format's own words."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.errors import BadInputError
from artifact.trace.log import Log
from artifact.trace.reading import read_log


def read(path: Path, content: str | bytes) -> Log:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_log(path)


def rtts(log: Log) -> dict[str, list[int]]:
    return {trace.series: trace.rtt_us.tolist() for trace in log.series}


def steps_s(log: Log, at: int = 0) -> list[float]:
    sent_us = log.series[at].sent_us
    assert sent_us is not None
    return [float(step) / 1e6 for step in np.diff(sent_us)]


FPING_D = """[1795636914.65926] 127.0.0.1 : [0], 64 bytes, 0.031 ms (0.031 avg, 0% loss)
[1795636914.66956] 127.0.0.2 : [0], 64 bytes, 0.259 ms (0.259 avg, 0% loss)
[1795636914.85976] 127.0.0.1 : [1], 64 bytes, 0.042 ms (0.037 avg, 0% loss)
[1795636914.86000] 127.0.0.2 : [1], timed out (0.259 avg, 50% loss)
ICMP Host Unreachable from 192.0.2.9 for ICMP Echo sent to 127.0.0.2
[1795636914.86100] 127.0.0.1 : duplicate for [1], 64 bytes, 0.044 ms
[1795636915.05976] 127.0.0.1 : [2], 64 bytes, 0.040 ms (0.038 avg, 0% loss)
"""  # fping 5.1 -l -D, two addresses


def test_fping_with_times(tmp_path: Path) -> None:
    log = read(tmp_path / "log", FPING_D)
    assert rtts(log) == {"127.0.0.1": [31, 42, 40], "127.0.0.2": [259, 0]}
    assert log.series[0].duplicates == 1
    assert log.series[0].sent_us is not None
    assert log.series[0].sent_us.tolist() == [1795636914659229, 1795636914859718, 1795636915059720]
    assert len(log.set_aside) == 0


def test_fping_counts_on_beyond_sixteen_bits(tmp_path: Path) -> None:
    text = "".join(
        f"192.0.2.1 : [{n}], 64 bytes, {n % 7 + 1}.5 ms (1 avg, 0% loss)\n" for n in range(66_000) if n != 65_536
    )
    (trace,) = read(tmp_path / "log", text).series
    assert len(trace) == 66_000
    assert trace.rtt_us[65_536] == 0
    assert trace.rtt_us[65_537] == 1_000 * (65_537 % 7 + 1) + 500


def test_fping_a_line_per_host(tmp_path: Path) -> None:
    log = read(tmp_path / "log", "192.0.2.1    : 0.031 - 0.039 0.040\n192.0.2.22 : - - - -\n")
    assert rtts(log) == {"192.0.2.1": [31, 0, 39, 40], "192.0.2.22": [0, 0, 0, 0]}


def test_fping_with_c_tells_each_ping_once(tmp_path: Path) -> None:
    text = "192.0.2.1 : [0], 64 bytes, 1.5 ms (1.5 avg, 0% loss)\n192.0.2.1 : [1], timed out (1.5 avg, 50% loss)\n"
    assert rtts(read(tmp_path / "log", text + "\n192.0.2.1 : 1.5 -\n")) == {"192.0.2.1": [1_500, 0]}


def test_fping_alive_by_cron(tmp_path: Path) -> None:
    said = ("alive (9.04 ms)", "unreachable", "alive (9.31 ms)")
    text = "".join(f"Tue Nov 24 10:{n:02d}:01 UTC 2026\na.example is {one}\n" for n, one in enumerate(said))
    log = read(tmp_path / "log", text)
    assert rtts(log) == {"a.example": [9_040, 0, 9_310]}
    assert steps_s(log) == [60, 60]


FPING_J = [
    {"resp": {"host": "a", "seq": 0, "size": 64, "rtt": 5.12}},
    {"resp": {"host": "b", "seq": 0, "size": 64, "rtt": 9.5}},
    {"timeout": {"host": "a", "seq": 1}},
    {"resp": {"host": "a", "seq": 2, "size": 64, "rtt": 5.14}},
    {"summary": {"host": "a", "xmt": 3, "rcv": 2, "loss": 33}},
]


def test_fping_json(tmp_path: Path) -> None:
    text = "".join(json.dumps(one) + "\n" for one in FPING_J)
    assert rtts(read(tmp_path / "log", text)) == {"a": [5_120, 0, 5_140], "b": [9_500]}


def test_ping_json(tmp_path: Path) -> None:
    lines = [{"bytes": 64, "host": "192.0.2.1", "seq": seq, "ttl": 64, "time": f"{seq}.5"} for seq in (1, 2, 4, 5)]
    text = "".join(json.dumps(one) + "\n" for one in lines)
    log = read(tmp_path / "log", text[: len(text) // 2] + "torn\n" + text[len(text) // 2 :])
    assert sum(map(len, log.series)) >= 3
    log = read(tmp_path / "log", text + '{"bytes": 64, "ho')
    assert rtts(log) == {"192.0.2.1": [1_500, 2_500, 0, 4_500, 5_500]}
    assert "the last line is cut off and was left out" in log.notes


def test_what_jc_makes_of_ping(tmp_path: Path) -> None:
    replies: list[dict[str, Any]] = [
        {"type": "reply", "timestamp": 1_600_000_000.5, "icmp_seq": 1, "time_ms": 10.5, "duplicate": False},
        {"type": "reply", "timestamp": 1_600_000_000.6, "icmp_seq": 1, "time_ms": 11.5, "duplicate": True},
        {"type": "timeout", "timestamp": 1_600_000_002.0, "icmp_seq": 2, "duplicate": False},
        {"type": "reply", "timestamp": 1_600_000_002.5, "icmp_seq": 3, "time_ms": 12.5, "duplicate": False},
    ]
    text = json.dumps({"destination": "a", "packets_transmitted": 3, "responses": replies}, indent=2)
    log = read(tmp_path / "log", text)
    assert rtts(log) == {"a": [10_500, 0, 12_500]}
    assert log.series[0].duplicates == 1


ATLAS = [
    {
        "type": "ping",
        "prb_id": probe,
        "msm_id": 1,
        "dst_name": "a",
        "timestamp": 1_700_000_000 + 240 * at,
        "result": result,
    }
    for at, result in enumerate(
        (
            [{"rtt": 9.04, "ttl": 5}, {"x": "*"}],
            [{"error": "x"}, {"rtt": 9.3}],
            [{"rtt": 1}, {"rtt": 2, "dup": 1}, {"rtt": 3}],
        )
    )
    for probe in (7, 8)
]  # after https://atlas.ripe.net/docs/apis/result-format/


@pytest.mark.parametrize("form", ["lines", "array", "indented", "backwards", "gzip", "xz", "bzip2"])
def test_atlas(form: str, tmp_path: Path) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in ATLAS).encode()
    content = {
        "lines": lines,
        "array": json.dumps(ATLAS).encode(),
        "indented": json.dumps(ATLAS, indent=1).encode(),
        "backwards": b"\n".join(reversed(lines.splitlines())),
        "gzip": gzip.compress(lines),
        "xz": lzma.compress(lines),
        "bzip2": bz2.compress(lines),
    }[form]
    log = read(tmp_path / "log", content)
    assert log.format == "RIPE Atlas"
    assert dict(sorted(rtts(log).items())) == {of: [9_040, 0, 0, 9_300, 1_000, 3_000] for of in ("7 a", "8 a")}
    assert steps_s(log) == [1, 239, 1, 239, 1]


def test_atlas_results_of_other_measurements_are_set_aside(tmp_path: Path) -> None:
    other = {"type": "traceroute", "prb_id": 7, "msm_id": 2, "timestamp": 1_700_000_000, "result": []}
    log = read(tmp_path / "log", "".join(json.dumps(one) + "\n" for one in [*ATLAS, other]))
    assert log.set_aside.lines.tolist() == [7]


def test_a_document_that_breaks_off_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"log:\d+: is no JSON \("):
        read(tmp_path / "log", json.dumps(ATLAS, indent=1)[:-40])


def scamper(dst: str, seqs: tuple[int, ...], sent: int, start: int, src: str = "192.0.2.9") -> str:
    responses = [{"seq": n, "tx": {"sec": start + n, "usec": 250_000}, "rtt": 10.5 + n} for n in seqs]
    run = {
        "type": "ping",
        "src": src,
        "dst": dst,
        "start": {"sec": start, "usec": 250_000},
        "ping_sent": sent,
        "wait": 1,
    }
    return json.dumps({**run, "responses": responses}) + "\n"


def test_scamper(tmp_path: Path) -> None:
    text = (
        '{"type": "cycle-start", "id": 0}\n'
        + scamper("a", (0, 2), 4, 1_700_000_000)
        + scamper("b", (0,), 1, 1_700_000_000)
    )
    log = read(tmp_path / "log", text + scamper("a", (0, 1), 2, 1_700_000_600) + '{"type": "cycle-stop", "id": 0}\n')
    assert rtts(log) == {"a": [10_500, 0, 12_500, 0, 10_500, 11_500], "b": [10_500]}
    assert steps_s(log) == [1, 1, 1, 597, 1]
    assert len(log.set_aside) == 0


MTR = """x 0 1
h 0 192.0.2.1
p 0 904 1
x 1 2
h 1 192.0.2.2
p 1 1904 2
x 0 3
x 1 4
p 1 1500 4
p 0 931 3
x 2 5
x 0 6
x 1 7
"""


def test_mtr(tmp_path: Path) -> None:
    """A hop's reply goes to what was sent with its number, whatever came between."""
    log = read(tmp_path / "log", MTR)
    assert rtts(log) == {"hop 2 192.0.2.2": [1_904, 1_500, 0], "hop 1 192.0.2.1": [904, 931, 0]}
    assert log.named().series == "hop 2 192.0.2.2"


SMOKEPING = (
    "timestamp,uptime,loss,median,ping1,ping2\n2026-01-01 00:00:00,,,,,\n2026-01-01 00:05:00,,0,0.00904,0.009,0.0091\n"
)


def test_smokeping(tmp_path: Path) -> None:
    text = SMOKEPING + "2026-01-01 00:10:00,,2,,,\n2026-01-01 00:15:00,,1.0,1.01e-02,0.0101,\n"
    log = read(tmp_path / "log", text)
    assert rtts(log) == {"median": [9_040, 0, 10_100]}
    assert steps_s(log) == [300, 300]
    assert "steps of which some pings were lost, taken as answered: 1" in log.series[0].notes


PINGPLOTTER = "\ufeff\ufeffHost Information\n1,,-\n2,gw,192.0.2.1\n3,a.example,192.0.2.22\nSample Information\n"


def test_pingplotter(tmp_path: Path) -> None:
    text = PINGPLOTTER + "2026-01-01 00:00:00Z,*,1.04,9.04\n2026-01-01 00:00:02Z,*,N/A,*\n2026-01-01 00:00:05Z,*,2,9.3"
    log = read(tmp_path / "log", text)
    assert rtts(log) == {"hop 3 a.example": [9_040, 0, 9_300], "hop 2 gw": [1_040, 2_000]}
    assert steps_s(log) == [2, 3]


POWERSHELL = {
    "7": (
        "\n   Destination: a.example\n\nPing Source           Address                   Latency BufferSize Status\n"
        "                                                   (ms)        (B)\n"
        "---- ------           -------                   ------- ---------- ------\n"
        "   1 HERE             192.0.2.1                       9         32 Success\n"
        "   2 HERE             *                               *          * TimedOut\n"
        "   3 HERE             192.0.2.1                       0         32 Success\n",
        {"a.example": [9_000, 0, 1_000]},
    ),
    "5": (
        "\nSource        Destination     IPV4Address      IPV6Address                              Bytes    Time(ms) \n"
        "------        -----------     -----------      -----------                              -----    -------- \n"
        "HERE          a.example       192.0.2.1                                                 32       9        \n"
        "HERE          b.example       192.0.2.2        2001:db8::1                              32       12       \n",
        {"a.example": [9_000], "b.example": [12_000]},
    ),
    "CSV": (
        '"TimeStamp","Source","Destination","IPV4Address","Status","ResponseTime"\n'
        '"1/2/2026 3:04:05 PM","HERE","a.example","192.0.2.1","Success","9"\n'
        '"1/2/2026 3:04:06 PM","HERE","a.example","192.0.2.1","TimedOut","0"\n'
        '"1/2/2026 3:04:07 PM","HERE","a.example","192.0.2.1","Success","0"\n',
        {"a.example": [9_000, 0, 1_000]},
    ),
}


@pytest.mark.parametrize("version", POWERSHELL)
def test_powershell(version: str, tmp_path: Path) -> None:
    text, expected = POWERSHELL[version]
    for content in (text.encode(), text.replace("\n", "\r\n").encode("utf-16")):
        log = read(tmp_path / "log", content)
        assert rtts(log) == expected
        assert len(log.set_aside) == 0


def test_parquet(tmp_path: Path) -> None:
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(BadInputError, match="is a Parquet file; install the package pyarrow, or export it as CSV"):
            read(tmp_path / "log", b"PAR1" + bytes(40) + b"PAR1")
        return
    import pandas as pd

    times = pd.date_range("2026-01-01", periods=4, freq="s")
    frame = pd.DataFrame({"time": times, "target": list("aabb"), "rtt_ms": [9.04, np.nan, 10.1, 9.3]})
    frame.to_parquet(tmp_path / "table")
    log = read_log(tmp_path / "table")
    assert rtts(log) == {"a": [9_040, 0], "b": [10_100, 9_300]}
    assert steps_s(log) == [1]

"""Every reader of a trace format is held to the contract on a sample of its format, which stands here."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from artifact.contract import SampledReader, parametrize_with_checks
from artifact.trace.reading import READERS

SAMPLES = {
    "ping log": b"""PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.
64 bytes from 8.8.8.8: icmp_seq=1 ttl=64 time=9.04 ms
64 bytes from 8.8.8.8: icmp_seq=2 ttl=64 time=10.1 ms
64 bytes from 8.8.8.8: icmp_seq=4 ttl=64 time=9.31 ms
64 bytes from 8.8.8.8: icmp_seq=5 ttl=64 time=9.55 ms

--- 8.8.8.8 ping statistics ---
6 packets transmitted, 4 received, 33.3333% packet loss, time 5007ms
rtt min/avg/max/mdev = 9.040/9.500/10.100/0.382 ms
""",
    "timed RTTs": b"""Mon Jan  1 00:00:00 2024\t0.00904
Mon Jan  1 00:00:01 2024\tNone
Mon Jan  1 00:00:02 2024\t0.01010
Mon Jan  1 00:00:03 2024\t0.00931
Mon Jan  1 00:00:04 2024\t0.00955
""",
    "RTT table": b"time,rtt_ms\n1,9.04\n2,nan\n3,10.1\n4,9.31\n5,9.55\n",
    "Windows ping": b"""
Pinging a.example [192.0.2.1] with 32 bytes of data:
Reply from 192.0.2.1: bytes=32 time=9ms TTL=55
Request timed out.
Reply from 192.0.2.1: bytes=32 time<1ms TTL=55
Reply from 192.0.2.1: bytes=32 time=11ms TTL=55

Ping statistics for 192.0.2.1:
    Packets: Sent = 4, Received = 3, Lost = 1 (25% loss),
""",
    "fping": b"""[1700000000.12345] 192.0.2.1 : [0], 64 bytes, 9.04 ms (9.04 avg, 0% loss)
[1700000000.12399] 192.0.2.22 : [0], 64 bytes, 19.4 ms (19.4 avg, 0% loss)
[1700000001.12345] 192.0.2.1 : [1], timed out (9.04 avg, 50% loss)
[1700000002.12345] 192.0.2.1 : [2], 64 bytes, 9.31 ms (9.17 avg, 33% loss)
[1700000003.12345] 192.0.2.1 : [3], 64 bytes, 9.55 ms (9.30 avg, 25% loss)

192.0.2.1  : xmt/rcv/%loss = 4/3/25%, min/avg/max = 9.04/9.30/9.55
""",
    "mtr raw": b"""x 0 33000
h 0 192.0.2.1
p 0 904 33000
x 1 33001
h 1 192.0.2.22
p 1 1904 33001
x 0 33002
x 0 33003
p 0 931 33003
x 0 33004
p 0 955 33004
d 0 gateway.example
""",
    "ping JSON": b"""{"bytes": 64, "host": "192.0.2.1", "seq": 1, "ttl": 64, "time": "9.04"}
{"bytes": 64, "host": "192.0.2.1", "seq": 2, "ttl": 64, "time": "10.1"}
{"bytes": 64, "host": "192.0.2.1", "seq": 4, "ttl": 64, "time": "9.31"}
{"bytes": 64, "host": "192.0.2.1", "seq": 5, "ttl": 64, "time": "9.55"}
""",
    "RIPE Atlas": b"""[{"type": "ping", "prb_id": 7, "msm_id": 1001, "dst_name": "a.example", "timestamp": 1700000000,
  "result": [{"rtt": 9.04}, {"x": "*"}, {"rtt": 10.1, "ttl": 54}]},
 {"type": "ping", "prb_id": 7, "msm_id": 1001, "dst_name": "a.example", "timestamp": 1700000240,
  "result": [{"rtt": 9.31}, {"rtt": 9.55, "dup": 1}, {"error": "unreachable"}, {"rtt": 9.2}]}]
""",
    "scamper": b"\n".join(
        [
            b'{"type": "cycle-start", "list_name": "default", "id": 0, "hostname": "h", "start_time": 1700000000}',
            b'{"type": "ping", "src": "192.0.2.9", "dst": "192.0.2.1", "start": {"sec": 1700000000, "usec": 5}, '
            b'"wait": 1, "ping_sent": 5, "responses": [{"seq": 0, "tx": {"sec": 1700000000, "usec": 9}, "rtt": 9.04}, '
            b'{"seq": 2, "rtt": 9.31}, {"seq": 3, "rtt": 9.55}]}',
        ]
    ),
    "SmokePing": b"""timestamp,uptime,loss,median,ping1,ping2
2026-01-01 00:00:00,,,,,
2026-01-01 00:05:00,,0,0.00904,0.009,0.0091
2026-01-01 00:10:00,,2,,,
2026-01-01 00:15:00,,0,1.01e-02,0.01,0.0102
2026-01-01 00:20:00,,1,0.00931,0.00931,
""",
    "PingPlotter": b"""Host Information
1,gateway.example,192.0.2.1
2,a.example,192.0.2.22
Sample Information
2026-01-01 00:00:00Z,1.04,9.04
2026-01-01 00:00:02Z,*,*
2026-01-01 00:00:05Z,N/A,10.1
2026-01-01 00:00:07Z,1.1,9.31
""",
    "PowerShell": b"""
   Destination: a.example

Ping Source           Address                   Latency BufferSize Status
                                                   (ms)        (B)
---- ------           -------                   ------- ---------- ------
   1 HERE             192.0.2.1                       9         32 Success
   2 HERE             *                               *          * TimedOut
   3 HERE             192.0.2.1                      10         32 Success
   4 HERE             192.0.2.1                       9         32 Success
""",
}
if importlib.util.find_spec("pyarrow"):
    import pyarrow
    import pyarrow.parquet

    written = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(
        pyarrow.table({"time": [1, 2, 3, 4, 5], "rtt_ms": [9.04, None, 10.1, 9.31, 9.55]}), written
    )
    SAMPLES["Parquet table"] = written.getvalue().to_pybytes()


@parametrize_with_checks(
    [SampledReader(reader, SAMPLES[reader.FORMAT]) for reader in READERS if reader.FORMAT in SAMPLES]
)
def test_contract(plugin: SampledReader, check: Any) -> None:
    check(plugin)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
def test_there_is_a_sample_of_each_format(reader: Any) -> None:
    if reader.FORMAT == "Parquet table" and "Parquet table" not in SAMPLES:
        pytest.skip("pyarrow, which writes the sample, is not installed")
    assert reader.FORMAT in SAMPLES


def test_the_first_reader_that_recognises_a_sample_is_its_own() -> None:
    first = {name: next(of.FORMAT for of in READERS if of.recognises(sample)) for name, sample in SAMPLES.items()}
    assert first == {name: name for name in SAMPLES}

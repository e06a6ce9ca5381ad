"""Every reader of a trace format is held to the contract on a sample of its format, which stands here."""

from __future__ import annotations

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
}


@parametrize_with_checks(
    [SampledReader(reader, SAMPLES[reader.FORMAT]) for reader in READERS if reader.FORMAT in SAMPLES]
)
def test_contract(plugin: SampledReader, check: Any) -> None:
    check(plugin)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
def test_there_is_a_sample_of_each_format(reader: Any) -> None:
    assert reader.FORMAT in SAMPLES


def test_the_first_reader_that_recognises_a_sample_is_its_own() -> None:
    first = {name: next(of.FORMAT for of in READERS if of.recognises(sample)) for name, sample in SAMPLES.items()}
    assert first == {name: name for name in SAMPLES}

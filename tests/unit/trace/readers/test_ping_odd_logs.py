"""Ping logs as people keep them: several hosts, cron's dates, torn lines, other languages, clocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artifact.trace.log import Log
from artifact.trace.reading import read_log

Read = Callable[[str | bytes], Log]


@pytest.fixture
def reading(tmp_path: Path) -> Read:
    def read(content: str | bytes) -> Log:
        path = tmp_path / "log"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_log(path)

    return read


def header(host: str = "192.0.2.1", address: str = "") -> str:
    return f"PING {host} ({address or host}) 56(84) bytes of data.\n"


def reply(seq: int, ms: float | str = 10.2, host: str = "192.0.2.1", suffix: str = "") -> str:
    return f"64 bytes from {host}: icmp_seq={seq} ttl=56 time={ms} ms{suffix}\n"


def statistics(sent: int, got: int, host: str = "192.0.2.1", took: int = 0) -> str:
    return (
        f"\n--- {host} ping statistics ---\n{sent} packets transmitted, {got} received, 9% packet loss, time {took}ms\n"
        "rtt min/avg/max/mdev = 0.036/0.044/0.060/0.010 ms\n\n"
    )


def rtts(log: Log) -> dict[str, list[int]]:
    return {trace.series: trace.rtt_us.tolist() for trace in log.series}


def told(log: Log) -> list[str]:
    return [*log.notes, *(note for trace in log.series for note in trace.notes)]


A, B = "192.0.2.1", "198.51.100.7"

HOSTS = {
    "one after the other": (
        header(A) + reply(1, 1) + reply(2, 2) + statistics(3, 2, A) + header(B) + reply(1, 3, B) + statistics(2, 1, B),
        {A: [1_000, 2_000, 0], B: [3_000, 0]},
    ),
    "line by line": (
        header(A) + header(B) + "".join(reply(n, n, A) + reply(n, 10 + n, B) for n in (1, 2, 4)),
        {A: [1_000, 2_000, 0, 4_000], B: [11_000, 12_000, 0, 14_000]},
    ),
    "line by line without headers": (
        "".join(reply(n, n, A) + reply(500 + n, 10 + n, B) for n in (1, 2, 4)),
        {A: [1_000, 2_000, 0, 4_000], B: [11_000, 12_000, 0, 14_000]},
    ),
    "by name, answered by address and by name": (
        header("a.example", A) + reply(1, 1, f"x.example ({A})") + reply(2, 2, A),
        {"a.example": [1_000, 2_000]},
    ),
    "by name, whose address changes": (
        header("a.example", A) + reply(1, 1, A) + header("a.example", B) + reply(1, 2, B),
        {"a.example": [1_000, 2_000]},
    ),
    "answered from another address": (
        header("a.example", A) + reply(1, 1, B) + reply(2, 2, B),
        {"a.example": [1_000, 2_000]},
    ),
    "a rotated log and then another host": (
        reply(700, 1, A) + header(B) + reply(1, 2, B) + reply(701, 3, A) + reply(2, 4, B),
        {A: [1_000, 3_000], B: [2_000, 4_000]},
    ),
    "a broadcast on macOS": (
        f"PING {A} ({A}): 56 data bytes\n" + "".join(reply(0, n + 1, f"10.0.0.{n}") for n in range(3))
        + reply(1, 9, "10.0.0.0"),
        {A: [1_000, 9_000]},
    ),
    "two pings of one host, line by line": (
        header(A) + header(A) + "".join(reply(40 + n, n, A) + reply(n, 10 + n, A) for n in range(1, 31)),
        {A: [1_000 * n for n in range(1, 31)], f"{A} (2)": [1_000 * (10 + n) for n in range(1, 31)]},
    ),
    "two pings of one host, the one far ahead behind the other": (
        header(A) + header(A) + "".join(reply(n, n, A) + reply(500 + n, 10 + n, A) for n in range(1, 31)),
        {A: [1_000 * n for n in range(1, 31)], f"{A} (2)": [1_000 * (10 + n) for n in range(1, 31)]},
    ),
    "a second ping of one host, far ahead, that is heard later": (
        header(A) + "".join(reply(n, n, A) for n in range(1, 11))
        + "".join(reply(300 + n, 10 + n, A) + reply(n, n, A) for n in range(11, 31)),
        {A: [1_000 * n for n in range(1, 31)], f"{A} (2)": [1_000 * (10 + n) for n in range(11, 31)]},
    ),
    "unanswered pings between two hosts": (
        header(A) + header(B) + reply(1, 1, A) + reply(1, 2, B)
        + "no answer yet for icmp_seq=2\n" + reply(2, 3, B) + reply(3, 4, A) + reply(3, 5, B),
        {A: [1_000, 0, 4_000], B: [2_000, 3_000, 5_000]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTS)
def test_hosts_are_told_apart(case: str, reading: Read) -> None:
    text, expected = HOSTS[case]
    assert rtts(reading(text)) == expected


def test_a_ping_a_minute_with_the_date_of_cron(reading: Read) -> None:
    text = "".join(
        f"Tue Nov 24 10:{minute:02d}:01 UTC 2026\n"
        + header(A)
        + (reply(1, minute + 1, A) + statistics(1, 1, A) if minute != 3 else "\n" + statistics(1, 0, A))
        for minute in range(6)
    )
    log = reading(text)
    (trace,) = log.series
    assert trace.rtt_us.tolist() == [1_000, 2_000, 3_000, 0, 5_000, 6_000]
    assert trace.sent_us is not None
    assert np.diff(trace.sent_us).tolist() == [60_000_000] * 5
    assert trace.sent_us[0] == np.datetime64("2026-11-24T10:00:01", "us").astype(np.int64)
    assert len(log.set_aside) == 0


def test_only_the_replies_kept_of_a_ping_a_minute(reading: Read) -> None:
    text = "".join(f"2026-11-24 10:{n:02d}:01 {reply(1, n + 1, A)}" for n in range(8))
    (trace,) = reading(text).series
    assert trace.rtt_us.tolist() == [1_000 * n for n in range(1, 9)]
    assert trace.sent_us is not None
    assert (np.diff(trace.sent_us) // 1_000).tolist() == [59_999] * 7


STAMPED = {
    "-D": ("[{epoch}.500000] ", 0.5),
    "date of the shell": ("{ctime}: ", 0),
    "ts": ("{month} ", 0),
    "ISO with its zone": ("{iso}+01:00 ", 0),
    "syslog": ("{month} host ping[77]: ", 0),
    "European": ("{european} - ", 0),
}


@pytest.mark.parametrize("case", STAMPED)
def test_times_of_every_making_are_kept(case: str, reading: Read) -> None:
    form, fraction = STAMPED[case]
    day = np.datetime64("2026-03-04T05:06:07", "s")
    text = header(A)
    for n in range(1, 7):
        at = (day + n).item()
        stamp = form.format(
            epoch=(day + n).astype(np.int64),
            ctime=at.strftime("%a %b %e %H:%M:%S CET %Y"),
            month=at.strftime("%b %e %H:%M:%S"),
            iso=at.strftime("%Y-%m-%dT%H:%M:%S"),
            european=at.strftime("%d.%m.%Y %H:%M:%S"),
        )
        text += stamp + reply(n, 10, A)
    (trace,) = reading(text).series
    assert trace.rtt_us.tolist() == [10_000] * 6
    assert trace.sent_us is not None
    start = (day.astype(np.int64) + 1 + fraction) * 1e6 - 10_000
    year = 0 if "month" not in form else (np.datetime64("2026", "Y") - np.datetime64("1970", "Y")).astype(int)
    if year:
        start = np.datetime64("1970-03-04T05:06:08", "us").astype(np.int64) - 10_000
    assert trace.sent_us.tolist() == [int(start) + 1_000_000 * n for n in range(6)]


def test_a_gap_in_time_is_no_loss(reading: Read) -> None:
    times = [*range(20), *range(5_000, 5_020)]
    text = header(A) + "".join(f"[{1_700_000_000 + t}.000000] " + reply(n, 10, A) for n, t in enumerate(times, start=1))
    log = reading(text)
    assert rtts(log)[A] == [10_000] * 40
    assert "gaps in the clock, not taken as losses: 1, the largest of 4,981 s" in told(log)


def test_a_clock_set_back_is_told(reading: Read) -> None:
    times = [*range(20), *range(10, 20)]
    text = header(A) + "".join(f"[{1_700_000_000 + t}.000000] " + reply(n, 10, A) for n, t in enumerate(times, start=1))
    assert "steps back of the clock, the lines taken as they stand: 1" in told(reading(text))


LANGUAGES = {
    "German": "PING 192.0.2.1 (192.0.2.1) 56(84) Bytes an Daten.\n"
    "64 Bytes von 192.0.2.1: icmp_seq=1 ttl=117 Zeit=9.04 ms\n"
    "noch keine Antwort auf icmp_seq=2\n"
    "64 Bytes von 192.0.2.1: icmp_seq=3 ttl=117 Zeit=12.5 ms\n"
    "\n--- 192.0.2.1 ping-Statistik ---\n4 Pakete übertragen, 2 empfangen, 50% Paketverlust, Zeit 3004ms\n"
    "rtt min/avg/max/mdev = 9.040/9.040/12.500/0.000 ms\n",
    "French": "PING 192.0.2.1 (192.0.2.1) 56(84) octets de données.\n"
    "64 octets de 192.0.2.1 : icmp_seq=1 ttl=117 temps=9.04 ms\n"
    "64 octets de 192.0.2.1 : icmp_seq=1 ttl=117 temps=9.99 ms (DUPLIQUE !)\n"
    "64 octets de 192.0.2.1 : icmp_seq=3 ttl=117 temps=12.5 ms\n"
    "\n--- statistiques ping 192.0.2.1 ---\n4 paquets transmis, 2 reçus, 50 % paquets perdus, temps 3004 ms\n",
    "Spanish": "PING 192.0.2.1 (192.0.2.1) 56(84) bytes de datos.\n"
    "64 bytes desde 192.0.2.1: icmp_seq=1 ttl=117 tiempo=9.04 ms\n"
    "64 bytes desde 192.0.2.1: icmp_seq=3 ttl=117 tiempo=12.5 ms\n"
    "\n--- 192.0.2.1 estadísticas ping ---\n4 paquetes transmitidos, 2 recibidos, 50% packet loss, time 3004ms\n",
    "Japanese": "PING 192.0.2.1 (192.0.2.1) 56(84) バイトのデータ\n"
    "192.0.2.1 からの応答 64 バイト: icmp_seq=1 ttl=117 時間=9.04ミリ秒\n"
    "192.0.2.1 からの応答 64 バイト: icmp_seq=3 ttl=117 時間=12.5ミリ秒\n"
    "\n--- 192.0.2.1 ping 統計 ---\n送信パケット数 4, 受信パケット数 2, 50% packet loss, time 3004ms\n",
    "Chinese": "PING 192.0.2.1 (192.0.2.1) 56(84) 字节的数据。\n"
    "64 字节，来自 192.0.2.1: icmp_seq=1 ttl=117 时间=9.04 毫秒\n"
    "64 字节，来自 192.0.2.1: icmp_seq=3 ttl=117 时间=12.5 毫秒\n"
    "\n--- 192.0.2.1 ping 统计 ---\n已发送 4 个包， 已接收 2 个包, 50% packet loss, time 3004ms\n",
}  # after the wording of iputils' translations (po/)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(language: str, reading: Read) -> None:
    log = reading(LANGUAGES[language])
    assert rtts(log) == {A: [9_040, 0, 12_500, 0]}
    assert len(log.set_aside) == 0
    assert log.series[0].duplicates == (1 if language == "French" else 0)


def test_strange_lines_are_set_aside_and_doubt_is_told(reading: Read) -> None:
    text = header(A) + reply(1) + "$ ls\n" + reply(2) + "64 bytes from 192.0.2.1: icmp_s\n" + reply(4)
    log = reading(text)
    assert rtts(log)[A] == [10_200, 10_200, 0, 10_200]
    assert log.set_aside.lines.tolist() == [3, 5]
    assert log.set_aside.shown == ("$ ls", "64 bytes from 192.0.2.1: icmp_s")
    assert "losses beside lines that were set aside, which may be replies: 1" in told(log)


def test_a_reply_torn_after_its_number_is_no_loss_that_was_told(reading: Read) -> None:
    log = reading(header(A) + reply(1) + "64 bytes from 192.0.2.1: icmp_seq=2\n" + reply(3))
    assert log.set_aside.lines.tolist() == [3]


def test_nul_bytes_of_a_power_cut(reading: Read) -> None:
    text = (header(A) + reply(1) + "64 bytes fr").encode() + bytes(4_000) + b"\n" + (header(A) + reply(1, 20)).encode()
    assert rtts(reading(text))[A] == [10_200, 20_000]
    joined = (header(A) + reply(1) + "64 bytes fr").encode() + bytes(4_000) + (header(A) + reply(1, 20)).encode()
    log = reading(joined)
    assert rtts(log)[A] == [10_200, 20_000]
    assert "lines with NUL bytes, read from what follows these: 1" in told(log)


def test_a_ping_that_loses_the_carry(reading: Read) -> None:
    """iputils s20180629: 49.95 ms came out as 49.10."""
    log = reading(
        header(A) + reply(1, "49.9") + reply(2, "49.10") + reply(3, "50.1") + reply(4, "4.100") + reply(5, "4.12")
    )
    assert rtts(log)[A] == [49_900, 50_000, 50_100, 5_000, 4_120]
    assert any("faulty ping" in note for note in told(log))


def test_a_ping_of_many_decimals_has_no_carry_to_lose(reading: Read) -> None:
    text = header(A) + "".join(reply(n, ms) for n, ms in enumerate(("49.100", "49.173", "4.100", "4.173"), start=1))
    log = reading(text)
    assert rtts(log)[A] == [49_100, 49_173, 4_100, 4_173]
    assert told(log) == []


ORDER = {
    "out of order": (
        header(A) + reply(2, 2) + reply(1, 1) + reply(3, 3),
        [1_000, 2_000, 3_000],
        "replies out of order, put in the order in which pings were sent: 1",
    ),
    "late over the wrap-around": (
        reply(65_535, 1) + reply(0, 2) + reply(65_534, 3),
        [3_000, 1_000, 2_000],
        "replies out of order, put in the order in which pings were sent: 1",
    ),
    "double numbers": (
        header(A) + "".join(reply(n, n) for n in range(1, 200)) + reply(150, 7) + reply(200, 200),
        [1_000 * n for n in range(1, 201)],
        "second replies to one ping that are not marked as such, left out: 1",
    ),
    "starting over without a header": (
        "".join(reply(n) for n in range(5_000, 5_010)) + reply(1, 20),
        [10_200] * 10 + [20_000],
        "runs of ping, taken one after the other: 2",
    ),
    "pieces of one log": (
        "".join(reply(n) for n in range(5_000, 5_010)) + reply(300, 20),
        [10_200] * 10 + [20_000],
        "runs of ping, taken one after the other: 2",
    ),
}


@pytest.mark.parametrize("case", ORDER)
def test_order(case: str, reading: Read) -> None:
    text, expected, note = ORDER[case]
    log = reading(text)
    assert rtts(log)[A] == expected
    assert note in told(log)


def test_more_strange_lines_than_pings_are_refused(reading: Read) -> None:
    from artifact.errors import BadInputError

    with pytest.raises(BadInputError, match=r":3: 3 lines are no part of a log of the format 'ping log' and 2 are"):
        reading(header(A) + reply(1) + "dear diary\n" * 3)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_any_length_is_read(n: int, reading: Read) -> None:
    assert rtts(reading(header(A) + "".join(reply(at + 1) for at in range(n))))[A] == [10_200] * n


def test_old_units_and_wording(reading: Read) -> None:
    text = "64 bytes from 192.0.2.1: icmp_seq=0. time=3. ms\n64 bytes from 192.0.2.1: icmp_seq=1 ttl=9 time=850 usec\n"
    assert rtts(reading(text))[A] == [3_000, 850]


def test_statistics_that_count_more_replies_than_lines_make_no_losses(reading: Read) -> None:
    log = reading(header(A) + reply(1) + reply(2) + statistics(9, 8, A) + header(A) + reply(1) + statistics(2, 1, A))
    assert rtts(log)[A] == [10_200, 10_200, 10_200, 0]
    assert "runs whose statistics count more replies than there are lines: 1" in log.notes


def test_a_quiet_ping_has_no_pings_to_read(reading: Read) -> None:
    from artifact.errors import BadInputError

    with pytest.raises(BadInputError, match="holds no pings"):
        reading(header(A) + statistics(20, 20, A))

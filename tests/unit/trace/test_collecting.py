from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from artifact.errors import BadInputError
from artifact.trace import collecting
from artifact.trace.collecting import collect
from artifact.trace.reading import read_trace

needs_ping = pytest.mark.skipif(shutil.which("ping") is None, reason="ping is not installed")

HEADER = "echo 'PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.'\n"
REPLIES = 'for n in 1 2 3; do echo "[1.5] 64 bytes from 192.0.2.1: icmp_seq=$n ttl=64 time=0.5 ms"; done\n'
STATISTICS = "echo; echo '3 packets transmitted, 3 received, 0% packet loss, time 2ms'\n"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a shell script in the place of ping; it also leaves its arguments in a file."""

    def put(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        ping = folder / "ping"
        ping.write_text(f'#!/bin/sh\nprintf "%s\\n" "$LC_ALL" "$@" > {tmp_path}/arguments\n{script}')
        ping.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return put


def refusal(host: str, count: int, output: Path, interval_s: float = 1.0) -> str:
    with pytest.raises(BadInputError) as refused:
        collect(host, count, output, interval_s)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def interrupt_when_begun(folder: Path, stop: int = signal.SIGINT) -> None:
    def interrupt() -> None:
        while not any(path.stat().st_size for path in folder.glob(".log.*.part")):
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(os.getpid(), stop)

    threading.Thread(target=interrupt, daemon=True).start()


@needs_ping
def test_what_was_collected_can_be_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    collect("127.0.0.1", 1_000, tmp_path / "new" / "log", interval_s=0.002)
    trace = read_trace(tmp_path / "new" / "log")
    assert len(trace) == 1_000
    assert (trace.rtt_us > 0).sum() > 900
    told = capfd.readouterr()
    assert "1000 packets transmitted" in told.err
    assert told.out == ""


@needs_ping
def test_an_unknown_host_is_told_in_pings_own_words(tmp_path: Path) -> None:
    message = refusal("no-such-host.invalid", 2, tmp_path / "log")
    assert message.startswith("no-such-host.invalid: ping ended with: no-such-host.invalid: ")
    assert list(tmp_path.iterdir()) == []


@needs_ping
def test_a_host_cannot_be_an_option(tmp_path: Path) -> None:
    assert refusal("-V", 2, tmp_path / "log").startswith("-V: ping ended with: ")


@needs_ping
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_keep_the_pings_so_far(tmp_path: Path, stop: int) -> None:
    interrupt_when_begun(tmp_path, stop)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match=r"log: stopped early: \d+ packets transmitted"):
        collect("127.0.0.1", 100_000, tmp_path / "log", interval_s=0.002)
    assert time.monotonic() - started < 30
    assert (tmp_path / "log").read_text().splitlines()[-1].startswith("rtt min/avg/max/mdev")
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_asks_ping_for_everything_a_trace_needs(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in(HEADER + REPLIES + STATISTICS)
    collect("192.0.2.1", 3, tmp_path / "log")
    arguments = (tmp_path / "arguments").read_text().split()
    assert arguments == ["C", "-n", "-D", "-O", "-c", "3", "-i", "1.000000", "--", "192.0.2.1"]


def test_no_reply_at_all_is_data(
    tmp_path: Path, stand_in: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    stand_in(HEADER + "echo; echo '2000 packets transmitted, 0 received, 100% packet loss, time 2ms'; exit 1")
    collect("192.0.2.1", 2_000, tmp_path / "log")
    assert "there was no reply at all" in capfd.readouterr().err
    assert read_trace(tmp_path / "log").rtt_us.tolist() == [0] * 2_000


def test_ctrl_c_before_any_reply_keeps_nothing(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in(f"trap 'exit 1' INT\n{HEADER}kill -INT $PPID; while :; do sleep 0.05; done")
    with pytest.raises(KeyboardInterrupt, match="nothing was kept"):
        collect("192.0.2.1", 2_000, tmp_path / "log")
    assert not (tmp_path / "log").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_second_ctrl_c_ends_a_deaf_ping(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in(
        f"trap '' INT\n{HEADER}{REPLIES}kill -INT $PPID; sleep 0.3; kill -INT $PPID; exec sleep 60 >/dev/null 2>&1"
    )
    with pytest.raises(KeyboardInterrupt, match="ping ended without its statistics, 3 received"):
        collect("192.0.2.1", 2_000, tmp_path / "log")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_disk_that_fills_up_keeps_the_whole_lines_so_far(
    tmp_path: Path, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 200

    class SmallDisk(FileIO):
        def write(self, line: Any) -> int:
            if self.tell() >= room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(line[: room - self.tell()])

    monkeypatch.setattr(collecting, "FileIO", SmallDisk)
    stand_in(HEADER + REPLIES + "exec sleep 60")
    said = refusal("192.0.2.1", 3, tmp_path / "log")
    assert "log: No space left on device, the pings so far are kept: ping ended without its statistics, 2 rec" in said
    kept = (tmp_path / "log").read_text()
    assert len(kept.splitlines()) == 3
    assert kept.endswith("icmp_seq=2 ttl=64 time=0.5 ms\n")


FAILING = {
    "permission": (
        "echo 'ping: socktype: SOCK_RAW' >&2; echo 'ping: socket: Operation not permitted' >&2; exit 2",
        "ping ended with: socktype: SOCK_RAW; socket: Operation not permitted; check host",
    ),
    "interval": (
        HEADER + "echo 'ping: cannot flood; minimal interval allowed for user is 2ms' >&2; exit 2",
        "ping ended with: cannot flood; minimal interval allowed for user is 2ms; give a longer interval",
    ),
    "silence": ("exit 3", "ping ended with: no word; check host"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_failure_is_told_and_leaves_nothing(tmp_path: Path, stand_in: Callable[[str], None], case: str) -> None:
    script, words = FAILING[case]
    stand_in(script)
    assert refusal("192.0.2.1", 3, tmp_path / "log").startswith(f"192.0.2.1: {words}")
    assert not (tmp_path / "log").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_missing_ping_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal("192.0.2.1", 3, tmp_path / "log").startswith("ping: is not installed; install it, on Debian")


def test_nothing_is_overwritten(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in("exit 1")
    (tmp_path / "log").write_text("a year of pings")
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    assert refusal("192.0.2.1", 3, tmp_path / "log") == f"{tmp_path / 'log'}: is there already; name a new file"
    assert "is there already" in refusal("192.0.2.1", 3, tmp_path / "dangling")
    assert "cannot be written" in refusal("192.0.2.1", 3, tmp_path / "log" / "in it")
    assert (tmp_path / "log").read_text() == "a year of pings"


@pytest.mark.parametrize(
    ("host", "count", "interval_s", "problem"),
    [
        ("", 3, 1.0, "host: '' is no name or address"),
        ("a\nb", 3, 1.0, "host: 'a\\nb' is no name or address"),
        ("a\0b", 3, 1.0, "host: 'a\\x00b' is no name or address"),
        ("192.0.2.1", 0, 1.0, "count: 0 pings cannot be sent"),
        ("192.0.2.1", 3, 0.0, "interval: 0.0 s is no time to wait"),
        ("192.0.2.1", 3, 0.0009, "interval: 0.0009 s is no time to wait"),
        ("192.0.2.1", 3, float("nan"), "interval: nan s is no time to wait"),
        ("192.0.2.1", 3, 86_401.0, "interval: 86401.0 s is no time to wait; give seconds from 0.001 to 86,400"),
        ("192.0.2.1", 10**15, 1.0, "log: 1,000,000,000,000,000 pings take some 100,000,000,000.0 MB, and "),
    ],
)
def test_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, count: int, interval_s: float, problem: str
) -> None:
    monkeypatch.setattr("artifact.trace.collecting.shutil.which", lambda name: f"/bin/{name}")
    said = refusal(host, count, tmp_path / "log", interval_s)
    assert said.removeprefix(f"{tmp_path}/").startswith(problem)
    assert list(tmp_path.iterdir()) == []

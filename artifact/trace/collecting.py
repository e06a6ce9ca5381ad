"""Collecting a trace with the system's own ``ping``."""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import FrameType

from tqdm import tqdm

from artifact.errors import BadInputError
from artifact.store.files import appearing, refuse_existing

BYTES_A_PING = 100
"""A line with a time stamp and an IPv6 address, rounded up."""

LONGEST_INTERVAL_S = 86_400.0
"""A day; ping takes no more than 24 of them, and nobody waits so long for a second ping."""

_ANSWER = re.compile(rb"bytes from .*seq=(\d+) .*time=[\d.]+ ms(?! \(DUP!\))")
_NO_ANSWER_YET = re.compile(rb"no answer yet for icmp_seq=(\d+)")


def collect(host: str, count: int, output: Path, interval_s: float = 1.0) -> None:
    """Ping ``host`` ``count`` times, every ``interval_s`` seconds; write what ``ping`` prints to ``output``.

    ``output`` appears whole at the end. On Ctrl-C, a request to end or a closed terminal it holds the pings so
    far, if there were replies, and KeyboardInterrupt says how many; so it does where the disk fills up. On any other
    failure there is no file. Raises BadInputError for an unusable argument, an existing file, too small or a full
    disk, a missing ``ping``, or with ping's own words where it could not start.
    """
    command = _command(host, count, interval_s)
    refuse_existing(output)
    _refuse_small_disk(output, count)
    with appearing(output, nameless=False) as beside, FileIO(beside, "wb") as log:
        session = _Session(count)
        session.run(command, log)
        session.refuse_if_nothing(host)
    if session.full:
        problem = f"{session.full.strerror}, the pings so far are kept: {session.summary()}"
        raise BadInputError(output, problem, "make room, and collect the rest into another file")
    print(f"{output}: {session.summary()}", file=sys.stderr)
    if session.interrupted:
        raise KeyboardInterrupt(f"{output}: {session.summary()}")


def _command(host: str, count: int, interval_s: float) -> list[str]:
    if not host.strip() or not host.isprintable():
        raise BadInputError("host", f"{host!r} is no name or address", "give one such as 192.0.2.1")
    if count < 1:
        raise BadInputError("count", f"{count} pings cannot be sent", "ask for one or more")
    # ping counts in whole milliseconds, and 0 would have it send as fast as it can.
    if not (math.isfinite(interval_s) and 0.001 <= interval_s <= LONGEST_INTERVAL_S):
        remedy = f"give seconds from 0.001 to {LONGEST_INTERVAL_S:,.0f}, such as 1"
        raise BadInputError("interval", f"{interval_s} s is no time to wait", remedy)
    if shutil.which("ping") is None:
        remedy = "install it, on Debian and Ubuntu with 'apt install iputils-ping'"
        raise BadInputError("ping", "is not installed", remedy)
    # After -- nothing is an option, so that a host cannot become one.
    return ["ping", "-n", "-D", "-O", "-c", str(count), "-i", f"{interval_s:.6f}", "--", host]


def _refuse_small_disk(output: Path, count: int) -> None:
    there = next(folder for folder in output.absolute().parents if folder.is_dir())
    free, needed = shutil.disk_usage(there).free, count * BYTES_A_PING
    if free < needed:
        problem = f"{count:,} pings take some {needed / 1e6:,.1f} MB, and {free / 1e6:,.1f} MB are free"
        raise BadInputError(output, problem, "make room, ask for fewer, or name another place")


class _Session:
    """One run of ``ping``: what it said and how many pings were answered."""

    def __init__(self, count: int) -> None:
        self.interrupted = False
        self.full: OSError | None = None
        self._ping: subprocess.Popen[bytes] | None = None
        self._count = count
        self._started = False
        self._answered = 0
        self._waiting: set[bytes] = set()
        self._statistics = ""
        self._complaints: list[str] = []

    def run(self, command: list[str], log: FileIO) -> None:
        """Run ``ping`` to its end, its output going to ``log``; Ctrl-C and its like end it early."""
        # A session of its own: Ctrl-C reaches ping only through us, once.
        with (
            self._taking_interrupts(),
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            ) as ping,
        ):
            try:
                self._ping = ping
                if self.interrupted:
                    ping.send_signal(signal.SIGINT)
                self._follow(ping, log)
            except BaseException:
                ping.kill()
                raise

    def refuse_if_nothing(self, host: str) -> None:
        """Raise unless there is something worth a file."""
        if self.interrupted and not self._answered:
            raise KeyboardInterrupt("stopped before any reply; nothing was kept")
        if not (self._answered or self._waiting or self._statistics):
            words = "; ".join(filter(None, self._complaints)) or "no word"
            remedy = "give a longer interval" if "interval" in words else "check host, network and permissions"
            raise BadInputError(host, f"ping ended with: {words}", remedy)

    def summary(self) -> str:
        """Tell how many pings were sent and answered, in ping's own words where it came to say them."""
        told = self._statistics or f"ping ended without its statistics, {self._answered} received"
        if not self._answered:
            told += "; there was no reply at all"
        return f"stopped early: {told}" if self.interrupted else told

    def _follow(self, ping: subprocess.Popen[bytes], log: FileIO) -> None:
        with tqdm(total=self._count, desc="ping", unit="ping", file=sys.stderr) as bar:
            for line in ping.stdout or ():
                try:
                    _write_whole(log, line)
                except OSError as error:
                    if not self._answered:
                        raise
                    self.full = error
                    ping.kill()
                    return
                bar.update(self._hear(line))

    def _hear(self, line: bytes) -> int:
        """Take note of a line; return how many more pings it tells of."""
        text = line.decode("utf-8", "replace").strip()
        if line.startswith(b"ping:") or not (self._started or line.startswith(b"PING")):
            self._complaints = [*self._complaints[-2:], text.removeprefix("ping: ")]
        elif line.startswith(b"PING"):
            self._started = True
        elif " packets transmitted, " in text:
            self._statistics = text
        elif late := _NO_ANSWER_YET.search(line):
            self._waiting.add(late[1])
            return 1
        elif answer := _ANSWER.search(line):
            self._answered += 1
            if answer[1] not in self._waiting:
                return 1
            self._waiting.remove(answer[1])
        return 0

    @contextmanager
    def _taking_interrupts(self) -> Iterator[None]:
        """Send Ctrl-C, a request to end and a hang-up on to ``ping``, which then ends in order; a second one kills it.

        A handler rather than KeyboardInterrupt, which could come between reading a line and writing it.
        """

        def pass_on(number: int, frame: FrameType | None) -> None:
            if self._ping:
                self._ping.send_signal(signal.SIGKILL if self.interrupted else signal.SIGINT)
            self.interrupted = True

        stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # nohup has a command ignore a hang-up, and that stays so.
        before = {stop: signal.signal(stop, pass_on) for stop in stops if signal.getsignal(stop) is not signal.SIG_IGN}
        try:
            yield
        finally:
            for stop, handler in before.items():
                signal.signal(stop, handler)


def _write_whole(log: FileIO, line: bytes) -> None:
    """Write a line, or nothing of it where the disk is full."""
    end = log.tell()
    if log.write(line) < len(line):
        log.truncate(end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

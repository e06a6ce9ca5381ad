"""Collecting a trace with the system's own ``ping``."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from tqdm import tqdm

from artifact.errors import BadInputError
from artifact.store.files import appearing, refuse_existing

_ANSWER = re.compile(rb"bytes from .*seq=(\d+) .*time=[\d.]+ ms(?! \(DUP!\))")
_NO_ANSWER_YET = re.compile(rb"no answer yet for icmp_seq=(\d+)")


def collect(host: str, count: int, output: Path, interval_s: float = 1.0) -> None:
    """Ping ``host`` ``count`` times, every ``interval_s`` seconds; write what ``ping`` prints to ``output``.

    ``output`` appears whole at the end. On Ctrl-C it holds the pings so far, if there were replies, and
    KeyboardInterrupt says how many; on failure there is no file. Raises BadInputError for an unusable
    argument, an existing file, a missing ``ping``, or with ping's own words where it could not start.
    """
    command = _command(host, count, interval_s)
    refuse_existing(output)
    with appearing(output) as beside, beside.open("wb") as log:
        session = _Session(count)
        session.run(command, log)
        session.refuse_if_nothing(host)
    print(f"{output}: {session.summary()}", file=sys.stderr)
    if session.interrupted:
        raise KeyboardInterrupt(f"{output}: {session.summary()}")


def _command(host: str, count: int, interval_s: float) -> list[str]:
    if not host.strip() or not host.isprintable():
        raise BadInputError("host", f"{host!r} is no name or address", "give one such as 192.0.2.1")
    if count < 1:
        raise BadInputError("count", f"{count} pings cannot be sent", "ask for one or more")
    # ping counts in whole milliseconds, and 0 would have it send as fast as it can.
    if not (math.isfinite(interval_s) and interval_s >= 0.001):
        raise BadInputError("interval", f"{interval_s} s is no time to wait", "give seconds, such as 1")
    if shutil.which("ping") is None:
        remedy = "install it, on Debian and Ubuntu with 'apt install iputils-ping'"
        raise BadInputError("ping", "is not installed", remedy)
    # After -- nothing is an option, so that a host cannot become one.
    return ["ping", "-n", "-D", "-O", "-c", str(count), "-i", f"{interval_s:.6f}", "--", host]


class _Session:
    """One run of ``ping``: what it said and how many pings were answered."""

    def __init__(self, count: int) -> None:
        self.interrupted = False
        self._ping: subprocess.Popen[bytes] | None = None
        self._count = count
        self._started = False
        self._answered = 0
        self._waiting: set[bytes] = set()
        self._statistics = ""
        self._complaints: list[str] = []

    def run(self, command: list[str], log: BinaryIO) -> None:
        """Run ``ping`` to its end, its output going to ``log``; Ctrl-C ends it early with its statistics."""
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
            raise BadInputError(host, f"ping ended with: {words}", "check host, network and permissions")

    def summary(self) -> str:
        """Tell how many pings were sent and answered, in ping's own words where it came to say them."""
        told = self._statistics or f"ping ended without its statistics, {self._answered} received"
        if not self._answered:
            told += "; there was no reply at all"
        return f"stopped early: {told}" if self.interrupted else told

    def _follow(self, ping: subprocess.Popen[bytes], log: BinaryIO) -> None:
        with tqdm(total=self._count, desc="ping", unit="ping", file=sys.stderr) as bar:
            for line in ping.stdout or ():
                log.write(line)
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
        """Send Ctrl-C on to ``ping``, which then prints its statistics and ends; a second one kills it.

        A handler rather than KeyboardInterrupt, which could come between reading a line and writing it.
        """

        def pass_on(number: int, frame: FrameType | None) -> None:
            if self._ping:
                self._ping.send_signal(signal.SIGKILL if self.interrupted else signal.SIGINT)
            self.interrupted = True

        before = signal.signal(signal.SIGINT, pass_on)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

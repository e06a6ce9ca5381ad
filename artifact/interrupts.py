"""Ctrl-C and its like: they end a command at once, and in good order where workers are at work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOPPED = "artifact: interrupted; what was finished is kept, the same command goes on from there"


def end_at_once() -> None:
    """From now on, let each stop that is not ignored end this process with one line and 128 + its number."""
    for stop in _heard():
        signal.signal(stop, _end)


@contextmanager
def raised() -> Iterator[None]:
    """Let stops raise KeyboardInterrupt while this process only waits for workers, so that they end in good order."""
    before = {stop: signal.signal(stop, signal.default_int_handler) for stop in _heard()}
    try:
        yield
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)


@contextmanager
def held() -> Iterator[None]:
    """Let stops wait, and raise KeyboardInterrupt afterwards; processes that are started meanwhile never hear them.

    They are blocked for the processes, and put off besides, as another thread of this one may still take the signal.
    """
    taken: list[int] = []
    before = {stop: signal.signal(stop, lambda number, _: taken.append(number)) for stop in _heard()}
    block()
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _heard())
        for stop, handler in before.items():
            signal.signal(stop, handler)
    if taken:
        raise KeyboardInterrupt


def block() -> None:
    """Block all stops in this thread, and in whatever it starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _heard())


def _heard() -> list[signal.Signals]:
    """Return Ctrl-C, a request to end and a closed terminal, but for those that are ignored.

    A shell that starts a command in the background has it ignore Ctrl-C, nohup a hang-up; that stays so.
    """
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return [stop for stop in stops if signal.getsignal(stop) is not signal.SIG_IGN]


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End at once: an exception could be swallowed by whatever library is at work; files appear whole in any case."""
    os.write(2, f"\n{STOPPED}\n".encode())
    os._exit(128 + number)

"""Logs as columns: opened safely, read once front to back in blocks of whole lines; strange lines are set aside."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError, printable
from artifact.trace.log import SetAside
from artifact.trace.unpacking import BinaryFile, Unpacked, unreadable

LONGEST_LINE = 2**16
"""The longest line that is taken for one, in bytes; it bounds what has to be kept between two blocks."""

HEAD_BYTES = 2**16
"""How much of a log its format is told by."""

LONGEST_DOCUMENT = 2**29
"""The longest log that has to be read at once, as JSON in one piece has to, in bytes."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

SHOWN_LINES, SHOWN_BYTES = 20, 100
"""How many of the lines set aside are shown, and how much of each."""

Columns = list[tuple[bytes, ...]]
Numbers = NDArray[np.int64]


def line_pattern(*rules: bytes) -> re.Pattern[bytes]:
    """Compile a pattern that matches any line once: by a rule, as blank or comment (#), or by its last group.

    No rule may reach over a line end; a line that fits none of them leaves all groups but the last one empty.
    """
    any_rule = b"|".join(rules)
    return re.compile(rb"^(?:(?:" + any_rule + rb")[ \t]*|[ \t]*(?:#[^\n]*)?|([^\n]+))$", re.MULTILINE)


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """Open a log; raise BadInputError unless it is a readable, regular, not empty file."""
    try:
        if not path.exists():
            raise BadInputError(path, "there is no such file", "check the path")
        # Asked before opening it: to open a FIFO or a device may wait for ever.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadInputError(path, "is a folder", "name one log file in it")
        if not stat.S_ISREG(mode):
            raise BadInputError(path, "is not a regular file", "save the log as a file first")
        file = path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    with file:
        yield Lines(path, file)


class Lines:
    """An open log.

    ``head`` is its beginning with Unix line ends; ``notes`` gathers what readers did to the log. ``read`` counts the
    lines that its reader knew.
    """

    def __init__(self, path: Path, file: BinaryFile) -> None:
        self.path = path
        self.known = 0
        self._unpacked = Unpacked(path, file)
        self.notes = self._unpacked.notes
        self._strange: list[NDArray[np.int64]] = []
        self._shown: list[str] = []
        self._start = b""
        while len(self._start) < HEAD_BYTES and (piece := self._unpacked.read()):
            self._start += piece
        while self._start.startswith(BYTE_ORDER_MARK):
            self._start = self._start.removeprefix(BYTE_ORDER_MARK)
        self.head = _unix_line_ends(self._start[:HEAD_BYTES]).replace(b"\0", b"")
        if not self.head.strip():
            raise BadInputError(path, "is empty", "give a log with pings in it")

    def columns(self, pattern: re.Pattern[bytes]) -> Iterator[tuple[Numbers, Columns]]:
        """Yield per block the numbers of its lines and, per group of ``pattern``, a column of them.

        The pattern comes from ``line_pattern``. A line that fits none of its rules is set aside; a last one that is
        cut off is left out with a note.
        """
        for first, text, ended in self.blocks():
            numbers = np.arange(first, first + text.count(b"\n") + 1)
            yield numbers, self.matched(pattern, numbers, text, ended)

    def matched(self, pattern: re.Pattern[bytes], numbers: Numbers, text: bytes, ended: bool = True) -> Columns:
        """Return the columns of some lines, which stand in ``text`` and have these ``numbers``."""
        columns = list(zip(*pattern.findall(text), strict=True))
        self._set_aside_strange(numbers, columns.pop(), ended)
        self.known += len(numbers) - (b"\n" + text + b"\n").count(b"\n\n")
        return columns

    def blocks(self) -> Iterator[tuple[int, bytes, bool]]:
        """Yield number of the first line, lines without the last line end, and whether there was one."""
        number, rest, piece, with_nul = 1, b"", self._start, 0
        while piece:
            rest, piece = rest + piece, self._unpacked.read()
            if piece and rest.endswith(b"\r"):  # the other half of its line end may stand in the next piece
                rest, piece = rest[:-1], b"\r" + piece
            whole, end, rest = _unix_line_ends(rest).rpartition(b"\n")
            self._refuse_long_line(number, whole if end else rest)
            if end:
                text, found = _without_nul(whole)
                with_nul += found
                yield number, text, True
                number += whole.count(b"\n") + 1
        if rest:
            self._refuse_long_line(number, rest)
            text, found = _without_nul(rest)
            with_nul += found
            yield number, text, False
        if with_nul:
            self.notes.append(f"lines with NUL bytes, read from what follows these: {with_nul:,}")

    def document(self) -> bytes:
        """Return the whole log; raise BadInputError where it is too long to be read at once."""
        pieces, length = [self._start], len(self._start)
        while piece := self._unpacked.read():
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST_DOCUMENT:
                problem = f"has more than {LONGEST_DOCUMENT // 2**20:,} MiB in one piece"
                raise BadInputError(self.path, problem, "write one result to a line, or divide it")
        return b"".join(pieces)

    def put_aside(self, lines: Iterable[int], texts: Iterable[bytes | str]) -> None:
        """Set lines aside, by their numbers, with what stands in them."""
        numbers = np.fromiter(lines, dtype=np.int64)
        if not len(numbers):
            return
        self._strange.append(numbers)
        for text in texts:
            if len(self._shown) >= SHOWN_LINES:
                break
            shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            self._shown.append(printable(shown[:SHOWN_BYTES] + ("…" if len(shown) > SHOWN_BYTES else "")))

    def set_aside(self) -> SetAside:
        """Return what was set aside."""
        numbers = np.concatenate(self._strange) if self._strange else np.zeros(0, dtype=np.int64)
        return SetAside(numbers, tuple(self._shown))

    def sha256(self) -> str:
        """Return the SHA-256 of the whole file, in hexadecimal, reading what is left of it."""
        return self._unpacked.sha256()

    def _set_aside_strange(self, numbers: Numbers, strange: tuple[bytes, ...], ended: bool) -> None:
        if not any(strange):
            return
        at = [i for i, text in enumerate(strange) if text.strip()]
        if at and at[-1] == len(strange) - 1 and not ended:
            self.notes.append("the last line is cut off and was left out")
            at.pop()
        self.known -= len(at)
        self.put_aside((int(numbers[i]) for i in at), (strange[i] for i in at))

    def _refuse_long_line(self, first: int, text: bytes) -> None:
        # A line end in every half of a longest line: none can be too long, which is soon seen.
        half = LONGEST_LINE // 2
        if all(text.find(b"\n", at, at + half) >= 0 for at in range(0, len(text) - half + 1, half)):
            return
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        lengths = np.diff(ends, prepend=-1, append=len(text)) - 1
        if lengths.max() > LONGEST_LINE:
            problem = f"a line of more than {LONGEST_LINE:,} bytes"
            line = first + int(np.argmax(lengths > LONGEST_LINE))
            raise BadInputError(self.path, problem, "give a log with one ping to a line", line=line)


def _unix_line_ends(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _without_nul(text: bytes) -> tuple[bytes, int]:
    """Return lines without their NUL bytes and what stands before these (torn by a power cut), and how many had any."""
    if b"\0" not in text:
        return text, 0
    lines = text.split(b"\n")
    return b"\n".join(line.rstrip(b"\0").rpartition(b"\0")[2] for line in lines), sum(b"\0" in line for line in lines)

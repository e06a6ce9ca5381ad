"""Logs as columns: opened safely, read once front to back in blocks of whole lines, hashed on the way."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError

LONGEST_LINE = 2**16
"""The longest line that is taken for one, in bytes; it bounds what has to be kept between two blocks."""

HEAD_BYTES = 2**16
"""How much of a log its format is told by."""

BLOCK_BYTES = 2**17
"""How much is matched at a time: the fastest in a trial, as the columns of such a block stay in the cache."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
}
"""First bytes of compressed files, which people tend to keep long logs in."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Columns = list[tuple[bytes, ...]]


def line_pattern(*rules: bytes) -> re.Pattern[bytes]:
    """Compile a pattern that matches any line once: by a rule, as blank or comment (#), or by its last group.

    No rule may reach over a line end; a line that fits none of them leaves all groups but the last one empty.
    """
    any_rule = b"|".join(rules)
    return re.compile(rb"^(?:(?:" + any_rule + rb")[ \t]*|[ \t]*(?:#[^\n]*)?|([^\n]+))$", re.MULTILINE)


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """Open a log; raise BadInputError unless it is a readable, regular, not empty file of text."""
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
        raise _unreadable(path, error) from error
    with file:
        yield Lines(path, file)


class Lines:
    """An open log.

    ``head`` is its beginning with Unix line ends; ``notes`` gathers what readers did to the log.
    """

    def __init__(self, path: Path, file: FileIO) -> None:
        self.path = path
        self.notes: list[str] = []
        self._file = file
        self._hash = hashlib.sha256()
        start = self._next_bytes()
        _refuse_packed(path, start)
        _refuse_nul(path, start)
        self._start = start.removeprefix(BYTE_ORDER_MARK)
        self.head = _unix_line_ends(self._start[:HEAD_BYTES])
        if not self.head.strip():
            raise BadInputError(path, "is empty", "give a log with pings in it")

    def columns(self, pattern: re.Pattern[bytes], format_name: str) -> Iterator[tuple[int, Columns]]:
        """Yield per block the number of its first line and, per group of ``pattern``, a column of its lines.

        The pattern comes from ``line_pattern``. Raises BadInputError at a line that fits none of its rules,
        unless it is the last one and cut off; a note tells of that.
        """
        for first, text, ended in self._blocks():
            columns = list(zip(*pattern.findall(text), strict=True))
            self._refuse_strange(first, columns.pop(), ended, format_name)
            yield first, columns

    def first(self, series: NDArray[np.int64], at_most: int | None) -> NDArray[np.int64]:
        """Return the first ``at_most`` pings of a series, with a note where others are left out."""
        if at_most is None or len(series) <= at_most:
            return series
        self.notes.append(f"only the first {at_most:,} pings were taken, the rest of the log was left out")
        return series[:at_most]

    def sha256(self) -> str:
        """Return the SHA-256 of the whole file, in hexadecimal, reading what is left of it."""
        while self._next_bytes():
            pass
        return self._hash.hexdigest()

    def _refuse_strange(self, first: int, strange: tuple[bytes, ...], ended: bool, format_name: str) -> None:
        if not any(strange):
            return
        at, text = next((i, text) for i, text in enumerate(strange) if text)
        if at == len(strange) - 1 and not ended:
            self.notes.append("the last line is cut off and was left out")
            return
        shown = text[:60].decode("utf-8", "replace") + ("…" if len(text) > 60 else "")
        problem = f"a line that does not belong in a log of the format '{format_name}': {shown}"
        raise BadInputError(self.path, problem, "correct or remove it", line=first + at)

    def _blocks(self) -> Iterator[tuple[int, bytes, bool]]:
        """Yield number of the first line, lines without the last line end, and whether there was one."""
        number, rest, piece = 1, b"", self._start
        while piece:
            rest, piece = rest + piece, self._next_bytes()
            _refuse_nul(self.path, piece)
            if piece and rest.endswith(b"\r"):  # the other half of its line end may stand in the next piece
                rest, piece = rest[:-1], b"\r" + piece
            whole, end, rest = _unix_line_ends(rest).rpartition(b"\n")
            self._refuse_long_line(number, whole if end else rest)
            if end:
                yield number, whole, True
                number += whole.count(b"\n") + 1
        if rest:
            self._refuse_long_line(number, rest)
            yield number, rest, False

    def _refuse_long_line(self, first: int, text: bytes) -> None:
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        lengths = np.diff(ends, prepend=-1, append=len(text)) - 1
        if lengths.max() > LONGEST_LINE:
            problem = f"a line of more than {LONGEST_LINE:,} bytes"
            line = first + int(np.argmax(lengths > LONGEST_LINE))
            raise BadInputError(self.path, problem, "give a log with one ping to a line", line=line)

    def _next_bytes(self) -> bytes:
        try:
            piece = self._file.read(BLOCK_BYTES) or b""
        except OSError as error:
            raise _unreadable(self.path, error) from error
        self._hash.update(piece)
        return piece


def _unix_line_ends(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _refuse_packed(path: Path, start: bytes) -> None:
    for magic, name in PACKED.items():
        if start.startswith(magic):
            raise BadInputError(path, f"is packed with {name}", "unpack it first")
    if start.startswith(UTF_16):
        raise BadInputError(path, "is UTF-16 text", "save it as UTF-8")


def _refuse_nul(path: Path, piece: bytes) -> None:
    if b"\0" in piece:
        raise BadInputError(path, "holds NUL bytes, so it is no text", "give a log as plain UTF-8 text")


def _unreadable(path: Path, error: OSError | ValueError) -> BadInputError:
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno is not None else str(error)
    return BadInputError(path, f"cannot be read: {reason}", "check the path and its permissions")

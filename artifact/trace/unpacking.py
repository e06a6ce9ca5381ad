"""Files as plain bytes: unpacked, and from UTF-16 turned into UTF-8, as they are read."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any, Protocol

from artifact.errors import BadInputError

BLOCK_BYTES = 2**19
"""How much is read at a time: the fastest in a trial, as few calls as the cache has room for."""

ARCHIVES = {b"PK\x03\x04": "zip", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!": "rar"}
"""First bytes of what holds several files, of which one would have to be chosen."""


BinaryFile = FileIO | BytesIO


class Readable(Protocol):
    """What can be read from front to back."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return some bytes, at most about ``size``, none at the end."""
        ...


class Unpacked:
    """A file's bytes, unpacked and decoded by what it begins with, hashed as they lie there.

    ``notes`` tell what was done.

    Raises BadInputError for an archive, a damaged packed file, and a disk that fails.
    """

    def __init__(self, path: Path, file: BinaryFile) -> None:
        self.path = path
        self.notes: list[str] = []
        self._raw = _Hashed(file)
        self._ended = False
        start = self._guarded(lambda: self._raw.peek(16))
        for magic, name in ARCHIVES.items():
            if start.startswith(magic):
                raise BadInputError(path, f"is packed with {name}", "unpack it first")
        self._source = _unpacking(path, start, self._raw)
        self._first = self._piece()
        self._decoder = _utf_16(self._first)
        if self._decoder:
            self.notes.append("UTF-16 text")

    def read(self) -> bytes:
        """Return the next some bytes, none at the end."""
        piece = self._first or self._piece()
        self._first = b""
        if not self._decoder:
            return piece
        text = self._decoder.decode(piece, final=not piece)
        while piece and not text:
            piece = self._piece()
            text = self._decoder.decode(piece, final=not piece)
        return text.encode("utf-8", "replace")

    def sha256(self) -> str:
        """Return the SHA-256 of the whole file as it lies there, in hexadecimal, reading what is left of it."""
        while self._guarded(lambda: self._raw.read(BLOCK_BYTES)):
            pass
        return self._raw.hash.hexdigest()

    def _piece(self) -> bytes:
        if self._ended:
            return b""
        pieces, length = [], 0
        try:
            while length < BLOCK_BYTES and (piece := self._guarded(lambda: self._source.read1(BLOCK_BYTES))):
                pieces.append(piece)
                length += len(piece)
        except EOFError:
            self.notes.append("the packed file is cut off; what could be unpacked was read")
            self._ended = True
        self._ended |= not pieces
        return b"".join(pieces)

    def _guarded(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read() or b""
        except EOFError:
            raise
        except OSError as error:
            if error.errno is None:  # as gzip, bz2 and lzma tell of damage
                raise self._damaged(error) from None
            raise unreadable(self.path, error) from error
        except Exception as error:
            if not isinstance(error, _packing_errors()):
                raise
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> BadInputError:
        return BadInputError(self.path, f"cannot be unpacked ({error})", "give the whole file, or unpack it first")


def unreadable(path: Path, error: OSError | ValueError) -> BadInputError:
    """Return the error for a file that the system does not give."""
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno is not None else str(error)
    return BadInputError(path, f"cannot be read: {reason}", "check the path and its permissions")


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read, and whose first bytes may be looked at before."""

    def __init__(self, file: BinaryFile) -> None:
        self.hash = hashlib.sha256()
        self._file = file
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        self._ahead = self._file.read(size) or b""
        return self._ahead

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._ahead or self._file.read(len(buffer)) or b""
        self._ahead = piece[len(buffer) :]
        piece = piece[: len(buffer)]
        self.hash.update(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def _unpacking(path: Path, start: bytes, raw: _Hashed) -> Readable:
    if start.startswith(b"\x1f\x8b"):
        import gzip

        return gzip.GzipFile(fileobj=raw)
    if start.startswith(b"\xfd7zXZ\x00"):
        import lzma

        return lzma.LZMAFile(io.BufferedReader(raw))
    if start.startswith(b"BZh"):
        import bz2

        return bz2.BZ2File(io.BufferedReader(raw))
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            import zstandard
        except ImportError:
            remedy = "unpack it first, or install the package zstandard"
            raise BadInputError(path, "is packed with zstandard", remedy) from None
        reader: Readable = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        return reader
    return io.BufferedReader(raw, BLOCK_BYTES)


def _packing_errors() -> tuple[type[Exception], ...]:
    import lzma
    import sys

    zstandard = sys.modules.get("zstandard")
    return (zlib.error, lzma.LZMAError, *((zstandard.ZstdError,) if zstandard else ()))


def _utf_16(start: bytes) -> codecs.IncrementalDecoder | None:
    """Return a decoder for UTF-16, by its mark, or by the NUL bytes that it has in every other place."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return codecs.getincrementaldecoder("utf-16")("replace")
    sample = start[:4096]
    for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) >= 8 and sample[at::2].count(0) > 0.7 * len(sample[at::2]) and sample[1 - at :: 2].count(0) == 0:
            return codecs.getincrementaldecoder(name)("replace")
    return None

"""Files appear whole or not at all: written beside their place, synced, then renamed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artifact.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


_TORN = re.compile(r"\..+\.\d+\.[0-9a-f]{8}\.part")


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; rename it to ``path`` on success, remove it on any failure.

    A full disk or a place that cannot be written is a BadInputError that names ``path``.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(path)
    except OSError as error:
        remedy = "make room, or name a place that can be written"
        raise BadInputError(path, f"cannot be written ({error.strerror})", remedy) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def remove_torn(folders: Iterable[Path]) -> None:
    """Remove what a killed process of ours left beside its place, and nothing else."""
    for folder in folders:
        for path in folder.glob(".*.part"):
            if _TORN.fullmatch(path.name):
                path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with appearing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_numbers(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays as safetensors, whole or not at all: plain numbers, nothing that could run on loading."""
    from safetensors.numpy import save

    with appearing(path) as beside:
        beside.write_bytes(save(arrays))


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file that becomes ``path``, whole or not at all."""
    with appearing(path) as beside:
        write(beside)


def unchanged(folder: Path, sums: Mapping[str, str]) -> bool:
    """Tell whether a folder holds the named files with these SHA-256."""
    try:
        return all(sha256(folder / name) == total for name, total in sums.items())
    except OSError:
        return False


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Files appear whole or not at all: written beside their place, synced, then renamed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artifact.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


_TORN = re.compile(r"\..+\.\d+\.[0-9a-f]{8}\.part")


@contextmanager
def appearing(path: Path, nameless: bool = True) -> Iterator[Path]:
    """Yield a path to write to; what is written there is at ``path`` on success, and nowhere on any failure.

    Until then it has no name where the file system can do that, so that not even SIGKILL leaves anything; without
    ``nameless`` it lies beside ``path``, where it outlives a power cut. A full disk or a place that cannot be written
    is a BadInputError that names ``path``.
    """
    named = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _nameless(path.parent) if nameless else nullcontext() as descriptor:
            beside = named if descriptor is None else Path(f"/proc/self/fd/{descriptor}")
            yield beside
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            if descriptor is not None:
                # With a folder's descriptor given, what the link leads to is what gets the name.
                os.link(beside, named, src_dir_fd=descriptor)
            named.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):
            named.unlink()


@contextmanager
def appearing_together(folder: Path) -> Iterator[Path]:
    """Yield a folder to write files to; all of them are in ``folder`` on success, and none of them on any failure.

    ``folder`` is made where it is not there. Errors are those of ``appearing`` and name the place in ``folder``.
    """
    was_there = folder.exists()
    staged = folder / f".together.{os.getpid()}.{secrets.token_hex(4)}.part"
    try:
        staged.mkdir(parents=True)
        yield staged
        for path in list(staged.iterdir()):
            path.replace(folder / path.name)
    except BadInputError as error:
        where, problem, remedy, line = error.given
        place = folder / Path(where).name if Path(where).parent == staged else where
        raise BadInputError(place, problem, remedy, line) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        if not was_there:
            with suppress(OSError):
                folder.rmdir()


def _unwritable(path: Path, error: OSError) -> BadInputError:
    remedy = "make room, or name a place that can be written"
    return BadInputError(path, f"cannot be written ({error.strerror})", remedy)


@contextmanager
def _nameless(folder: Path) -> Iterator[int | None]:
    """Open a file without a name in a folder; None where the file system has no such files."""
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    except OSError:
        yield None
        return
    try:
        # Without /proc, as in some chroots, nothing leads to it.
        yield descriptor if Path(f"/proc/self/fd/{descriptor}").exists() else None
    finally:
        os.close(descriptor)


@contextmanager
def held(lock: Path, names: str, others_wait: str) -> Iterator[None]:
    """Hold the folder of ``lock``, made if it is not there; that another process does is a BadInputError.

    ``names`` and ``others_wait`` say what to do where it cannot be written, and where somebody else holds it.
    """
    folder = lock.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Neither what a link leads to nor a pipe is a lock of ours.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        held = os.open(lock, flags, 0o644)
    except OSError as error:
        raise BadInputError(folder, f"cannot be written ({error.strerror})", names) from None
    with os.fdopen(held, "rb"):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadInputError(folder, "another command is writing here", others_wait) from None
        yield


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
    with appearing(path) as beside:
        beside.write_bytes(numbers_as_bytes(arrays))


def numbers_as_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as safetensors."""
    import numpy as np
    from safetensors.numpy import save

    # safetensors 0.8 writes a transposed array in the order of its memory, and loads another one.
    return save({name: np.asarray(values, order="C") for name, values in arrays.items()})


def refuse_existing(path: Path) -> None:
    """Raise BadInputError where there is anything at ``path``, be it a link that leads nowhere."""
    if path.exists() or path.is_symlink():
        raise BadInputError(path, "is there already", "name a new file")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_sha256(value: Any) -> str:
    """Return the SHA-256 of a value's JSON, the same in whatever order its keys stand."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

"""What the reader of a trace format keeps: it knows its logs, gives whole microseconds, and refuses all else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from artifact.errors import BadInputError, ContractError
from artifact.mistakes import Checks
from artifact.plugins import in_a_line, raised_at
from artifact.trace.lines import opened
from artifact.trace.reading import Reader
from artifact.trace.series import LONGEST_RTT_US

TRIES = 60
"""How many damaged copies of a sample are read."""


class SampledReader(NamedTuple):
    """The module of a format (``FORMAT``, ``recognises``, ``read``) and a log of some ten pings or more."""

    reader: Reader
    sample: bytes

    @property
    def name(self) -> str:
        """The module's name, without its package."""
        return str(getattr(self.reader, "__name__", self.reader)).rpartition(".")[2]


def check_format(of: SampledReader) -> None:
    """It says what the format is called."""
    if not isinstance(getattr(of.reader, "FORMAT", None), str) or not of.reader.FORMAT:
        raise _broken(of, "has no FORMAT", 'name the format, as in FORMAT = "ping log"')


def check_recognises(of: SampledReader) -> None:
    """It recognises its own log, and no page of a browser or a photograph."""
    if _of(of, of.reader.recognises, of.sample) is not True:
        raise _broken(of, "recognises() does not know its own sample", "return True for a log's beginning")
    for strange in (b"", b"<!DOCTYPE html>\n<html>\n", b"\x89PNG\r\n\x1a\n", b"dear diary\n\nnothing new\n"):
        if _of(of, of.reader.recognises, strange) is not False:
            raise _broken(
                of, f"recognises() takes {strange[:20]!r} for its own", "return False for what is no such log"
            )


def check_series(of: SampledReader) -> None:
    """It gives RTTs in whole microseconds, 0 for a loss, and no more of them than are asked for."""
    whole = _read(of, of.sample, None)
    if not isinstance(whole, np.ndarray) or whole.dtype != np.int64 or whole.ndim != 1 or len(whole) < 4:
        shown = f"{whole.dtype} of shape {whole.shape}" if isinstance(whole, np.ndarray) else type(whole).__name__
        raise _broken(of, f"read() gives {shown} for its sample", "return int64 microseconds, one for each ping sent")
    if (whole < 0).any() or (whole > LONGEST_RTT_US).any():
        raise _broken(of, "read() gives an RTT out of range", f"keep within 0 (a loss) and {LONGEST_RTT_US:,}")
    for at_most in (1, len(whole) // 2, len(whole), len(whole) + 1):
        if not np.array_equal(_read(of, of.sample, at_most), whole[:at_most]):
            problem = f"read() with at_most={at_most} does not give the first {at_most} pings"
            raise _broken(of, problem, "end with: return log.first(rtt_us, at_most)")


def check_damaged(of: SampledReader) -> None:
    """A damaged log is read or refused with a BadInputError that is one line; no other error comes out."""
    rng = np.random.default_rng(0)
    for _ in range(TRIES):
        damaged = bytearray(of.sample)
        for at in rng.integers(0, len(damaged), size=int(rng.integers(1, 9))):
            damaged[at] = int(rng.integers(1, 256))
        begin, end = sorted(rng.integers(0, len(damaged) + 1, size=2))
        content = bytes(damaged[:begin] + damaged[end:] if rng.random() < 0.5 else damaged)
        _read_or_refuse(of, content)
    for content in (b"", b"\n\n", b"\xff" * 100, b"a" * 100, of.sample + b"\nnot a line of it\n", of.sample * 2):
        _read_or_refuse(of, content)


CHECKS: Checks = (
    ("format", check_format),
    ("recognises", check_recognises),
    ("series", check_series),
    ("damaged", check_damaged),
)


def _read_or_refuse(of: SampledReader, content: bytes) -> None:
    try:
        given = _read(of, content, None)
    except ContractError:
        raise
    except BadInputError as refusal:
        if "\n" in str(refusal):
            raise _broken(of, "refuses a log in more than one line", "say it in one", refusal) from None
        return
    if (np.asarray(given) < 0).any() or (np.asarray(given) > LONGEST_RTT_US).any():
        raise _broken(of, "read() gives an RTT out of range for a damaged log", "refuse it with a BadInputError")


def _read(of: SampledReader, content: bytes, at_most: int | None) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        return _of(of, _opened, of, path, at_most)


def _opened(of: SampledReader, path: Path, at_most: int | None) -> Any:
    with opened(path) as log:
        return of.reader.read(log, at_most)


def _of(of: SampledReader, call: Callable[..., Any], *given: Any) -> Any:
    try:
        return call(*given)
    except BadInputError:
        raise
    except Exception as error:  # whatever code of somebody else's raises
        problem = f"raises {in_a_line(error)}"
        raise _broken(of, problem, "refuse what cannot be read with a BadInputError", error) from error


def _broken(of: SampledReader, problem: str, remedy: str, error: BaseException | None = None) -> ContractError:
    place = raised_at(error) if error else None
    file = str(getattr(of.reader, "__file__", of.name))
    return ContractError(
        place[0] if place else file, f"reader {of.name}: {problem}", remedy, place[1] if place else None
    )

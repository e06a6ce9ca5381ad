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
from artifact.trace.log import Series
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
    """It gives series of RTTs in whole microseconds, 0 for a loss, with a time for each ping or none at all."""
    given = _read(of, of.sample)
    if not isinstance(given, list) or not given or not all(isinstance(one, Series) for one in given):
        raise _broken(
            of, f"read() gives {type(given).__name__} for its sample", "return a list of artifact.trace.log.Series"
        )
    for one in given:
        _check_one(of, one)
    if max(len(one.rtt_us) for one in given) < 4:
        raise _broken(of, "read() finds less than four pings in its sample", "return one RTT for each ping sent")
    if len({one.name for one in given}) < len(given):
        raise _broken(of, "read() gives two series of one name", "name each by its host, probe, target or column")


def _check_one(of: SampledReader, one: Series, where: str = "") -> None:
    for name, column in (("rtt_us", one.rtt_us), ("sent_us", one.sent_us)):
        if name == "sent_us" and column is None:
            continue
        if not isinstance(column, np.ndarray) or column.dtype != np.int64 or column.ndim != 1:
            shown = (
                f"{column.dtype} of shape {column.shape}" if isinstance(column, np.ndarray) else type(column).__name__
            )
            raise _broken(
                of, f"read() gives {shown} as {name}{where}", "give int64 microseconds, one for each ping sent"
            )
    if one.sent_us is not None and len(one.sent_us) != len(one.rtt_us):
        raise _broken(of, f"read() gives more times than pings, or less{where}", "give a time for each ping, or None")
    if (one.rtt_us < 0).any() or (one.rtt_us > LONGEST_RTT_US).any():
        raise _broken(of, f"read() gives an RTT out of range{where}", f"keep within 0 (a loss) and {LONGEST_RTT_US:,}")


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
        given = _read(of, content)
    except ContractError:
        raise
    except BadInputError as refusal:
        if "\n" in str(refusal):
            raise _broken(of, "refuses a log in more than one line", "say it in one", refusal) from None
        return
    for one in given:
        _check_one(of, one, " for a damaged log")


def _read(of: SampledReader, content: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        return _of(of, _opened, of, path)


def _opened(of: SampledReader, path: Path) -> Any:
    with opened(path) as lines:
        return of.reader.read(lines)


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

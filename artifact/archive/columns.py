"""Which columns of a Parquet file hold what, found by name or named, and the unit of its RTTs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artifact.errors import BadInputError

RTT = ("rtt", "ping", "latency", "delay", "response_time")
"""How an RTT's column is called, in any case, with _ms, _us or _s behind it or nothing."""
TIME = ("time", "timestamp", "ts", "sent", "sent_at", "date", "datetime")
PROBE = ("probe", "probe_id", "prb_id", "source", "src", "src_addr")
TARGET = ("target", "target_id", "destination", "dst", "dst_addr", "dst_name", "host")
US_PER_UNIT = {"ms": 1_000.0, "us": 1.0, "s": 1_000_000.0}
FILE, ROW = "__file", "__row"
"""Columns that reading adds: the number of the file that a ping stands in, and its row there."""


@dataclass(frozen=True)
class Named:
    """What somebody says about columns; nothing means that it is found."""

    rtt: str | None = None
    time: str | None = None
    probe: str | None = None
    target: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Columns:
    """The columns of an archive; no ``keys`` means one series per file.

    ``unit_stated`` tells whether the unit of RTTs was said by whoever asks, so that no doubt is raised about it.
    """

    rtt: str
    time: str
    keys: tuple[str, ...]
    unit: str
    unit_stated: bool

    @property
    def all(self) -> list[str]:
        """Their names, in the order in which they are written."""
        return [*self.keys, self.time, self.rtt]


def found_columns(path: Path, schema: Any, named: Named) -> Columns:
    """Return the columns of a file with an Arrow schema; one that is missing or unclear is a BadInputError."""
    names = list(schema.names)
    units = tuple(f"{name}_{unit}" for name in RTT for unit in US_PER_UNIT)
    rtt = _one(path, names, named.rtt, (*RTT, *units), "rtt")
    time = _one(path, names, named.time, TIME, "time")
    keys = [_found(path, names, *of) for of in ((named.probe, PROBE, "probe"), (named.target, TARGET, "target"))]
    unit = named.unit or next((unit for unit in US_PER_UNIT if rtt.lower().endswith(f"_{unit}")), "ms")
    columns = Columns(rtt, time, tuple(key for key in keys if key is not None), unit, named.unit is not None)
    _check_types(path, schema, columns)
    return columns


def _one(path: Path, names: Sequence[str], named: str | None, known: Sequence[str], option: str) -> str:
    column = _found(path, names, named, known, option)
    if column is None:
        problem = f"has no {option} column among its columns {_listed(names)}"
        raise BadInputError(path, problem, f"name it with --{option}")
    return column


def _found(path: Path, names: Sequence[str], named: str | None, known: Sequence[str], option: str) -> str | None:
    if named is not None:
        if named not in names:
            problem = f"has no column '{named}' among its columns {_listed(names)}"
            raise BadInputError(path, problem, f"correct --{option}")
        return named
    found = [name for name in names if name.lower() in known]
    if len(found) > 1:
        raise BadInputError(path, f"has several {option} columns: {_listed(found)}", f"name one with --{option}")
    return found[0] if found else None


def _check_types(path: Path, schema: Any, columns: Columns) -> None:
    import pyarrow.types as of

    def refuse(name: str, remedy: str) -> None:
        raise BadInputError(path, f"column '{name}' is of type {schema.field(name).type}", remedy)

    rtt, time = (schema.field(name).type for name in (columns.rtt, columns.time))
    if not (of.is_integer(rtt) or of.is_floating(rtt)):
        refuse(columns.rtt, "an RTT is one number a row; name another column with --rtt")
    if not (of.is_integer(time) or of.is_floating(time) or of.is_timestamp(time)):
        refuse(columns.time, "a time is a time stamp or a number; name another column with --time")
    for name in columns.keys:
        key = schema.field(name).type
        if of.is_dictionary(key):
            key = key.value_type
        if not (of.is_integer(key) or of.is_string(key) or of.is_large_string(key)):
            refuse(name, "a probe or a target is an integer or a text; name another column")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name[:30]}'" for name in names[:10]) + (", …" if len(names) > 10 else "")

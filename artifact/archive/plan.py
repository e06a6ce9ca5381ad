"""An archive, and the parts in which it is worked on: whole row groups, in the order of files and rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from artifact.archive.columns import US_PER_UNIT, Columns, Named, found_columns
from artifact.errors import BadInputError

PART_ROWS = 1 << 22
"""A part is done once it has so many rows: seconds of work, and some hundred files for 10^9 pings."""
GLANCES = 20
"""So many files are looked into for the unit of their RTTs before anything else is done."""
GLANCED_ROWS = 10_000
PLAUSIBLE_MS = (0.3, 1_000.0)
"""Where half of the RTTs of a line on the Internet lie; a line in one room is told with --unit."""


@dataclass(frozen=True)
class Slice:
    """Consecutive rows of a file, whole row groups of it: ``rows`` of them, beginning with row ``first``.

    ``file`` is the file's number, ``name`` how it is called within the archive.
    """

    file: int
    path: Path
    name: str
    first: int
    rows: int


@dataclass(frozen=True)
class Part:
    """What one worker does together; ``at`` is the archive's row that it begins with."""

    number: int
    at: int
    slices: tuple[Slice, ...]

    @property
    def rows(self) -> int:
        """The number of its pings."""
        return sum(of.rows for of in self.slices)


@dataclass(frozen=True)
class Archive:
    """All files, sorted by name, cut into parts. ``sha256`` tells this content from another one."""

    columns: Columns
    rows: int
    parts: tuple[Part, ...]
    sha256: str


def archive_of(data: Path, named: Named, part_rows: int = PART_ROWS) -> Archive:
    """Look at a Parquet file, or at all ``*.parquet`` of a folder; whatever is no archive of pings is a BadInputError.

    Only their ends are read, which tell how many rows there are and what lies where.
    """
    files = _files(data)
    columns, seen, digest = None, None, hashlib.sha256()
    slices: list[Slice] = []
    for number, path in enumerate(files):
        metadata, schema = _opened(path)
        columns = columns or found_columns(path, schema, named)
        types = _types(path, schema, columns)
        if types != (seen := seen or types):
            problem = f"has columns of other types than {files[0].name}: {types} instead of {seen}"
            raise BadInputError(path, problem, "bring them to one type")
        name = path.relative_to(data).as_posix() if data.is_dir() else path.name
        digest.update(f"{name} {path.stat().st_size} ".encode() + _end(path))
        slices += _slices(Slice(number, path.absolute(), name, 0, 0), metadata)
    if columns is None:
        raise BadInputError(data, "holds no file *.parquet", "name a Parquet file, or a folder of them")
    if not columns.unit_stated:
        _glance(files, columns)
    return Archive(columns, sum(of.rows for of in slices), tuple(_parts(slices, part_rows)), digest.hexdigest())


def _files(data: Path) -> list[Path]:
    if not data.exists():
        raise BadInputError(data, "no such file", "name a Parquet file, or a folder of them")
    return sorted(data.rglob("*.parquet")) if data.is_dir() else [data]


def _opened(path: Path) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        problem = f"cannot be read as Parquet ({str(error).splitlines()[0][:80]})"
        raise BadInputError(path, problem, "name a Parquet file, or a folder of them") from None
    if metadata.num_rows == 0:
        raise BadInputError(path, "is empty: no rows", "remove it")
    return metadata, schema


def _types(path: Path, schema: Any, columns: Columns) -> str:
    for name in columns.all:
        if name not in schema.names:
            raise BadInputError(path, f"has no column '{name}', which other files have", "name columns alike")
    return ", ".join(f"{name} {schema.field(name).type}" for name in columns.all)


def _end(path: Path) -> bytes:
    """Return a file's footer: where all columns lie, how large they are, between what bounds."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, 2)
        return file.read(length)


def _slices(whole: Slice, metadata: Any) -> Iterator[Slice]:
    first = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        yield replace(whole, first=first, rows=rows)
        first += rows


def _parts(slices: Sequence[Slice], part_rows: int) -> Iterator[Part]:
    at, held, rows = 0, list[Slice](), 0
    number = 0
    for k, of in enumerate(slices):
        follows = bool(held) and held[-1].file == of.file
        held.append(replace(held[-1], rows=held.pop().rows + of.rows) if follows else of)
        rows += of.rows
        if rows >= part_rows or k == len(slices) - 1:
            yield Part(number, at, tuple(held))
            number, at, held, rows = number + 1, at + rows, [], 0


def _glance(files: Sequence[Path], columns: Columns) -> None:
    """Refuse RTTs that a line on the Internet hardly has, if the unit is the one that their name says."""
    import pyarrow.parquet as pq

    for path in files[:: -(-len(files) // GLANCES)]:
        with pq.ParquetFile(path) as file:
            batch = next(file.iter_batches(GLANCED_ROWS, columns=[columns.rtt]))
        rtt_ms = batch.column(0).drop_null().to_numpy(zero_copy_only=False) * (US_PER_UNIT[columns.unit] / 1_000)
        answered = rtt_ms[np.isfinite(rtt_ms) & (rtt_ms > 0)]
        if len(answered) and not PLAUSIBLE_MS[0] <= (usual := float(np.median(answered))) < PLAUSIBLE_MS[1]:
            shown = f"{float(f'{usual:.3g}'):,.10g} ms"
            problem = f"column '{columns.rtt}': half of the RTTs lie below {shown}, if they are in {columns.unit}"
            raise BadInputError(path, problem, "say which unit it is with --unit s, ms or us")

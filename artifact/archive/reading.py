"""A part of an archive, block by block: checked, with as many rows around each block as the widest window reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.archive.columns import FILE, ROW, US_PER_UNIT, Columns
from artifact.archive.plan import Part, Slice
from artifact.errors import BadInputError
from artifact.trace.series import LONGEST_RTT_US

BLOCK_ROWS = 1 << 18
"""Rows that are worked on at once: some tens of MB with all that is computed of them."""
READ_AT_ONCE = 1 << 20
"""Bytes: larger pages are read piece by piece, so that a file of a single row group takes no more memory."""
Integers = NDArray[np.int64]


class BadPingsError(BadInputError):
    """Pings that cannot be labelled as they are: whatever was begun on them is of no use."""


@dataclass(frozen=True)
class Block:
    """Rows of an archive, ``rows`` of which are the block's own; the others lie around them, for windows to reach into.

    ``table`` is as it was read, ``rtt_us`` has shape (n,), 0 is a loss. ``begins`` are the positions at which a series
    begins, the first row among them; ``at`` is the archive's row that the block's own begin with.
    """

    table: Any
    rtt_us: Integers
    begins: Integers
    rows: slice
    at: int


def blocks(part: Part, columns: Columns, around: int, block_rows: int = BLOCK_ROWS) -> Iterator[Block]:
    """Read a part; a BadPingsError names the file and the row of what is no ping or stands out of order.

    ``around``: rows before and behind each block, at least one, wherever its file has them.
    """
    import pyarrow as pa

    first = part.slices[0]
    before = min(around, first.first)
    end = before + part.rows
    # Positions in the stream: what is held begins with `start` and ends before `have`; `own` is next to be handed out.
    held: list[Any] = []
    start = have = 0
    own = before
    for table, is_last in _and_whether_last(_stream(part, columns, before, around)):
        held.append(table)
        have += table.num_rows
        while own < end and (is_last or have - own >= block_rows + around):
            stop = min(own + block_rows, end)
            low, high = max(own - around, 0), min(stop + around, have)
            both = pa.concat_tables(held)
            at = part.at + own - before
            yield _block(both.slice(low - start, high - low), slice(own - low, stop - low), at, part, columns)
            own, keep = stop, max(stop - around, 0)
            held, start = [both.slice(keep - start)], keep


def _stream(part: Part, columns: Columns, before: int, behind: int) -> Iterator[Any]:
    """Yield the rows of a part with those before and behind it."""
    for k, of in enumerate(part.slices):
        first = of.first - (before if k == 0 else 0)
        stop = of.first + of.rows + (behind if k == len(part.slices) - 1 else 0)
        yield from _read(of, columns, first, stop)


def _read(of: Slice, columns: Columns, first: int, stop: int) -> Iterator[Any]:
    """Read the rows from ``first`` to ``stop`` (exclusive) of a slice's file, or as many as it has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Without reading ahead, and piece by piece: a row group may be larger than memory.
        with pq.ParquetFile(of.path, buffer_size=READ_AT_ONCE, pre_buffer=False) as file:
            ends = np.cumsum([file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)])
            group = int(np.searchsorted(ends, first, side="right"))
            at = int(ends[group - 1]) if group else 0
            groups = list(range(group, len(ends)))
            for batch in file.iter_batches(BLOCK_ROWS, row_groups=groups, columns=columns.all):
                low, high = max(first - at, 0), min(stop - at, batch.num_rows)
                if low < high:
                    yield _marked(pa.Table.from_batches([batch.slice(low, high - low)]), of.file, at + low)
                at += batch.num_rows
                if at >= stop:
                    return
    except (pa.ArrowException, OSError) as error:
        problem = f"cannot be read ({str(error).splitlines()[0][:80]})"
        raise BadPingsError(of.path, problem, "restore the file") from None


def _marked(table: Any, file: int, first: int) -> Any:
    import pyarrow as pa

    rows = np.arange(first, first + table.num_rows)
    files = np.full(table.num_rows, file, dtype=np.int32)
    return table.append_column(FILE, pa.array(files)).append_column(ROW, pa.array(rows))


def _and_whether_last(tables: Iterator[Any]) -> Iterator[tuple[Any, bool]]:
    held = next(tables)
    for table in tables:
        yield held, False
        held = table
    yield held, True


def _block(table: Any, rows: slice, at: int, part: Part, columns: Columns) -> Block:
    table = table.combine_chunks()
    begins = _begins(table, part, columns)
    _check_times(table, begins, part, columns)
    return Block(table, _microseconds(table, part, columns), begins, rows, at)


def _begins(table: Any, part: Part, columns: Columns) -> Integers:
    """Return where another probe or target begins, or another file."""
    changes = np.zeros(table.num_rows, dtype=np.bool_)
    changes[0] = True
    for name in (FILE, *columns.keys):
        column = table.column(name)
        _refuse(column.is_null().to_numpy(), table, part, f"'{name}' is missing", "name every probe and target")
        codes = _codes(column)
        changes[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(changes)


def _codes(column: Any) -> NDArray[Any]:
    """Return numbers that are equal where the column's values are."""
    import pyarrow as pa

    chunk = column.combine_chunks()
    if not pa.types.is_integer(column.type):
        chunk = (chunk if pa.types.is_dictionary(column.type) else chunk.dictionary_encode()).indices
    return np.asarray(chunk.to_numpy(zero_copy_only=False))


def _check_times(table: Any, begins: Integers, part: Part, columns: Columns) -> None:
    """Refuse time stamps of one series that do not rise from row to row."""
    import pyarrow as pa

    column = table.column(columns.time)
    _refuse(column.is_null().to_numpy(), table, part, "the time stamp is missing", "remove the row")
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    times = column.to_numpy()
    same = np.ones(len(times), dtype=np.bool_)
    same[begins] = False
    steps = np.concatenate([times[:1] * 0 + 1, np.diff(times)])
    _refuse(same & (steps == 0), table, part, "the same time stamp as the row before", "leave one row per ping")
    # A number that is none is not above anything.
    _refuse(same & ~(steps > 0), table, part, "the time stamp lies before that of the row before", "sort by time")


def _microseconds(table: Any, part: Part, columns: Columns) -> Integers:
    """Return whole microseconds; nothing, 0 and a negative number are losses."""
    column = table.column(columns.rtt)
    values = column.fill_null(0).to_numpy().astype(np.float64)
    for wrong, what in ((np.isnan(values), "NaN"), (np.isinf(values), "infinite")):
        _refuse(wrong, table, part, f"the RTT is {what}", "write a loss as null or 0")
    values *= US_PER_UNIT[columns.unit]
    remedy = "write a loss as null or 0, or say which unit it is with --unit s, ms or us"
    _refuse(values > LONGEST_RTT_US, table, part, f"an RTT above {LONGEST_RTT_US / 1e6:.0f} s", remedy)
    # A reply within less than half a microsecond is an answer; 0 would make it a loss.
    return np.where(values > 0, np.maximum(np.rint(values), 1), 0).astype(np.int64)


def _refuse(wrong: NDArray[np.bool_], table: Any, part: Part, problem: str, remedy: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        path, row = place(table, at, part)
        raise BadPingsError(path, f"row {row + 1:,}: {problem}", remedy)


def place(table: Any, at: int, part: Part) -> tuple[Path, int]:
    """Return the file that a row of a block stands in, and its row there."""
    file = table.column(FILE)[at].as_py()
    return next(of.path for of in part.slices if of.file == file), table.column(ROW)[at].as_py()

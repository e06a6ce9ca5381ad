"""A row per series: from when to when, pings, losses, RTTs, and how many pings each approach labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from artifact.archive.columns import Columns
from artifact.archive.reading import Block

GOES_ON = "__goes_on"
"""Whether a row belongs to the series of the row before it: its block began in the middle of it."""
FIRST, LAST, FASTEST, SLOWEST, SUM = "first", "last", "fastest_us", "slowest_us", "sum_us"
NONE_YET = 1 << 62
"""An RTT above any, where no ping was answered."""


def summary_of(table: Any, block: Block, columns: Columns) -> Any:
    """Return a row for each series of a block's own rows; ``table`` holds what is written of them."""
    import pyarrow as pa

    rtt_us = block.rtt_us[block.rows]
    begins = block.begins[(block.begins > block.rows.start) & (block.begins < block.rows.stop)] - block.rows.start
    goes_on = np.zeros(len(begins) + 1, dtype=np.bool_)
    goes_on[0] = block.rows.start not in block.begins
    begins = np.concatenate([[0], begins])
    lasts = np.append(begins[1:], len(rtt_us)) - 1
    names = table.column_names
    keys, labels = names[: names.index(columns.time)], names[names.index(columns.rtt) + 1 :]
    lost = rtt_us == 0
    counts = {"pings": np.ones(len(rtt_us), dtype=np.int64), "losses": lost, SUM: rtt_us}
    counts |= {name: table.column(name).to_numpy() == 1 for name in labels}
    return pa.table(
        {
            **{name: table.column(name).take(begins) for name in keys},
            FIRST: table.column(columns.time).take(begins),
            LAST: table.column(columns.time).take(lasts),
            FASTEST: np.minimum.reduceat(np.where(lost, NONE_YET, rtt_us), begins),
            SLOWEST: np.maximum.reduceat(rtt_us, begins),
            **{name: np.add.reduceat(of, begins, dtype=np.int64) for name, of in counts.items()},
            GOES_ON: goes_on,
        }
    )


def joined(tables: Iterable[Any]) -> Any:
    """Return the rows of consecutive tables, those of one series as one; the first may itself go on."""
    import pyarrow as pa

    both = pa.concat_tables(tables).combine_chunks()
    goes_on = both.column(GOES_ON).to_numpy().copy()
    if not goes_on[1:].any():
        return both
    begins = np.flatnonzero(np.concatenate([[True], ~goes_on[1:]]))
    ends = np.append(begins[1:], len(goes_on))
    names = both.column_names
    sums = names[names.index(SLOWEST) + 1 : names.index(GOES_ON)]
    reduced = {name: both.column(name).take(begins) for name in names}
    reduced |= {name: np.add.reduceat(both.column(name).to_numpy(), begins) for name in sums}
    reduced[LAST] = both.column(LAST).take(ends - 1)
    reduced[FASTEST] = np.minimum.reduceat(both.column(FASTEST).to_numpy(), begins)
    reduced[SLOWEST] = np.maximum.reduceat(both.column(SLOWEST).to_numpy(), begins)
    return pa.table(reduced)


def write_summaries(parts: Iterable[Path], path: Path) -> int:
    """Write the summaries of all parts, in their order, as one file; return the number of series."""
    import pyarrow.parquet as pq

    writer, series = None, 0
    for table in map(_finished, _whole_series(parts)):
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        series += table.num_rows
    if writer:
        writer.close()
    return series


def _whole_series(parts: Iterable[Path]) -> Iterator[Any]:
    """Yield the rows of whole series: the last of a part waits for what follows."""
    import pyarrow.parquet as pq

    waiting = None
    for path in parts:
        table = joined(([waiting] if waiting else []) + [pq.read_table(path)])
        if table.num_rows > 1:
            yield table.slice(0, table.num_rows - 1)
        waiting = table.slice(table.num_rows - 1)
    if waiting:
        yield waiting


def _finished(table: Any) -> Any:
    """Return the columns that are written: RTTs in ms, null where no ping was answered."""
    import pyarrow as pa

    names = table.column_names
    columns = {name: table.column(name) for name in names}
    answered = columns["pings"].to_numpy() - columns["losses"].to_numpy()
    fastest, total, slowest = (columns[name].to_numpy() / 1000 for name in (FASTEST, SUM, SLOWEST))
    ms = {"fastest_ms": fastest, "mean_ms": total / np.maximum(answered, 1), "slowest_ms": slowest}
    return pa.table(
        {
            **{name: columns[name] for name in (*names[: names.index(FASTEST)], "pings", "losses")},
            **{name: pa.array(of, mask=answered == 0) for name, of in ms.items()},
            **{name: columns[name] for name in names[names.index(SUM) + 1 : names.index(GOES_ON)]},
        }
    )

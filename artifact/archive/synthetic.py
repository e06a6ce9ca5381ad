"""Test input of any size: data sets of the study, end to end, written as they are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from artifact.dataset import build_dataset
from artifact.setting import tasks_of
from artifact.store.files import appearing, refuse_existing
from artifact.study import StudyFile

DRAWN = 1 << 20
"""Pings per data set, and rows per row group."""
START_US = 1_700_000_000_000_000
"""When the first ping was sent (microseconds since 1970): a round number of 2023."""
TARGET = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""


def write_synthetic(path: Path, rows: int, series: int, file: StudyFile) -> None:
    """Write ``rows`` pings of as many series as equal in length as can be, one a second, with their gold labels.

    Columns: probe, target, time, rtt_ms (null is a loss), and a gold label per task. The study decides everything but
    the length; a shorter file of one series is the beginning of a longer one. An existing file is a BadInputError.
    """
    import pyarrow.parquet as pq

    refuse_existing(path)
    with appearing(path) as beside:
        writer = None
        for first in range(0, rows, DRAWN):
            table = _table(file, first, min(first + DRAWN, rows), -(-rows // series))
            # Steps of a clock are small numbers; RTTs hardly repeat.
            how = {"column_encoding": {"time": "DELTA_BINARY_PACKED"}, "compression": "zstd"}
            writer = writer or pq.ParquetWriter(beside, table.schema, use_dictionary=["probe", "target"], **how)
            writer.write_table(table)
        if writer:
            writer.close()


def _table(file: StudyFile, first: int, stop: int, length: int) -> Any:
    import pyarrow as pa

    study = file.study
    drawn = study.trace.model_copy(update={"pings": DRAWN})
    # Always drawn whole, so that what comes first is the same however much follows.
    dataset = build_dataset(drawn, study.dataset, tasks_of(file), seed=first // DRAWN)
    at, count = np.arange(first, stop), stop - first
    rtt_us = dataset.rtt_us[:count]
    columns = {
        "probe": pa.array(at // length + 1),
        "target": pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int8), [TARGET]).cast(pa.string()),
        "time": pa.array(START_US + at % length * 1_000_000).cast(pa.timestamp("us", tz="UTC")),
        "rtt_ms": pa.array(rtt_us / 1000, mask=rtt_us == 0),
    }
    gold = {f"{task}_gold": pa.array(labels[:count]) for task, labels in dataset.gold.items()}
    return pa.table({**columns, **gold})

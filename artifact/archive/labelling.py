"""The second pass: every ping of a part with its labels, and what there is to say of each of its series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.approaches.approach import Pings, label
from artifact.archive.columns import FILE
from artifact.archive.fitting import fitted
from artifact.archive.job import Job
from artifact.archive.plan import Part
from artifact.archive.reading import Block, blocks
from artifact.archive.summary import joined, summary_of
from artifact.archive.voting import Voted, reach, voted
from artifact.store.files import appearing

Labels = Mapping[str, NDArray[np.int8]]


def label_part(piece: tuple[Job, Part]) -> int:
    """Label one part and keep its labels and summaries, if that is not done; return its number of rows."""
    job, part = piece
    labels, summary = job.paths.labels(part), job.paths.summary(part)
    if not (labels.exists() and summary.exists()):
        with appearing(labels) as beside_labels, appearing(summary) as beside_summary:
            _label(job, part, beside_labels, beside_summary)
    return part.rows


def _label(job: Job, part: Part, labels_to: Any, summary_to: Any) -> None:
    import pyarrow.parquet as pq

    tasks, inputs, models = job.setting.tasks, job.inputs, fitted(job)
    writer, summaries = None, []
    for block in blocks(part, job.columns, reach(tasks, inputs)):
        labels = _labels(job, block, voted(block, tasks, inputs), models)
        table = _table(job, part, block, labels)
        writer = writer or pq.ParquetWriter(labels_to, table.schema, compression="zstd", **_encoded(job, table))
        writer.write_table(table)
        summaries.append(summary_of(table, block, job.columns))
    if writer:
        writer.close()
    pq.write_table(joined(summaries), summary_to)


def _labels(job: Job, block: Block, seen: Voted, models: Any) -> Labels:
    at = np.arange(block.at, block.at + block.rows.stop - block.rows.start)
    labels: dict[str, NDArray[np.int8]] = {}
    for approach in job.setting.approaches:
        features = seen.features[approach.input.name] if approach.input else None
        said = label(models[approach.name], Pings(job.setting.tasks, at, votes=seen.votes, features=features))
        labels |= {f"{task}_{approach.name}": of for task, of in said.labels.items()}
    return labels


def _table(job: Job, part: Part, block: Block, labels: Labels) -> Any:
    """Return what is written: the archive's own columns, then a label per task and approach."""
    import pyarrow as pa

    own = block.table.slice(block.rows.start, block.rows.stop - block.rows.start)
    columns = {name: own.column(name) for name in job.columns.all}
    if not job.columns.keys:
        names = {of.file: of.name for of in part.slices}
        codes, at = np.unique(own.column(FILE).to_numpy(), return_inverse=True)
        series = pa.DictionaryArray.from_arrays(pa.array(at.astype(np.int32)), [names[code] for code in codes])
        columns = {"file": series.cast(pa.string()), **columns}
    return pa.table({**columns, **{name: pa.array(of) for name, of in labels.items()}})


def _encoded(job: Job, table: Any) -> dict[str, Any]:
    """Return how columns are written: what repeats by reference, steps of a clock as small numbers."""
    import pyarrow as pa

    time = table.schema.field(job.columns.time).type
    steps = not pa.types.is_floating(time)
    return {
        "use_dictionary": [name for name in table.column_names if name not in (job.columns.time, job.columns.rtt)],
        "column_encoding": {job.columns.time: "DELTA_BINARY_PACKED"} if steps else None,
    }

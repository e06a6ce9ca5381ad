"""What labeling functions and inputs make of a block: the votes and features that its whole series would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from artifact.archive.reading import Block
from artifact.inputs.input import Features, Input
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns, reach_of
from artifact.tasks.task import Task


@dataclass(frozen=True)
class Voted:
    """The votes of each task, shape (rows, functions), and the features of each input, of a block's own rows."""

    votes: Mapping[str, LabelMatrix]
    features: Mapping[str, Features]


def voted(block: Block, tasks: Sequence[Task], inputs: Sequence[Input]) -> Voted:
    """Label a block's own rows, each series by itself.

    Windows are cut at the ends of a series, and whole elsewhere, as the block's surroundings reach far enough.
    """
    parts = [_of_one(block, begin, end, tasks, inputs) for begin, end in _series(block)]
    return Voted(
        {task.name: np.concatenate([part.votes[task.name] for part in parts]) for task in tasks},
        {sees.name: np.concatenate([part.features[sees.name] for part in parts]) for sees in inputs},
    )


def reach(tasks: Sequence[Task], inputs: Sequence[Input]) -> int:
    """Return how many pings before or behind a ping its votes and features depend on, at least one."""
    return max([1, *(far for of in (*map(reach_of, tasks), *map(_reach_of_input, inputs)) for far in of)])


def _reach_of_input(sees: Input) -> tuple[int, int]:
    series = ColumnSeries(np.zeros(1, dtype=np.int64))
    with np.errstate(all="ignore"):
        sees.of(series)
    return series.reach.whole


def _series(block: Block) -> list[tuple[int, int]]:
    """Return from where to where each series lies that has rows of the block's own."""
    begins, ends = block.begins, np.append(block.begins[1:], len(block.rtt_us))
    own = (ends > block.rows.start) & (begins < block.rows.stop)
    return list(zip(begins[own].tolist(), ends[own].tolist(), strict=True))


def _of_one(block: Block, begin: int, end: int, tasks: Sequence[Task], inputs: Sequence[Input]) -> Voted:
    series = ColumnSeries(block.rtt_us[begin:end])
    own = slice(max(block.rows.start - begin, 0), block.rows.stop - begin)
    found = Voted(
        {task.name: apply_columns(task, series.rtt_us, series)[own] for task in tasks},
        {sees.name: sees.of(series)[own] for sees in inputs},
    )
    series.forget()
    return found

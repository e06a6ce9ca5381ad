"""What labeling functions and inputs make of a block: the votes and features that its whole series would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from artifact.archive.reading import Block
from artifact.inputs.input import Features, Input
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns, reach_of
from artifact.tasks.task import Task

TOGETHER = 1 << 17
"""Rows that are voted on in one go, with those between series: of thousands of short ones, or of a long one."""


@dataclass(frozen=True)
class Voted:
    """The votes of each task, shape (rows, functions), and the features of each input, of a block's own rows."""

    votes: Mapping[str, LabelMatrix]
    features: Mapping[str, Features]


def voted(block: Block, tasks: Sequence[Task], inputs: Sequence[Input]) -> Voted:
    """Label a block's own rows, each series by itself.

    Windows are cut at the ends of a series, and whole elsewhere, as the block's surroundings reach far enough.
    """
    begins, ends = _series(block)
    apart = reach(tasks, [])
    together = np.cumsum(ends - begins + apart) // TOGETHER
    votes = [_votes(block.rtt_us, begins[of], ends[of], tasks, apart) for of in _runs(together)]
    features = [_features(block.rtt_us[begin:end], inputs) for begin, end in zip(begins, ends, strict=True)]
    own = slice(block.rows.start - begins[0], block.rows.stop - begins[0])
    return Voted(
        {task.name: np.concatenate([of[task.name] for of in votes])[own] for task in tasks},
        {sees.name: np.concatenate([of[sees.name] for of in features])[own] for sees in inputs},
    )


def reach(tasks: Sequence[Task], inputs: Sequence[Input]) -> int:
    """Return how many pings before or behind a ping its votes and features depend on, at least one."""
    return max([1, *(far for of in (*map(reach_of, tasks), *map(_reach_of_input, inputs)) for far in of)])


def _reach_of_input(sees: Input) -> tuple[int, int]:
    series = ColumnSeries(np.zeros(1, dtype=np.int64))
    with np.errstate(all="ignore"):
        sees.of(series)
    return series.reach.whole


def _series(block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return from where to where each series lies that has rows of the block's own."""
    begins, ends = block.begins, np.append(block.begins[1:], len(block.rtt_us))
    own = (ends > block.rows.start) & (begins < block.rows.stop)
    return begins[own], ends[own]


def _runs(numbers: NDArray[np.int64]) -> list[slice]:
    """Return where the same number stands in a row."""
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    return [slice(*pair) for pair in pairwise(edges)]


def _votes(
    rtt_us: NDArray[np.int64], begins: NDArray[np.int64], ends: NDArray[np.int64], tasks: Sequence[Task], apart: int
) -> dict[str, LabelMatrix]:
    """Return the votes on series that lie one behind the other, in one go: so far ``apart`` that no window sees two."""
    values, lengths = rtt_us[begins[0] : ends[-1]], ends - begins
    if len(lengths) == 1:
        return _votes_on(ColumnSeries(values), tasks)
    at = np.arange(len(values)) + np.repeat(np.arange(len(lengths)) * apart, lengths)
    wide, there = np.zeros(at[-1] + 1, dtype=np.int64), np.zeros(at[-1] + 2, dtype=np.int64)
    wide[at], there[at + 1] = values, 1
    found = _votes_on(ColumnSeries(wide, measured=np.cumsum(there)), tasks)
    return {task: votes[at] for task, votes in found.items()}


def _votes_on(series: ColumnSeries, tasks: Sequence[Task]) -> dict[str, LabelMatrix]:
    found = {task.name: apply_columns(task, series.rtt_us, series) for task in tasks}
    series.forget()
    return found


def _features(rtt_us: NDArray[np.int64], inputs: Sequence[Input]) -> dict[str, Features]:
    series = ColumnSeries(rtt_us)
    found = {sees.name: sees.of(series) for sees in inputs}
    series.forget()
    return found

"""Labeling functions -> label matrix, in two engines that agree in every cell (section 3.2)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artifact.labeling.bucket import ColumnSeries, RowBucket, SlicedBucket
from artifact.tasks.task import ABSTAIN, LabelingFunction, Task

if TYPE_CHECKING:
    import pandas as pd

LabelMatrix = NDArray[np.int8]
BLOCK = 1 << 15
"""Pings that are labelled at a time: what is worked out for them stays in the cache."""
BUCKETS: dict[str, type[RowBucket]] = {"once": RowBucket, "figure 2": SlicedBucket}
"""How a bucket is cut, ping by ping; it changes times alone."""


def apply_columns(task: Task, rtt_us: NDArray[np.int64], series: ColumnSeries | None = None) -> LabelMatrix:
    """Label every ping, block by block: shape (n, functions), votes in {-1, 0, 1}, a column in one piece.

    ``rtt_us``: shape (n,), microseconds, 0 is a loss. Tasks that are given the same ``series`` share the sums of one
    that is no longer than a block. Nothing else than the votes is kept for each ping of a longer one.
    """
    functions = task.labeling_functions
    votes = np.empty((len(rtt_us), len(functions)), dtype=np.int8, order="F")
    whole = series or ColumnSeries(rtt_us)
    for place, block in whole.blocks(BLOCK):
        given = {"x": SimpleNamespace(ping=block.ping), "bucket": block.bucket(task.p.bucket), "p": task.p}
        for column, function in zip(votes[place].T, functions, strict=True):
            if isinstance(function, LabelingFunction):
                holds = np.asarray(function.holds(**given), dtype=np.bool_)
                np.multiply(holds.view(np.int8), np.int8(function.votes - ABSTAIN), out=column)
                np.add(column, np.int8(ABSTAIN), out=column)
    if series is None:
        whole.forget()
    for column, function in zip(votes.T, functions, strict=True):
        if not isinstance(function, LabelingFunction):
            column[:] = _apply_snorkel([function], frame_of(rtt_us))[:, 0]
    return votes


def reach_of(task: Task) -> tuple[int, int]:
    """Return how many pings before and behind a stretch decide, at most, how it is labelled."""
    series = ColumnSeries(np.zeros(1, dtype=np.int64))
    with np.errstate(all="ignore"):
        apply_columns(task, series.rtt_us, series)
    return series.reach.whole


def apply_rows(
    task: Task, rtt_us: NDArray[np.int64], at: NDArray[np.int64] | None = None, bucket: str = "once"
) -> LabelMatrix:
    """Label the pings at positions ``at``, or all, one by one with Snorkel's ``PandasLFApplier``, as the paper did.

    Buckets reach beyond the labelled rows into the rest of the series. Shape (positions, functions).
    """
    frame = frame_of(rtt_us)
    cut = BUCKETS[bucket]
    functions = [_as_snorkel(function, task, frame["ping_us"], cut) for function in task.labeling_functions]
    return _apply_snorkel(functions, frame if at is None else frame.iloc[at])


def frame_of(rtt_us: NDArray[np.int64]) -> pd.DataFrame:
    """Return the series as a data frame: ``ping`` in ms for the functions, ``ping_us`` for exact sums."""
    import pandas as pd

    return pd.DataFrame({"ping": rtt_us / 1000, "ping_us": rtt_us})


def _as_snorkel(function: Any, task: Task, pings_us: pd.Series, cut: type[RowBucket]) -> Any:
    from snorkel.labeling import LabelingFunction as SnorkelLabelingFunction

    if not isinstance(function, LabelingFunction):
        return function

    def vote(x: Any) -> int:
        given = {"x": x, "p": task.p}
        if "bucket" in function.takes:
            given["bucket"] = cut(pings_us, int(x.name), task.p.bucket)
        return function.votes if function.holds(**given) else ABSTAIN

    return SnorkelLabelingFunction(function.name, vote)


def _apply_snorkel(functions: list[Any], frame: pd.DataFrame) -> LabelMatrix:
    from snorkel.labeling import PandasLFApplier

    return np.asarray(PandasLFApplier(functions).apply(frame, progress_bar=False), dtype=np.int8)

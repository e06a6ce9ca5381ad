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
BUCKETS: dict[str, type[RowBucket]] = {"once": RowBucket, "figure 2": SlicedBucket}
"""How a bucket is cut, ping by ping; it changes times alone."""


def apply_columns(task: Task, rtt_us: NDArray[np.int64], series: ColumnSeries | None = None) -> LabelMatrix:
    """Label every ping at once: shape (n, functions), votes in {-1, 0, 1}.

    ``rtt_us``: shape (n,), microseconds, 0 is a loss. Tasks that are given the same ``series`` share its sums.
    """
    series = series or ColumnSeries(rtt_us)
    given = {"x": SimpleNamespace(ping=rtt_us / 1000), "bucket": series.bucket(task.p.bucket), "p": task.p}
    functions = task.labeling_functions
    votes = np.full((len(rtt_us), len(functions)), ABSTAIN, dtype=np.int8, order="F")
    for column, function in enumerate(functions):
        if isinstance(function, LabelingFunction):
            votes[np.asarray(function.holds(**given)), column] = function.votes
        else:
            votes[:, column] = _apply_snorkel([function], frame_of(rtt_us))[:, 0]
    return votes


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

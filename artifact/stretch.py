"""A stretch of the first data set that shows some of every property, and what gold and approaches say there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.reported import Plan
from artifact.scores import events

LENGTH = 800
"""Pings that are shown: what lasts minutes fits in, and single pings can still be seen."""
BESIDE = ("rules", "blind")
"""Approaches that are shown beside Table 1's, where the study has them."""
GOLD = "gold"


def stretch(plan: Plan, series: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stretch as results.json holds it, from the series.csv of a run and its record.

    ``begin`` is its first ping's number, ``ping_ms`` its RTTs; ``labels`` are 0, 1, or -1 per approach and task, gold
    among them. It lies in the testing rows where these are the last ones.
    """
    import pandas as pd

    pings = pd.read_csv(series)
    sides = [GOLD, *plan.table1, *(name for name in BESIDE if name in plan.approaches)]
    gold = [pings[f"{task}_{GOLD}"].to_numpy(dtype=np.int8) for task in plan.tasks]
    first = len(pings) - record["rows"]["test"] if plan.file.study.dataset.split == "time" else 0
    begin = first + most_kinds([of[first:] for of in gold], LENGTH)
    shown = pings.iloc[begin : begin + LENGTH]
    return {
        "seed": record["seeds"]["dataset"],
        "begin": begin,
        "ping_ms": shown["ping_ms"].tolist(),
        "labels": {
            side: {task: shown[name].tolist() for task in plan.tasks if (name := f"{task}_{side}") in pings}
            for side in sides
        },
        "titles": {GOLD: "What was added"},
    }


def most_kinds(gold: Sequence[NDArray[np.int8]], length: int) -> int:
    """Return where a window of so many pings begins that holds whole events of as many tasks as any does.

    Of the first windows in a row that do so it is the middle one, so that events lie inside rather than at an end.
    """
    starts = np.arange(max(len(gold[0]) - length, 0) + 1)
    kinds = np.zeros(len(starts), dtype=np.int64)
    for labels in gold:
        begins, ends = events(labels)
        # Of events in order, the first that begins in the window is the first that can end there too.
        next_end = np.append(ends, len(labels) + length)[np.searchsorted(begins, starts)]
        kinds += next_end <= starts + length
    best = np.flatnonzero(kinds == kinds.max())
    in_a_row = best[: int(np.argmax(np.append(np.diff(best) > 1, True))) + 1]
    return int(in_a_row[len(in_a_row) // 2])

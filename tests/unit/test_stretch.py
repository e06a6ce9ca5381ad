"""The stretch that the page shows: where it lies, and whose labels it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from artifact.reported import Plan
from artifact.scores import events
from artifact.stretch import LENGTH, most_kinds, stretch
from artifact.study import StudyFile


def kinds_within(gold: list[Any], begin: int, length: int) -> int:
    """Count the tasks with a whole event in a window, event by event."""
    return sum(any(begin <= a and b <= begin + length for a, b in zip(*events(of), strict=True)) for of in gold)


@given(
    arrays.arrays(np.int8, st.tuples(st.integers(1, 3), st.integers(1, 60)), elements=st.integers(0, 1)),
    st.integers(1, 70),
)
def test_no_other_window_holds_whole_events_of_more_tasks(gold: Any, length: int) -> None:
    counts = [kinds_within(list(gold), begin, length) for begin in range(max(gold.shape[1] - length, 0) + 1)]
    begin = most_kinds(list(gold), length)
    assert counts[begin] == max(counts)
    first = counts.index(max(counts))
    assert set(counts[first : begin + 1]) == {max(counts)}


def test_the_event_lies_inside_the_window() -> None:
    gold = np.zeros(1_000, dtype=np.int8)
    gold[500:520] = 1
    assert most_kinds([gold], 100) == 460


@pytest.fixture
def series(tmp_path: Path) -> Callable[..., tuple[Path, pd.DataFrame]]:
    def written(*columns: str) -> tuple[Path, pd.DataFrame]:
        n = 5_000
        table = pd.DataFrame({"ping_ms": np.arange(n) / 8, **{name: np.zeros(n, dtype=np.int8) for name in columns}})
        path = tmp_path / "series.csv"
        return path, table

    return written


def test_labels_are_those_of_the_testing_rows_by_approach_and_task(study_file: StudyFile, series: Any) -> None:
    plan = Plan(study_file)
    sides = ("gold", "single_task", "multi_task", "blind")
    path, table = series(*(f"{task}_{side}" for side in sides for task in plan.tasks), "noise_rules", "noise_coin")
    table.loc[100:110, "noise_gold"] = 1
    table.loc[4_400:4_410, "noise_gold"] = 1
    table.loc[4_405, "noise_multi_task"] = 1
    table.to_csv(path, index=False)
    found = stretch(plan, path, {"rows": {"test": 1_000}, "seeds": {"dataset": 7}})
    assert found["seed"] == 7
    assert 4_000 <= found["begin"] <= 4_400
    assert found["ping_ms"] == (np.arange(found["begin"], found["begin"] + LENGTH) / 8).tolist()
    assert list(found["labels"]) == ["gold", "single_task", "multi_task", "rules", "blind"]
    assert found["labels"]["multi_task"]["noise"].index(1) == 4_405 - found["begin"]
    assert list(found["labels"]["rules"]) == ["noise"]

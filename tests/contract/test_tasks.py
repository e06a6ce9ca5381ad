"""Every file of artifact/tasks is held to the contract the moment it exists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.contract import parametrize_with_checks
from artifact.contract.tables import task_with
from artifact.labeling.engines import apply_columns, apply_rows
from artifact.setting import TASKS
from artifact.tasks.task import Task

ALL = [task_with(TASKS.find(name)) for name in TASKS.known()]
SUITES = [task.with_parameters(task.p.model_copy(update={"suite": suite})) for task in ALL for suite in task.suites]


@parametrize_with_checks(ALL)
def test_contract(plugin: Task, check: Any) -> None:
    check(plugin)


@pytest.mark.parametrize("task", SUITES, ids=lambda task: f"{task.name}-{task.p.suite}")
@given(st.lists(st.one_of(st.just(0), st.integers(1, 60_000), st.integers(1, 60_000_000)), min_size=20, max_size=120))
def test_both_engines_agree_in_every_cell(task: Task, values: list[int]) -> None:
    rtt_us = np.array(values, dtype=np.int64)
    assert np.array_equal(apply_rows(task, rtt_us), apply_columns(task, rtt_us))


def test_each_is_named_for_its_file_and_looks_like_no_other() -> None:
    assert [task.name for task in ALL] == list(TASKS.known())
    assert len({task.colour for task in ALL}) == len({task.marker for task in ALL}) == len(ALL)

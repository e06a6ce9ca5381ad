"""One contract for every task: a new file in tasks/ is held to it the moment it exists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.labeling import apply_columns, apply_rows
from artifact.paths import BEST_STUDY, STUDY
from artifact.study import read_study
from artifact.tasks import find, known, tasks_of
from artifact.tasks.task import LabelingFunction, Task

BY_STUDY = [tasks_of(read_study(path)) for path in (STUDY, BEST_STUDY)]
ALL = list({id(task.labeling_functions): task for tasks in BY_STUDY for task in tasks}.values())
every_task = pytest.mark.parametrize("task", ALL, ids=lambda task: f"{task.name}-{task.p.__class__.__name__}")


def base(seed: int, n: int = 3_000) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(6_000, 20_000, n) * (rng.random(n) > 0.002)


@every_task
def test_it_is_named_for_its_file_and_can_be_drawn(task: Task) -> None:
    from matplotlib.colors import is_color_like
    from matplotlib.markers import MarkerStyle

    assert task.name.isidentifier()
    assert is_color_like(task.colour)
    assert MarkerStyle(task.marker).get_path() is not None


def test_colours_and_markers_differ() -> None:
    for tasks in BY_STUDY:
        assert len({task.colour for task in tasks}) == len({task.marker for task in tasks}) == len(tasks)


def test_every_file_is_held_to_the_contract() -> None:
    assert {id(find(name).labeling_functions) for name in known()} == {id(task.labeling_functions) for task in ALL}


@every_task
def test_its_suite_suits_a_label_model(task: Task) -> None:
    functions = task.labeling_functions
    assert len(functions) >= 3  # LabelModel's minimum
    assert len({function.name for function in functions}) == len(functions)
    assert {function.votes for function in functions} == {0, 1}
    for function in functions:
        assert isinstance(function, LabelingFunction)
        assert function.says.endswith("."), function.name


@every_task
def test_injection_leaves_its_input_alone_and_repeats(task: Task) -> None:
    before = base(1)
    given_base = before.copy()
    one, gold = task.inject(given_base, np.random.default_rng(5))
    again, gold_again = task.inject(given_base, np.random.default_rng(5))
    assert np.array_equal(before, given_base)
    assert np.array_equal(one, again)
    assert np.array_equal(gold, gold_again)
    assert one.dtype == np.int64
    assert gold.shape == one.shape == before.shape
    assert 0 < gold.sum() < len(gold)


@every_task
def test_only_gold_pings_are_changed_and_a_loss_stays_a_loss(task: Task) -> None:
    before = base(2)
    after, gold = task.inject(before, np.random.default_rng(6))
    assert np.array_equal(after[~gold], before[~gold])
    assert (after[before == 0] == 0).all()
    assert (after >= 0).all()


@every_task
@given(st.lists(st.one_of(st.just(0), st.integers(1, 60_000), st.integers(1, 60_000_000)), min_size=20, max_size=120))
def test_both_engines_agree_in_every_cell(task: Task, values: list[int]) -> None:
    rtt_us = np.array(values, dtype=np.int64)
    assert np.array_equal(apply_rows(task, rtt_us), apply_columns(task, rtt_us))


@every_task
def test_each_function_votes_only_what_it_declares(task: Task) -> None:
    rtt_us, _ = task.inject(base(3), np.random.default_rng(7))
    votes = apply_columns(task, rtt_us)
    for column, function in zip(votes.T, task.labeling_functions, strict=True):
        assert set(np.unique(column)) <= {-1, function.votes}
        assert (column == function.votes).any(), f"{function.name} never votes"

"""Votes on a block: those that each of its series would have had by itself, however many are voted on in one go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.archive import voting
from artifact.archive.reading import Block
from artifact.archive.voting import reach, voted
from artifact.inputs.ping import ping
from artifact.inputs.window import WindowParameters, window
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.tasks.task import Task

LENGTHS = st.lists(st.one_of(st.integers(1, 9), st.integers(1, 300)), min_size=1, max_size=12)
INPUTS = [ping, window.with_parameters(WindowParameters(near=4, far=40))]


def block_of(lengths: list[int], rows: slice, seed: int) -> Block:
    rng = np.random.default_rng(seed)
    rtt_us = rng.integers(1, 60_000, sum(lengths)) * (rng.random(sum(lengths)) < 0.9)
    return Block(None, rtt_us, np.cumsum([0, *lengths[:-1]]), rows, 0)


@pytest.mark.parametrize("suite", ["main", "blind"])
@given(LENGTHS, st.integers(0, 99), st.integers(1, 999), st.data())
def test_each_series_is_labelled_by_itself(
    tasks: tuple[Task, ...], suite: str, lengths: list[int], seed: int, together: int, data: st.DataObject
) -> None:
    tasks = tuple(task.with_parameters(task.p.model_copy(update={"suite": suite})) for task in tasks)
    start = data.draw(st.integers(0, sum(lengths) - 1))
    rows = slice(start, data.draw(st.integers(start + 1, sum(lengths))))
    block = block_of(lengths, rows, seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(voting, "TOGETHER", together * 10)
        found = voted(block, tasks, INPUTS)
    each = [ColumnSeries(part) for part in np.split(block.rtt_us, block.begins[1:])]
    for task in tasks:
        expected = np.concatenate([apply_columns(task, series.rtt_us) for series in each])
        assert np.array_equal(found.votes[task.name], expected[rows])
    for sees in INPUTS:
        expected = np.concatenate([sees.of(series) for series in each])
        assert np.array_equal(found.features[sees.name], expected[rows], equal_nan=True)


def test_a_bucket_at_the_end_of_a_series_is_cut_there_though_others_follow() -> None:
    """Two series of three pings, four that are none between them."""
    measured = np.array([0, 1, 2, 3, 3, 3, 3, 3, 4, 5, 6])
    series = ColumnSeries(np.array([5, 5, 5, 0, 0, 0, 0, 5, 5, 5]), measured=measured)
    sizes = series.bucket(4).size
    assert sizes[:3].tolist() == sizes[7:].tolist() == [2, 3, 3]
    cut = np.concatenate([block.bucket(4).size for _, block in series.blocks(3)])
    assert cut.tolist() == sizes.tolist()


def test_series_are_kept_as_far_apart_as_windows_look(tasks: tuple[Task, ...]) -> None:
    assert reach(tasks, []) == 525

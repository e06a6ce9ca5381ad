"""Rules of thumb on series where the answer is plain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches.approach import Approach, Fitted, Pings
from artifact.approaches.rules import Applied
from artifact.labeling.bucket import ColumnSeries
from artifact.tasks.task import Task


@pytest.fixture(scope="module")
def calm() -> np.ndarray:
    return np.random.default_rng(4).normal(10_000, 500, 6_000).round().astype(np.int64)


def ruled(tasks: tuple[Task, ...], name: str, rtt_us: np.ndarray) -> np.ndarray:
    (task,) = (task for task in tasks if task.name == name)
    pings = Pings((task,), np.arange(len(rtt_us)), series=ColumnSeries(rtt_us))
    return Applied(task).label(pings).labels[name]


def test_a_spike_is_noise_and_a_dip_or_a_loss_is_not(tasks: tuple[Task, ...], calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[100], rtt_us[200], rtt_us[300] = 60_000, 100, 0
    assert np.flatnonzero(ruled(tasks, "noise", rtt_us)).tolist() == [100]


def test_zero_is_an_outage(tasks: tuple[Task, ...], calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[50:60] = 0
    assert np.flatnonzero(ruled(tasks, "outage", rtt_us)).tolist() == list(range(50, 60))


def test_a_raised_block_is_a_swell(tasks: tuple[Task, ...], calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[3_000:3_300] += 9_000
    found = np.flatnonzero(ruled(tasks, "swell", rtt_us))
    assert abs(found[0] - 3_000) <= 3
    assert abs(found[-1] - 3_299) <= 3
    assert len(found) == found[-1] - found[0] + 1


def test_a_rule_reads_the_tables_line(tasks: tuple[Task, ...], calm: np.ndarray) -> None:
    rtt_us = calm.copy()
    rtt_us[100] = 13_000  # six standard deviations above
    noise = tasks[0]
    textbook = noise.with_parameters(noise.p, noise.rule_p.model_copy(update={"sd": 3.0}))
    assert ruled(tasks, "noise", rtt_us)[100] == 0
    assert ruled((textbook,), "noise", rtt_us)[100] == 1


def test_the_rows_that_are_asked_for_are_labelled_with_the_whole_series_around_them(
    tasks: tuple[Task, ...], calm: np.ndarray
) -> None:
    rtt_us = calm.copy()
    rtt_us[100] = 60_000
    pings = Pings(tasks[:1], np.arange(6_000), series=ColumnSeries(rtt_us))
    some = Applied(tasks[0]).label(pings.rows(np.array([99, 100, 5_000])))
    assert some.labels["noise"].tolist() == [0, 1, 0]
    assert some.posteriors["noise"].tolist() == [[1, 0], [0, 1], [1, 0]]


def test_a_task_without_a_rule_gets_no_labels(tasks: tuple[Task, ...], calm: np.ndarray) -> None:
    bare = dataclasses.replace(tasks[0], rules=[])
    said = Applied(bare).label(Pings((bare,), np.arange(6_000), series=ColumnSeries(calm)))
    assert (said.labels, said.posteriors) == ({}, {})


def test_nothing_is_learnt(
    approach_of: Callable[..., Approach],
    fitted: Callable[..., dict[str, Fitted]],
    everything: Pings,
    same_after_reloading: Callable[..., None],
) -> None:
    approach = approach_of("rules")
    parts = fitted(approach)
    assert approach.all_needs == ("series",)
    assert all(one.state() == {} for one in parts.values())
    same_after_reloading(approach, parts, everything)

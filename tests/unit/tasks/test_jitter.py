"""Jitter varies more than usual around a level that stays, and never for how a log is rounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.setting import tasks_of
from artifact.store.paths import ROOT
from artifact.study import read_study
from artifact.tasks.jitter import WIDEST
from artifact.tasks.task import PROPERTY, Task

FIVE = {task.name: task for task in tasks_of(read_study(ROOT / "study.five.toml"))}


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_replies_move_up_and_down_and_losses_stay(seed: int) -> None:
    task = FIVE["jitter"]
    before = np.full(15_000, 60_000)
    before[::40] = 0
    after, gold = task.inject(before, np.random.default_rng(seed))
    assert np.array_equal(after == 0, before == 0)
    assert np.array_equal(after[~gold], before[~gold])
    moved = (after - before)[gold & (before > 0)]
    if len(moved) > 400:
        low, high = (1_000 * bound for bound in task.p.spread_ms)
        assert abs(np.median(moved)) < 0.2 * low
        assert 0.8 * low < moved.std() < high
        assert np.abs(moved).max() <= WIDEST * high


def test_no_reply_comes_before_half_of_its_time(five: dict[str, Task]) -> None:
    after, _ = five["jitter"].inject(np.full(15_000, 3_000), np.random.default_rng(0))
    assert after.min() == 1_500


def property_votes(task: Task, rtt_us: np.ndarray) -> np.ndarray:
    return (apply_columns(task, rtt_us) == PROPERTY).any(axis=1)


def test_what_varies_more_is_seen_and_a_step_is_not(five: dict[str, Task]) -> None:
    rng = np.random.default_rng(2)
    ms = 20 + rng.normal(0, 0.5, 3_000)
    ms[1_000:1_300] += rng.normal(0, 3, 300)
    ms[2_000:] += 15
    task, rtt_us = five["jitter"], np.rint(1_000 * ms).astype(np.int64)
    both = apply_columns(task, rtt_us)[:, 2] == PROPERTY
    assert both[1_020:1_280].mean() > 0.8
    assert both[:960].mean() < 0.01
    assert both[1_340:].mean() < 0.02
    ruled = task.rules[0].body(ColumnSeries(rtt_us), task.rule_p)
    assert ruled[1_020:1_280].mean() > 0.95
    assert ruled[:900].mean() < 0.02


def test_rounding_to_whole_milliseconds_is_no_jitter(five: dict[str, Task]) -> None:
    """A Windows log of a steady line: 9 ms, and 10 now and then, more often in one stretch than in others."""
    rng = np.random.default_rng(3)
    rtt_us = np.where(rng.random(4_000) < 0.05, 10_000, 9_000)
    rtt_us[2_000:2_100] = np.where(rng.random(100) < 0.5, 10_000, 9_000)
    task = five["jitter"]

    def with_resolution(ms: float) -> Task:
        return task.with_parameters(task.p.model_copy(update={"resolution_ms": ms}), task.rule_p)

    assert property_votes(with_resolution(0.1), rtt_us)[2_020:2_080].any()
    assert not property_votes(with_resolution(1.0), rtt_us).any()
    rule = task.rule_p.model_copy(update={"resolution_ms": 1.0})
    assert not task.rules[0].body(ColumnSeries(rtt_us), rule).any()

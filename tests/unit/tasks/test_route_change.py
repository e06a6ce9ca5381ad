"""A route change is a moment: what comes before stays, what comes after lasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.setting import tasks_of
from artifact.store.paths import ROOT
from artifact.study import read_study
from artifact.tasks.task import NORMAL, PROPERTY, Task

FIVE = {task.name: task for task in tasks_of(read_study(ROOT / "study.five.toml"))}


@given(st.integers(0, 2**32), st.sampled_from([3_000, 15_000]))
@settings(max_examples=25, deadline=None)
def test_levels_move_at_the_marked_moments_alone(seed: int, n: int) -> None:
    task = FIVE["route_change"]
    before = np.full(n, 9_000)
    before[7::50] = 0
    after, gold = task.inject(before, np.random.default_rng(seed))
    lost = before == 0
    assert np.array_equal(after == 0, lost)
    above = (after - before)[~lost]
    assert above.min(initial=0) >= 0
    moves = np.abs(np.diff(above, prepend=0))
    moved = moves[moves > 0]
    low, high = (1000 * bound for bound in task.p.step_ms)
    assert ((moved >= low) & (moved <= high)).all()
    # A change on a loss shows at the next reply.
    assert len(moved) == gold.sum()
    assert (np.diff(np.flatnonzero(gold)) > min(task.p.gap, n // 10)).all()


def line(*parts: tuple[int, float]) -> np.ndarray:
    ms = np.concatenate([np.full(pings, level) for pings, level in parts])
    return np.rint(1000 * (ms + np.random.default_rng(4).normal(0, 0.5, len(ms)))).astype(np.int64)


def votes(task: Task, name: str, rtt_us: np.ndarray, vote: int) -> list[int]:
    at = [function.name for function in task.labeling_functions].index(name)
    return np.flatnonzero(apply_columns(task, rtt_us)[:, at] == vote).tolist()


@pytest.mark.parametrize("name", ["lf_lasting_step", "lf_clear_step"])
def test_the_moment_is_told_to_a_ping(five: dict[str, Task], name: str) -> None:
    up_and_down = line((1_000, 10), (1_000, 25), (1_000, 12))
    assert votes(five["route_change"], name, up_and_down, PROPERTY) == [1_000, 2_000]
    raised_for_a_while = line((1_000, 10), (400, 25), (1_000, 10))
    assert votes(five["route_change"], name, raised_for_a_while, PROPERTY) == []


def test_a_moment_is_called_normal_by_nobody(five: dict[str, Task]) -> None:
    rtt_us = line((1_000, 10), (1_000, 25))
    for name in ("lf_same_route", "lf_nothing_moves", "lf_like_the_ping_before"):
        said = votes(five["route_change"], name, rtt_us, NORMAL)
        assert 1_000 not in said
        assert 500 in said


def test_the_rule_leaves_passing_levels_out(five: dict[str, Task]) -> None:
    task = five["route_change"]
    found = task.rules[0].body(
        ColumnSeries(line((800, 10), (200, 25), (300, 10), (300, 18), (200, 30), (900, 18))), task.rule_p
    )
    assert np.flatnonzero(found).tolist() == [1_300]

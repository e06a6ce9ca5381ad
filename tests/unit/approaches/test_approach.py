"""What an approach is shown, how its parts are fitted, and what oracles are."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from artifact import clock
from artifact.approaches.approach import (
    JOINT,
    Approach,
    Labelled,
    Pings,
    Training,
    certain,
    decided,
    fit_each,
    label,
    training_views,
)
from artifact.clock import Seconds
from artifact.dataset import Dataset
from artifact.parameters import FAST
from artifact.tasks.task import Task

SNORKEL = FAST.model_copy(update={"training": "snorkel"})


def test_rows_are_cut_out_of_everything_but_the_series(everything: Pings) -> None:
    some = everything.rows(np.array([7, 3]))
    assert some.at.tolist() == [7, 3]
    for name in ("votes", "weak", "gold"):
        for task, values in getattr(some, name).items():
            assert np.array_equal(values, getattr(everything, name)[task][[7, 3]])
    assert np.array_equal(some.features, everything.features[[7, 3]])
    assert some.series is everything.series


def test_of_one_task_nothing_of_another_is_left(everything: Pings, tasks: tuple[Task, ...]) -> None:
    swell = everything.of(tasks[2])
    assert swell.tasks == (tasks[2],)
    assert set(swell.votes) == set(swell.weak) == set(swell.gold) == {"swell"}
    assert swell.features is everything.features


def test_pings_that_are_to_be_labelled_come_without_answers(everything: Pings) -> None:
    asked = everything.without_answers()
    assert (asked.weak, asked.gold) == ({}, {})
    assert asked.votes is everything.votes


@pytest.mark.parametrize("joint", [False, True])
def test_parts_are_fitted_to_the_training_rows_alone(
    everything: Pings, dataset: Dataset, tasks: tuple[Task, ...], joint: bool
) -> None:
    approach = Approach("some", "Some", joint=joint)
    views = training_views(approach, everything, dataset.splits["train"])
    assert list(views) == approach.parts(tasks) == ([JOINT] if joint else ["noise", "outage", "swell"])
    for part, view in views.items():
        assert np.array_equal(view.at, np.arange(1_800))
        assert [task.name for task in view.tasks] == (["noise", "outage", "swell"] if joint else [part])
        assert all(len(gold) == 1_800 for gold in view.gold.values())


@pytest.mark.parametrize(
    ("together", "engine", "calls"), [(True, FAST, [3]), (True, SNORKEL, [1] * 3), (False, FAST, [])]
)
def test_trainings_are_fitted_together_where_the_engine_stacks(
    everything: Pings, together: bool, engine: object, calls: list[int]
) -> None:
    found: list[int] = []
    approach = Approach("some", "Some")

    @approach.fitting(together=(lambda _: "all") if together else None)
    def fit(given: object, p: object) -> object:
        if not together:
            return f"fitted {given.seed}"  # type: ignore[attr-defined]
        found.append(len(given))  # type: ignore[arg-type]
        return [f"fitted {training.seed}" for training in given]  # type: ignore[attr-defined]

    fitted = approach.fit({f"run {seed}": Training(everything, seed, "cpu", engine) for seed in (5, 6, 7)})  # type: ignore[arg-type]
    assert {key: one for key, (one, _) in fitted.items()} == {f"run {seed}": f"fitted {seed}" for seed in (5, 6, 7)}
    assert found == calls


def test_one_approach_under_several_parameters_is_stacked_where_these_agree(everything: Pings) -> None:
    """Stacks of the same kind take each training with its own parameters."""
    approach = Approach("some", "Some")

    @approach.fitting(together=lambda p: p["batch"])
    def fit(given: list[Training], parameters: list[dict[str, int]]) -> list[object]:
        return [(training.seed, p["rate"], len(given)) for training, p in zip(given, parameters, strict=True)]

    under = [{"batch": 32, "rate": 1}, {"batch": 64, "rate": 2}, {"batch": 32, "rate": 3}]
    asked = {
        k: (dataclasses.replace(approach, p=p), Training(everything, 10 + k, "cpu", FAST)) for k, p in enumerate(under)
    }
    assert {k: one for k, (one, _) in fit_each(asked).items()} == {0: (10, 1, 2), 1: (11, 2, 1), 2: (12, 3, 2)}
    assert list(fit_each(asked)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("engine", "device", "spent_s", "wall_s"),
    [(FAST, "cpu", 2.0, 5.0), (SNORKEL, "cpu", 6.0, 15.0), (FAST, "cuda", 5.0, 5.0)],
)
def test_seconds_are_of_one_training_by_the_clock_of_its_device(
    everything: Pings, engine: object, device: str, spent_s: float, wall_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call takes 6 s of the thread and 15 s of the wall, however many it trains."""
    calls: list[object] = []
    hands = SimpleNamespace(thread_time=lambda: 6.0 * len(calls), perf_counter=lambda: 15.0 * len(calls))
    monkeypatch.setattr(clock, "time", hands)
    approach = Approach("some", "Some")

    @approach.fitting(together=lambda _: "all")
    def fit(given: list[object], p: object) -> list[object]:
        calls.append(given)
        return given

    trainings = {seed: Training(everything, seed, device, engine) for seed in (5, 6, 7)}  # type: ignore[arg-type]
    fitted = approach.fit(trainings)
    assert [seconds for _, seconds in fitted.values()] == [Seconds(spent_s, wall_s)] * 3


class Says:
    """Labels each ping with the number of tasks that it is shown, and notes what that was."""

    def __init__(self) -> None:
        self.shown: list[Pings] = []

    def label(self, pings: Pings) -> Labelled:
        self.shown.append(pings)
        labels = {task.name: np.full(len(pings.at), len(pings.tasks), dtype=np.int8) for task in pings.tasks}
        return Labelled(labels, {name: certain(of) for name, of in labels.items()})

    def state(self) -> dict[str, np.ndarray]:
        return {}


def test_each_part_labels_its_own_task_or_all_of_them(everything: Pings) -> None:
    parts = {name: Says() for name in ("noise", "outage", "swell")}
    said = label(parts, everything)
    assert {name: set(labels.tolist()) for name, labels in said.labels.items()} == {name: {1} for name in parts}
    said = label({JOINT: (joint := Says())}, everything)
    assert {name: set(labels.tolist()) for name, labels in said.labels.items()} == {name: {3} for name in parts}
    for one in (*parts.values(), joint):
        (shown,) = one.shown
        assert (shown.gold, shown.weak) == ({}, {})
        assert len(shown.at) == 3_000


ORACLES = [
    ((), False),
    (("votes",), False),
    (("gold",), False),  # counts gold labels, and has nothing to learn them from
    (("gold", "input"), True),
    (("votes", "gold"), True),
    (("gold", "series"), True),
]


@pytest.mark.parametrize(("needs", "oracle"), ORACLES)
def test_an_oracle_sees_gold_labels_and_something_to_learn_them_from(needs: tuple[str, ...], oracle: bool) -> None:
    assert Approach("some", "Some", needs=needs).oracle is oracle  # type: ignore[arg-type]


def test_parameters_may_ask_for_more(everything: Pings) -> None:
    approach = Approach("some", "Some", needs=("votes",), asks=lambda p: ("gold",) if p == "oracle" else ())
    assert dataclasses.replace(approach, p="weak").all_needs == ("votes",)
    assert dataclasses.replace(approach, p="oracle").all_needs == ("votes", "gold")


def test_a_label_is_the_more_probable_one() -> None:
    posterior = np.array([[0.7, 0.3], [0.2, 0.8], [0.5, 0.5]])
    assert decided(posterior, np.arange(3), "normal").tolist() == [0, 1, 0]
    assert decided(posterior, np.arange(3), "left out").tolist() == [0, 1, -1]
    assert decided(posterior, np.arange(3), "normal").dtype == np.int8


def test_a_label_without_a_probability_is_certain() -> None:
    assert certain(np.array([0, 1], dtype=np.int8)).tolist() == [[1, 0], [0, 1]]

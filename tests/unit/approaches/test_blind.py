"""Blind labels: what speakers say and how long states last, learnt from votes whose making is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches.approach import Approach, Fitted, Pings, Training, label
from artifact.approaches.blind import FittedBlind, fitted_to
from artifact.dataset import Dataset, build_dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.parameters import FAST
from artifact.run import Seeds, run
from artifact.setting import setting_of
from artifact.study import StudyFile
from artifact.tasks.task import BLIND, Task

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]
SOME = Task("some", parameters=None, functions=[object()] * 6)  # type: ignore[arg-type]


def blocks(n: int, every: int, length: int) -> np.ndarray:
    return (np.arange(n) % every < length).astype(np.int8)


def votes_on(gold: np.ndarray, right: float, seed: int, functions: int = 4) -> np.ndarray:
    """Votes of independent functions, right that often, abstaining on a third; the last column tells replies."""
    rng = np.random.default_rng(seed)
    shape = (len(gold), functions)
    votes = np.where(rng.random(shape) < right, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    votes[rng.random(shape) < 0.33] = -1
    return np.column_stack([votes, np.ones(len(gold), dtype=np.int8)])


def fitted_on(votes: np.ndarray, at: np.ndarray | None = None, rounds: int = 30) -> FittedBlind:
    return fitted_to(votes, np.arange(len(votes)) if at is None else at, SOME, rounds)


def test_it_learns_how_long_states_last_and_so_labels_what_votes_leave_open() -> None:
    """Votes that are right with .7 tell .85 of single pings; along the series they tell nearly all."""
    gold = blocks(12_000, 400, 80)
    votes = votes_on(gold, 0.7, 1)
    model = fitted_on(votes)
    assert 1 / model.chain.leave == pytest.approx(80, rel=0.15)
    assert 1 / model.chain.enter == pytest.approx(320, rel=0.15)
    alone = dataclasses.replace(model, chain=dataclasses.replace(model.chain, enter=0.2, leave=0.8))
    assert ((alone.posterior(votes) > 0.5) == gold).mean() < 0.9
    assert ((model.posterior(votes) > 0.5) == gold).mean() > 0.99


def test_single_pings_have_no_duration_and_are_told_all_the_same() -> None:
    gold = (np.random.default_rng(2).random(12_000) < 0.02).astype(np.int8)
    model = fitted_on(votes_on(gold, 0.97, 3, functions=6))
    assert 1 / model.chain.leave == pytest.approx(1 / 0.98, abs=0.1)
    assert ((model.posterior(votes_on(gold, 0.97, 4, functions=6)) > 0.5) == gold).mean() > 0.995


def test_rows_that_are_no_neighbours_teach_no_durations() -> None:
    """Of every third ping there are no neighbours; of a random share of them there are enough."""
    gold = blocks(24_000, 400, 80)
    votes = votes_on(gold, 0.85, 5)
    at = np.sort(np.random.default_rng(6).choice(len(gold), 14_000, replace=False))
    model = fitted_on(votes[at], at)
    assert 1 / model.chain.leave == pytest.approx(80, rel=0.2)
    assert ((model.posterior(votes) > 0.5) == gold).mean() > 0.99


def test_functions_that_exclude_each_other_are_one_speaker() -> None:
    """Three bands and a function that joins in: two speakers; the bands' tables are shares of what one says."""
    rng = np.random.default_rng(7)
    gold = blocks(9_000, 300, 100)
    band = np.where(gold, rng.choice(3, 9_000, p=(0.1, 0.3, 0.6)), rng.choice(3, 9_000, p=(0.6, 0.3, 0.1)))
    votes = np.full((9_000, 5), -1, dtype=np.int8)
    votes[np.arange(9_000), band] = np.array([0, 0, 1])[band]
    votes[:, 3] = np.where(rng.random(9_000) < 0.9, gold, 1 - gold)
    votes[:, 4] = 1
    model = fitted_on(votes)
    assert model.speakers.speaker.tolist() == [0, 0, 0, 1, 1]
    shares = np.log(np.array([0.1, 0.3, 0.6]) / np.array([0.6, 0.3, 0.1]))
    assert model.odds[:3] == pytest.approx(shares, abs=0.35)
    assert ((model.posterior(votes) > 0.5) == gold).mean() > 0.98


def test_what_is_silent_on_losses_by_nature_says_nothing_there() -> None:
    """Bands of RTTs are silent on losses; that losses come together makes no state of them."""
    gold, lost = blocks(9_000, 900, 150), blocks(9_000, 61, 5) == 1
    votes = votes_on(gold, 0.95, 8)
    votes[lost] = -1
    model = fitted_on(votes)
    assert ((model.posterior(votes) > 0.5) == gold).mean() > 0.99
    assert model.heard(np.full((1, 5), -1, dtype=np.int8)).tolist() == [0.0]


def test_votes_that_all_abstain_are_no_error() -> None:
    silent = np.full((50, 4), -1, dtype=np.int8)
    silent[:, -1] = 1
    model = fitted_on(silent)
    assert np.isfinite(model.posterior(silent)).all()


def test_who_speaks_of_buckets_alone_counts_once_for_each_bucket(tasks: tuple[Task, ...], everything: Pings) -> None:
    swell = tasks[2]
    model = fitted_of(swell, everything)
    names = [function.name for function in with_blind_suite(swell).labeling_functions]
    weight = {names[j]: model.weights[k] for j, k in zip(model.speakers.column, model.speakers.speaker, strict=True)}
    assert {weight[name] for name in weight if name.startswith("lf_height")} == {1.0}
    assert {weight[name] for name in weight if not name.startswith("lf_height")} == {1 / swell.p.bucket}


def fitted_of(task: Task, pings: Pings) -> FittedBlind:
    from artifact.approaches.blind import BlindParameters, fit

    return fit(Training(pings.of(task), 0, "cpu", FAST), BlindParameters(rounds=30))


def with_blind_suite(task: Task) -> Task:
    return task.with_parameters(task.p.model_copy(update={"suite": BLIND}))


def test_it_sees_the_series_alone(small: StudyFile) -> None:
    """Other sizes, lengths and probabilities in the study leave what it makes of the same series as it was."""
    assert setting_of(small, ["blind"]).approaches[0].all_needs == ("series",)
    other = small.with_values(
        {"tasks.swell.increase_ms": [1, 2], "tasks.swell.length": [7, 9], "tasks.noise.increase_ms": [1, 2]}
    )
    series = ColumnSeries(build_dataset(small.study.trace, small.study.dataset, setting_of(small).tasks, 9_000).rtt_us)
    found = []
    for file in (small, other):
        setting = setting_of(file, ["blind"])
        (approach,) = setting.approaches
        pings = Pings(setting.tasks, np.arange(series.n), series=series)
        trainings = {task.name: Training(pings.of(task), 0, "cpu", FAST) for task in setting.tasks}
        parts = {name: fitted for name, (fitted, _) in approach.fit(trainings).items()}
        found.append(label(parts, pings).posteriors)
    for task, posterior in found[0].items():
        assert np.array_equal(posterior, found[1][task])


def test_it_labels_the_same_when_it_comes_back(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("blind")
    same_after_reloading(approach, fitted(approach), everything)


def test_a_task_without_blind_functions_is_labelled_by_its_own(
    approach_of: ApproachOf, everything: Pings, dataset: Dataset
) -> None:
    outage = everything.tasks[1]
    plain = dataclasses.replace(outage, functions=[f for f in outage.functions if f.suite == "main"])
    assert BLIND not in plain.suites
    model = fitted_of(plain, dataclasses.replace(everything, tasks=(plain,)))
    labels = model.label(dataclasses.replace(everything, tasks=(plain,))).labels["outage"]
    assert (labels == dataset.gold["outage"]).mean() > 0.98


def test_it_reaches_its_bars_where_nothing_was_chosen(study_file: StudyFile) -> None:
    """One fresh data set of the study, and one of a line of another level, spread and memory."""
    bars = {"noise": 0.97, "outage": 1.0, "swell": 0.95}
    home = {"trace.floor_ms": 40.0, "trace.scale_ms": 12.0, "trace.sigma": 0.3, "trace.level_memory": 100.0}
    sizes = {"tasks.noise.increase_ms": [60, 150], "tasks.swell.increase_ms": [12, 22]}
    for file in (study_file, study_file.with_values(home | sizes)):
        (done,) = run(setting_of(file, ["blind"]), [Seeds(2_000, 2_100)], FAST)
        for task, bar in bars.items():
            assert done.record["scores"]["blind"][task]["macro_f1"] >= bar, task

"""Data or training: scores that were made from known parts, and what the answer says of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from artifact.audit import data_or_training as question
from artifact.audit.answer import Answer, Found, as_text
from artifact.reported import Plan
from artifact.study import StudyFile

TASKS = ("noise", "outage", "swell")
TITLES = {"single_task": "Single-task label models", "multi_task": "Multi-task network"}
PUBLISHED = {"table1": {name: dict.fromkeys(TASKS, 0.9) for name in TITLES}}


def made(by_data: float, by_seed: float, both: float, shape: tuple[int, int] = (400, 40)) -> np.ndarray:
    """Scores whose parts have these standard deviations, exactly: by data set, by training seed, and both."""
    rng = np.random.default_rng(0)
    data, seed, rest = (rng.normal(size=size) for size in ((shape[0], 1), (1, shape[1]), shape))
    rest -= rest.mean(axis=0) + rest.mean(axis=1)[:, None] - rest.mean()
    return 0.9 + by_data * data / data.std() + by_seed * seed / seed.std() + both * rest / rest.std()


def found_with(study_file: StudyFile, single: np.ndarray, multi: np.ndarray, alone: Any = None) -> Found:
    """Records of crossed seeds, and of as many trainings on the first data sets; the same for every task."""

    def record(data_set: int, seed: int, one: float, other: float) -> dict[str, Any]:
        scores = {"single_task": one, "multi_task": other}
        return {
            "seeds": {"dataset": data_set, "training": seed},
            "scores": {name: {task: {"accuracy": float(of)} for task in TASKS} for name, of in scores.items()},
        }

    pairs = [(i, j) for i in range(single.shape[0]) for j in range(single.shape[1])]
    records = {question.CROSSED: [record(i, 100 + j, single[i, j], multi[i, j]) for i, j in pairs]}
    for i, (one, other) in enumerate(alone or [(single[i], multi[i]) for i in range(min(3, len(single)))]):
        records[str(i)] = [record(i, 100 + j, a, b) for j, (a, b) in enumerate(zip(one, other, strict=True))]
    return Found(Plan(study_file), records, {"titles": TITLES, "published": PUBLISHED, "table1": {}})


def shown(answer: Answer, begins: str) -> dict[str, Any]:
    (one,) = (row for row in answer.rows if str(row[0]).startswith(begins))
    return dict(zip(answer.columns, one, strict=True))


def test_the_parts_that_scores_were_made_of_come_out() -> None:
    found = question.variances(made(0.03, 0.02, 0.01))
    assert found is not None
    for source, sd in zip(question.SOURCES, (0.03, 0.02, 0.01), strict=True):
        assert math.sqrt(found[source]) == pytest.approx(sd, rel=0.02)
    assert question.share(made(0.03, 0.02, 0.01)) == pytest.approx(9 / 14, rel=0.02)


def test_the_estimates_are_those_of_the_analysis_of_variance() -> None:
    """By hand: two data sets and two seeds; means .5 and .7, .55 and .65, nothing is left."""
    found = question.variances(np.array([[0.45, 0.55], [0.65, 0.75]]))
    assert found == pytest.approx({"data sets": 0.02, "training seeds": 0.005, "both together": 0.0}, abs=1e-12)
    # Pure interaction: both means agree, so both other estimates are minus a half of what is left.
    found = question.variances(np.array([[0.4, 0.6], [0.6, 0.4]]))
    assert found == pytest.approx({"data sets": -0.02, "training seeds": -0.02, "both together": 0.04})
    # Three data sets, two seeds: what is left is .08 / 3; one estimate loses a half of it, the other a third.
    found = question.variances(np.array([[0.4, 0.6], [0.6, 0.4], [0.4, 0.6]]))
    assert found == pytest.approx({"data sets": -0.04 / 3, "training seeds": -0.02 / 3, "both together": 0.08 / 3})


def test_an_estimate_below_zero_is_shown_as_zero_and_said(study_file: StudyFile) -> None:
    crossing = np.array([[0.4, 0.6], [0.6, 0.4], [0.4, 0.6]])
    answer = question.answer(found_with(study_file, crossing, made(0.02, 0.01, 0.01, (3, 2))))
    of = shown(answer, "noise: Single-task")
    assert of["sd by data sets"]["mean"] == of["sd by training seeds"]["mean"] == of["share by data sets"]["mean"] == 0
    assert (
        "noise, Single-task label models, data sets; noise, Single-task label models, training seeds" in answer.derived
    )
    fine = question.answer(found_with(study_file, made(0.03, 0.02, 0.01), made(0.03, 0.02, 0.01)))
    assert "noise, Single-task" not in fine.derived


def test_where_nothing_varies_nothing_is_shared_out(study_file: StudyFile) -> None:
    same = np.full((3, 2), 0.1 + 0.2)
    answer = question.answer(found_with(study_file, same, same))
    assert "single-task label models: noise none" in answer.answer
    assert "nan" not in as_text(answer)
    assert shown(answer, "noise: Single-task")["share by data sets"] is None
    assert "shown as 0: none" in answer.derived


def test_intervals_stay_on_their_scale_and_hold_the_estimate(study_file: StudyFile) -> None:
    scores = made(0.05, 0.01, 0.01, (6, 4))
    of = shown(question.answer(found_with(study_file, scores, scores)), "noise: Single-task")
    for head, top in (("sd by data sets", math.inf), ("sd by both together", math.inf), ("share by data sets", 1.0)):
        low, high = of[head]["ci95"]
        assert 0 < low < of[head]["mean"] < high < top
        assert len(of[head]["runs"]) == 6
    assert of["sd by training seeds"]["ci95"] is None


def test_the_jackknife_covers_what_it_should() -> None:
    """Of 60 samples of 25 data sets, the interval holds the true value in most; one much narrower would not."""
    rng, inside = np.random.default_rng(1), []
    for _ in range(60):
        scores = 0.03 * rng.normal(size=(25, 1)) + 0.01 * rng.normal(size=(25, 4))
        cell = question.jackknifed(scores, lambda of: question.deviation("data sets", of))
        assert cell is not None
        inside.append(cell["ci95"][0] <= 0.03 <= cell["ci95"][1])
    assert sum(inside) >= 50


def test_the_papers_design_is_as_narrow_as_its_trainings(study_file: StudyFile) -> None:
    """Data sets spread three times as far as trainings do: runs of their own data sets, sqrt(10) times."""
    scores = made(0.03, 0.0, 0.01)
    answer = question.answer(found_with(study_file, scores, scores))
    assert float(shown(answer, "noise: Single-task")["times as wide"]) == pytest.approx(math.sqrt(10), rel=0.15)
    assert "as wide as over 40 trainings on one: single-task label models: noise 3." in answer.answer


def test_trainings_that_do_not_differ_leave_the_factor_unbounded(study_file: StudyFile) -> None:
    """Snorkel's label model ends in the same place from every start."""
    answer = question.answer(found_with(study_file, made(0.03, 0.0, 0.0), made(0.03, 0.0, 0.01)))
    assert shown(answer, "noise: Single-task")["times as wide"] == "unbounded"
    assert "single-task label models: noise 100%" in answer.answer
    assert "single-task label models: noise unbounded" in answer.answer


@pytest.mark.parametrize(("centre", "inside"), [(0.9, 18), (0.8, 0), (0.99, 0)])
def test_intervals_that_hold_the_published_number_are_counted(
    study_file: StudyFile, centre: float, inside: int
) -> None:
    alone = [(centre + 0.01 * np.array([-1, 0, 1]),) * 2] * 3
    answer = question.answer(found_with(study_file, made(0.03, 0.02, 0.01), made(0.03, 0.02, 0.01), alone))
    assert answer.answer.endswith(
        f"The published accuracy lies inside the latter, where trainings differ at all, in {inside} of 18 cases."
    )


def test_the_gain_is_paired(study_file: StudyFile) -> None:
    """Both sides swing with the data set alike: of their difference, data sets are nothing."""
    swing, apart = made(0.05, 0.0, 0.0, (20, 4)), made(0.0, 0.0, 0.01, (20, 4))
    answer = question.answer(found_with(study_file, swing, swing + apart))
    assert shown(answer, "noise: the gain")["share by data sets"]["mean"] == pytest.approx(0, abs=0.1)
    assert shown(answer, "noise: Multi-task")["share by data sets"]["mean"] > 0.9


def test_no_interval_leaves_the_scale(study_file: StudyFile) -> None:
    """Accuracies of 1 but for one: the interval of their mean would reach past 1."""
    high = np.ones((3, 2))
    high[0] = 0.97, 0.99
    answer = question.answer(found_with(study_file, high, high))
    for of in (shown(answer, f"noise: {title}") for title in TITLES.values()):
        assert of["mean over data sets"]["ci95"][1] == 1
        assert of["data set 0 alone"]["ci95"][1] == 1
    lower = question.answer(found_with(study_file, np.ones((3, 2)), high))
    assert shown(lower, "noise: the gain")["mean over data sets"]["ci95"][0] < 0


def test_a_task_without_an_accuracy_in_some_run_is_left_out(study_file: StudyFile) -> None:
    found = found_with(study_file, made(0.03, 0.02, 0.01, (4, 2)), made(0.03, 0.02, 0.01, (4, 2)))
    found.records[question.CROSSED][1]["scores"]["multi_task"]["noise"]["accuracy"] = None
    answer = question.answer(found)
    assert [row[0] for row in answer.rows if str(row[0]).startswith("noise")] == ["noise: Single-task label models"]
    assert "multi-task network: outage" in answer.answer


def test_its_cells_are_crossed_and_the_papers_design(study_file: StudyFile) -> None:
    plan = Plan(study_file.with_values({"runs.count": 4}))
    asked: Mapping[str, Any] = question.asks(plan)
    crossed, *alone = asked.values()
    pairs = {(cell.seeds.dataset, cell.seeds.training) for cell in crossed}
    data_sets, seeds = ({pair[k] for pair in pairs} for k in (0, 1))
    assert len(pairs) == len(data_sets) * len(seeds)
    assert min(len(data_sets), len(seeds)) > 1
    assert len(alone) == question.ALONE
    for name, cells in zip(list(asked)[1:], alone, strict=True):
        assert {cell.seeds.dataset for cell in cells} == {int(name)} <= data_sets
        assert len({cell.seeds.training for cell in cells}) == len(plan.seeds) == 4
        # What is there in any case is not done again.
        assert all(cell in crossed for cell in cells if (cell.seeds.dataset, cell.seeds.training) in pairs)

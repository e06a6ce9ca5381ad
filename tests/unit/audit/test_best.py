"""The best labels: they see no gold label, and reach what study.best.toml promises on seeds of their own."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.audit import best, evidence
from artifact.audit.evidence import world_of
from artifact.paths import STUDY
from artifact.results import read_results
from artifact.study import StudyFile, read_study
from artifact.tasks import tasks_of

BARS = {"noise": 0.97, "outage": 1.0, "swell": 0.97}


@pytest.fixture(scope="module")
def answer(results_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_results(results_folder / "results.json")["audit"]["best"]
    return found


@pytest.mark.whole_study
def test_it_reaches_its_bars_on_fresh_seeds(answer: dict[str, Any]) -> None:
    (ours,) = (row[1:] for row in answer["rows"] if row[0] == best.BEST)
    for name, cell in zip(answer["columns"][1:], ours, strict=True):
        assert len(cell["runs"]) == 10
        assert cell["mean"] >= BARS[name]


@pytest.mark.whole_study
def test_it_is_no_worse_than_rule_and_label_model(answer: dict[str, Any]) -> None:
    rows = {row[0]: [cell["mean"] for cell in row[1:]] for row in answer["rows"]}
    assert (np.array(rows[best.BEST]) >= np.maximum(rows[best.RULE], rows[best.TABLE1]) - 1e-9).all()


def test_its_seeds_were_never_used_in_choosing_it() -> None:
    file, _ = best.best_study()
    runs, calibration = file.study.runs, file.study.calibration
    ours = set(range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count))
    paper = read_study(STUDY).study.runs
    assert not ours & set(range(calibration.first_seed, calibration.first_seed + calibration.seeds))
    assert not ours & set(range(paper.first_dataset_seed, paper.first_dataset_seed + paper.count))


def test_its_data_are_the_studys(tmp_path: Path) -> None:
    """Same base, same properties: only functions, label model and decoding differ."""
    file, _ = best.best_study()
    ours, paper = file.study, read_study(STUDY).study
    assert ours.trace == paper.trace
    assert ours.dataset == paper.dataset
    for name, table in paper.tasks.items():
        for key in ("probability", "length", "gap", "increase_ms"):
            assert ours.tasks[name].get(key) == table.get(key)


def test_what_lasts_is_decoded() -> None:
    """One doubtful ping in a long swell stays a swell where the task is decoded, and nowhere else."""
    file, p = best.best_study()
    tasks = [task for task in tasks_of(file) if task.name == "swell"]
    votes = np.zeros((3_000, 4), dtype=np.int8)
    votes[1_000:1_300] = 1
    votes[1_150] = 0
    plain, decoded = (best.best_labels(tasks, {"swell": votes}, of, slice(None))["swell"] for of in ((), p.decoded))
    assert (plain[1_150], plain.sum()) == (0, 299)
    assert (decoded[1_150], decoded.sum()) == (1, 300)


def test_it_sees_no_gold_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way from data set to labels, with gold labels that are lies."""
    file, p = best.best_study()
    study = file.study.model_copy(update={"trace": file.study.trace.model_copy(update={"pings": 3_000})})
    tasks = tasks_of(file)

    def labels() -> dict[str, np.ndarray]:
        world = world_of(study, tasks, 0, None)
        return best.best_labels(tasks, world.votes, p.decoded, world.train)

    before, build = labels(), evidence.build_dataset

    def lying(*given: object) -> object:
        dataset = build(*given)  # type: ignore[arg-type]
        return dataclasses.replace(dataset, gold={name: (1 - of).astype(np.int8) for name, of in dataset.gold.items()})

    monkeypatch.setattr(evidence, "build_dataset", lying)
    after = labels()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_on_another_study_every_row_is_scored_on_its_own_data(study_file: StudyFile) -> None:
    """Two tasks, more outages: a zero test is still perfect, and the best study takes the other's data."""
    file = study_file.with_value(("runs", "tasks"), ["noise", "outage"]).with_value(("trace", "pings"), 3_000)
    file = file.with_value(("tasks", "outage", "probability"), 0.02)
    worlds = tuple(world_of(file.study, tasks_of(file), k, None) for k in range(2))
    answer = best.answer(evidence.Evidence(file.study, tasks_of(file), worlds, {}))
    assert answer.columns == ["labels", "noise", "outage"]
    outage = {row[0]: row[2] for row in answer.rows}
    assert outage[best.RULE]["mean"] == outage[best.BEST]["mean"] == 1

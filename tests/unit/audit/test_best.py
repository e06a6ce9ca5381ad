"""The best labels: they reach their bars, on seeds that nothing was chosen on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.approaches.approach import Pings, Training, label
from artifact.audit import best
from artifact.parameters import FAST
from artifact.reported import Plan
from artifact.results import read_results
from artifact.run import Seeds, run
from artifact.setting import setting_of, varied
from artifact.study import StudyFile
from artifact.trace.series import Trace

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
    assert list(rows) == list(best.ROWS)


def test_its_seeds_were_never_used_in_choosing_it(study_file: StudyFile) -> None:
    runs, calibration = study_file.study.runs, study_file.study.calibration
    fresh = best.fresh_seeds(Plan(study_file))
    ours = {of.dataset for of in fresh}
    assert len(ours) == runs.count
    assert not ours & set(range(calibration.first_seed, calibration.first_seed + calibration.seeds))
    assert not ours & set(range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count))
    for cells in best.asks(Plan(study_file)).values():
        assert [cell.seeds for cell in cells] == fresh


def test_its_data_are_the_studys(study_file: StudyFile) -> None:
    """Same base, same properties: only functions, label model and decoding differ."""
    ours, study = varied(study_file, study_file.varied("best")).study, study_file.study
    assert ours.trace == study.trace
    assert ours.dataset == study.dataset
    for name, table in study.tasks.items():
        for key in ("probability", "length", "gap", "increase_ms"):
            assert ours.tasks[name].get(key) == table.get(key)


def test_what_lasts_is_decoded(study_file: StudyFile) -> None:
    """One doubtful ping in a long swell stays a swell where the task is decoded, and nowhere else."""
    votes = np.zeros((3_000, 4), dtype=np.int8)
    votes[1_000:1_300] = 1
    votes[1_150] = 0
    found = {}
    for name in ("robust_functions", "best"):
        setting = setting_of(varied(study_file, study_file.varied(name)), ("dawid_skene",), ("swell",))
        (approach,) = setting.approaches
        pings = Pings(setting.tasks, np.arange(3_000), votes={"swell": votes})
        ((fitted, _),) = approach.fit({"swell": Training(pings, 0, "cpu", FAST)}).values()
        found[name] = label({"swell": fitted}, pings).labels["swell"]
    plain, decoded = found.values()
    assert (plain[1_150], plain.sum()) == (0, 299)
    assert (decoded[1_150], decoded.sum()) == (1, 300)


def test_decoding_is_all_that_best_adds_to_the_robust_functions(study_file: StudyFile) -> None:
    ours, robust = (study_file.varied(name).set for name in ("best", "robust_functions"))
    assert ours == {**robust, "approaches.dawid_skene.decoded": ["swell"]}


def test_on_a_study_of_other_tasks_its_parameters_are_left_out(study_file: StudyFile) -> None:
    """Two tasks, more outages: a zero test is still perfect."""
    fewer = {"runs.tasks": ["noise", "outage"], "trace.pings": 3_000, "tasks.outage.probability": 0.02}
    file = study_file.with_values(fewer)
    setting = setting_of(varied(file, file.varied("best")), ("rules", "dawid_skene"))
    assert [task.name for task in setting.tasks] == ["noise", "outage"]
    (done,) = run(setting, [Seeds(2_000, 2_100)], FAST)
    for approach in ("rules", "dawid_skene"):
        assert done.record["scores"][approach]["outage"]["macro_f1"] == 1


def line_of(rtt_us: np.ndarray) -> Trace:
    return Trace(rtt_us.astype(np.int64), "mine", "a table", "0123456789abcdef")


def test_sizes_follow_the_spread_of_a_lines_answered_pings(study_file: StudyFile) -> None:
    """A line from 200 to 210 ms: its 10-90 % range is 8 ms; losses, and pings that the study leaves out, are not it."""
    rtt_us = np.random.default_rng(1).integers(200_000, 210_000, 15_000)
    line = line_of(np.concatenate([rtt_us, np.full(9_000, 900_000)]))
    varied_by = best.scaled_to(Plan(study_file), line).set
    assert varied_by["tasks.noise.increase_ms"] == pytest.approx([32, 112], rel=0.01)
    assert varied_by["tasks.swell.increase_ms"] == pytest.approx([7.2, 14.4], rel=0.01)
    lossy = line_of(np.where(np.arange(15_000) % 3 == 0, 0, rtt_us))
    assert best.scaled_to(Plan(study_file), lossy).set["tasks.noise.increase_ms"][0] < 40


def test_even_to_a_line_without_spread_something_is_added(study_file: StudyFile) -> None:
    for rtt_us in (np.full(2_000, 9_000), np.zeros(2_000)):
        sizes = best.scaled_to(Plan(study_file), line_of(rtt_us)).set
        assert sizes == {"tasks.noise.increase_ms": [0.4, 1.4], "tasks.swell.increase_ms": [0.09, 0.18]}


def test_a_line_that_is_scaled_to_makes_a_data_set(study_file: StudyFile) -> None:
    small = study_file.with_values({"trace.pings": 3_000})
    variation = best.scaled_to(Plan(small), line_of(np.random.default_rng(1).normal(60_000, 900, 3_000)))
    (done,) = run(setting_of(varied(small, variation), ("rules",)), [Seeds(9_000, 9_100)], FAST)
    assert done.record["scores"]["rules"]["outage"]["macro_f1"] == 1

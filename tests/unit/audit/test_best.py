"""The best labels: blind ones reach their bars, on seeds that nothing was chosen on; the oracle stands beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.approaches.approach import Pings, Training, label
from artifact.audit import best
from artifact.audit.answer import Found
from artifact.parameters import FAST
from artifact.reported import Plan
from artifact.results import read_results
from artifact.run import Seeds, run
from artifact.setting import setting_of, varied
from artifact.study import StudyFile
from artifact.trace.series import Trace

BARS = {"noise": 0.97, "outage": 1.0, "swell": 0.95}
"""Macro F1 of the blind best on the study as it is."""


@pytest.fixture(scope="module")
def answer(results_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_results(results_folder / "results.json")["audit"]["best"]
    return found


@pytest.mark.whole_study
def test_it_reaches_its_bars_on_fresh_seeds(answer: dict[str, Any]) -> None:
    (ours,) = (row[1:] for row in answer["rows"] if row[0] == best.BLIND)
    for name, cell in zip(answer["columns"][1:], ours, strict=True):
        assert len(cell["runs"]) == best.MOST_SEEDS
        assert cell["mean"] >= BARS[name]


@pytest.mark.whole_study
def test_on_the_study_it_is_no_worse_than_rule_and_label_model(answer: dict[str, Any]) -> None:
    rows = {row[0]: [cell["mean"] for cell in row[1:]] for row in answer["rows"]}
    assert (np.array(rows[best.BLIND]) >= np.maximum(rows[best.RULE], rows[best.TABLE1]) - 1e-9).all()
    assert list(rows)[: len(best.ROWS)] == list(best.ROWS)


def test_its_seeds_were_never_used_in_choosing_it(study_file: StudyFile) -> None:
    runs, calibration = study_file.study.runs, study_file.study.calibration
    fresh = best.fresh_seeds(Plan(study_file))
    ours = {of.dataset for of in fresh}
    assert len(ours) == best.MOST_SEEDS
    assert not ours & set(range(calibration.first_seed, calibration.first_seed + calibration.seeds))
    assert not ours & set(range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count))
    for cells in best.asks(Plan(study_file)).values():
        assert [cell.seeds for cell in cells] in (fresh, fresh[: best.SEEDS_PER_SIZE])


def test_sizes_span_the_multiverses_ranges(study_file: StudyFile) -> None:
    """Ends included, in equal ratios; the oracle is told each size."""
    sizes = best.sizes(Plan(study_file))
    ranges = study_file.study.multiverse.ranges
    for name in ("tasks.noise.increase_ms", "tasks.swell.increase_ms"):
        smallest = [of.set[name][0] for of in sizes if name in of.set]
        assert (smallest[0], smallest[-1]) == pytest.approx(ranges[name])
        # Increases in whole ms are rounded.
        assert np.diff(np.log(smallest)) == pytest.approx(np.log(ranges[name][1] / ranges[name][0]) / 3, rel=0.05)
    assert [of.set["tasks.swell.length"] for of in sizes if "tasks.swell.length" in of.set] == [[50, 200], [400, 1600]]
    asked = best.asks(Plan(study_file))
    for of in sizes:
        (oracle, *_), (blind, *_) = (asked[f"{of.name}: {row}"] for row in (best.BEST, best.BLIND))
        assert oracle.variation.set.items() >= of.set.items()  # type: ignore[union-attr]
        assert oracle.variation.set["approaches.dawid_skene.decoded"] == ["swell"]  # type: ignore[union-attr]
        assert blind.variation.set == of.set  # type: ignore[union-attr]


def recorded(plan: Plan, scores: dict[str, float], elsewhere: dict[str, float]) -> Found:
    """Records in which every approach has one macro F1 on the study as it is and one at every other size."""
    records = {}
    for name, cells in best.asks(plan).items():
        given = scores if name in best.ROWS else elsewhere
        record = {"scores": {of: {task: {"macro_f1": value} for task in plan.tasks} for of, value in given.items()}}
        records[name] = [record] * len(cells)
    return Found(plan, records, {})


@pytest.mark.parametrize(("ours", "reached"), [(0.9, 7), (0.7, 6), (0.71, 6)])
def test_its_sentence_counts_and_names_where_it_falls_short(study_file: StudyFile, ours: float, reached: int) -> None:
    plan = Plan(study_file)
    others = {"rules": 0.8, "single_task": 0.6, "dawid_skene": 0.95}
    found = recorded(plan, {**others, "blind": ours}, {**others, "blind": 0.8})
    said = best.answer(found).answer
    assert f"On swell it reaches rule and label models in {reached} of 7 settings" in said
    short = f"not in the study as it is ({ours:.3f} against 0.800, oracle 0.950)."
    assert (short in said) == (reached < 7)
    assert f"noise {ours:.3f}, outage {ours:.3f}, swell {ours:.3f}." in said


def test_where_nothing_can_be_compared_it_says_so(study_file: StudyFile) -> None:
    found = recorded(Plan(study_file), {}, {})
    silent = {
        name: [{"scores": {of: {} for _, of in best.ROWS.values()}}] * len(of) for name, of in found.records.items()
    }
    said = best.answer(Found(found.plan, silent, {})).answer
    assert said.count("there is nothing to compare it with") == 3


def test_all_its_columns_are_drawn(study_file: StudyFile) -> None:
    scores = dict.fromkeys(("rules", "single_task", "dawid_skene", "blind"), 0.9)
    answer = best.answer(recorded(Plan(study_file), scores, scores))
    assert set(answer.draws) == set(answer.columns[1:]) == {"noise", "outage", "swell"}
    assert {len(row) for row in answer.rows} == {4}
    assert len({row[0] for row in answer.rows}) == len(answer.rows) == 7 * len(best.ROWS)


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
